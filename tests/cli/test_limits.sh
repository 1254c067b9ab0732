#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The limits that a shell sets: descriptors, file sizes. What they cost is said, and never taken for what a
# file lacks.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
core=("$samples"/core.144.gz)

# More cores than the usual limit of 1,024 descriptors, which the program raises: its hard limit is higher.
hard=$(ulimit -Hn)
mkdir "$work/many"
gzip -dc "${core[0]}" >"$work/core"
python3 - "$work/core" "$work/many" 1100 <<'PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
for i in range(int(sys.argv[3])):
    # Cores of one process, none the same: the last byte is of a page's end.
    open(f"{sys.argv[2]}/core.{i}", "wb").write(data[:-4] + i.to_bytes(4, "little"))
PYTHON
if [ "$hard" != unlimited ] && [ "$hard" -lt 4096 ]; then
    skip "1,100 cores: the hard limit of descriptors is $hard"
else
    command_line="ulimit -Sn 1024; fbundle merge of 1,100 cores"
    status=0
    (ulimit -Sn 1024 && timeout 300 "$FBUNDLE" merge "$dump" "$work/many" -o "$work/bundle" --json --quiet) \
        >"$work/stdout" 2>"$work/stderr" || status=$?
    expect test "${status/3/0}" = 0 "1,100 cores at 1,024 descriptors are merged"
    expect_json '(.cores | length) == 1100' "all of them"
    run verify "$work/bundle"
    expect_status 0 "the bundle is right"
fi

# A hard limit cannot be raised: it is named at once, with what to do, and nothing else is blamed.
status=0
command_line="ulimit -n 64; fbundle merge of 1,100 cores"
(ulimit -n 64 && timeout 60 "$FBUNDLE" merge "$dump" "$work/many" -o "$work/none") \
    >"$work/stdout" 2>"$work/stderr" || status=$?
expect_error 1 'core\.[0-9]+: Too many open files \(raise the limit: ulimit -n\)' "too few descriptors for the cores"
expect_no_file "$work/none" "nothing is written then"

# With few descriptors files of --sysroot cannot be opened: that is no missing file.
for limit in $(seq 12 2 40); do
    status=0
    (ulimit -n "$limit" && timeout 60 "$FBUNDLE" bt "$dump" -a --core "$samples/core.132.xz" -j 1 \
        --sysroot "$samples/sysroot") >"$work/stdout" 2>"$work/stderr" || status=$?
    [ "$status" -eq 3 ] || [ "$status" -eq 0 ] || continue
    # Complete, or it says so.
    grep -q ' main+' "$work/stdout" || grep -q 'Too many open files' "$work/stdout" "$work/stderr"
    report $? "at $limit descriptors a file that could not be opened is not called missing"
done

# A file that grows past its limit.
status=0
command_line="ulimit -f 100; fbundle merge"
(ulimit -f 100 && timeout 60 "$FBUNDLE" merge "$dump" "$work/core" -o "$work/large") \
    >"$work/stdout" 2>"$work/stderr" || status=$?
expect_error 1 'large: File too large \(larger than the limit of ulimit -f' "a limit of file sizes is named"
expect_no_file "$work/large" "no half file is left"
finish
