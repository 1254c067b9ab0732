#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The page of kernels that the lab's matrix writes: figures of the checks, reasons, and what it keeps of earlier runs.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
run info "$dump" --probes --json
expect_status 0 "the sample's kernel is asked"
cp "$work/stdout" "$work/probes.json"
printf '# comment\nold  own  --suite old\nnew  whole  --suite new\nnever  own  --suite never\n' >"$work/cells"
printf 'new  slab  a cache\n' >"$work/reasons"

# cell NAME RELEASE BAD: a cell's run, of whose mappings BAD differ.
cell() {
    local checks=$work/$1.run/$1/checks
    mkdir -p "$checks"
    : >"$checks/key"
    jq --arg release "$2" '.release = $release' "$work/probes.json" >"$checks/probes.json"
    printf '%s\n' "$([ "$3" -eq 0 ] || echo "not ")ok - vm: 40 lines of 3 processes, $3 differ" \
        "#   7: a|b" "ok - sysctl: 90 of 100 values equal, 3 of those that change, 7 computed by their handlers, 0 lost" \
        "not ok - slab: 9 caches, 2 of other sizes, 0 with other counts" >"$checks/truth"
    printf 'all %d %d %d\n' 5 0 0 >"$checks/waits"
}

table() {
    run_program python3 "$top/samples/lab/tools/kernels-table" --cells "$work/cells" --reasons "$work/reasons" \
        --probes "$top/tests/truth/probes" --write "$work/kernels.md" "$1"
}

cell old 6.1.0-1-cloud-amd64 3
cell new 6.12.1-cloud-amd64 0
table "$work/old.run"
expect_status 1 "what has no reason fails"
expect_line stdout '^1 cells, 2 answers that are not right' "and is counted"
cp "$work/kernels.md" "$work/page"
expect_line page '^\| vm \| \*\*37/40\*\* \|$' "right of total, marked"
expect_line page '^Not run where this was written: new, never\.$' "cells without a run are named"
expect_line page '^- old, vm: not explained yet \(40 lines of 3 processes, 3 differ; 7: a\\\|b\)$' "what is not right is told"

expect_line page '^\| sysctl \| 93/93 \|$' "values that are computed when asked for are not counted"
printf 'crash 8: 12 tasks | more\n' >"$work/old.run/old/peers"
table "$work/old.run"

table "$work/new.run"
expect_status 0 "what has a reason does not fail"
cp "$work/kernels.md" "$work/page"
expect_line page '^\| vm \| \*\*37/40\*\* \| 40/40 \|$' "the figures of an earlier run stay"
expect_line page '^\| old \| 6\.1\.0-1-cloud-amd64 \| own \| .--suite old. \|$' "and its kernel"
expect_line page '^Not run when this was last written, and as their last runs had them: old\.$' "that is said"
expect_line page '^- old, vm: not explained yet \(40 lines of 3 processes, 3 differ; 7: a\\\|b\)$' "and what was not right"
expect_line page '^- new, slab: a cache \(9 caches, 2 of other sizes' "reasons are told"
expect_line page '^Not run where this was written: never\.$' "only what never ran has none"

expect_line page '^\| old \| 12 tasks \\\| more \|$' "and what peers said"
rm "$work/old.run/old/peers"
table "$work/old.run"
cp "$work/kernels.md" "$work/page"
expect_line page '^\| old \| 12 tasks \\\| more \|$' "that stays where they were not asked anew"

# Both in one folder: the kernels are held against each other, and that stays too.
mkdir "$work/both.run"
cp -r "$work/old.run/old" "$work/new.run/new" "$work/both.run/"
table "$work/both.run"
cp "$work/kernels.md" "$work/page"
expect_line page '^ok - 6\.12\.1-cloud-amd64 has what 6\.1\.0-1-cloud-amd64 had: 0 lost' "two kernels are compared"
expect_no_line page '^Not run when' "nothing is of an earlier run"
table "$work/old.run"
cp "$work/kernels.md" "$work/page"
expect_line page '^ok - 6\.12\.1-cloud-amd64 has what 6\.1\.0-1-cloud-amd64 had: 0 lost' "what was compared stays"
expect_line page '^\| slab \| \*\*7/9\*\* \| \*\*7/9\*\* \|$' "all cells in the order of their file"
finish
