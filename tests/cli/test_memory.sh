#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Memory that runs out, at places all over a merge: there is a whole bundle, or none and a reason.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
# Unpacked: libarchive (3.6.2) follows a null pointer where its own allocations fail.
cores=("$work/core.144" "$work/core.132")
gzip -dc "$samples/core.144.gz" >"${cores[0]}"
xz -dc "$samples/core.132.xz" >"${cores[1]}"
if grep -qa __asan_init "$FBUNDLE"; then
    skip "memory that runs out: the sanitizer has its own allocator"
    printf 'ok - nothing to be checked in this build\n'
    finished=yes
    exit 0
fi
expect gcc -shared -fPIC -O1 -o "$work/failing.so" "$top/tests/cli/failing_malloc.c" "the failing allocator builds"

# Allocations of one merge, to choose among.
places=$(seq 1 3 90; seq 100 97 1000; seq 1200 911 12000; seq 15000 9973 200000)
whole=0 none=0 wrong=0
for place in $places; do
    rm -f "$work/bundle"
    status=0
    LD_PRELOAD=$work/failing.so FAIL_AT=$place FAIL_COUNT=1 timeout 60 "$FBUNDLE" merge "$dump" "${cores[@]}" \
        -o "$work/bundle" -j 1 --quiet >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
    said=no
    [ "$status" -ne 1 ] || ! grep -qiE 'out of memory|cannot allocate' "$work/stderr" || said=yes
    if [ -e "$work/bundle" ]; then
        # Status 1: it was written, and memory ran out for what is then told of it.
        if { [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || [ "$said" = yes ]; } &&
            "$FBUNDLE" verify "$work/bundle" >"$work/verified" 2>&1; then
            whole=$((whole + 1))
            continue
        fi
    elif [ "$said" = yes ]; then
        none=$((none + 1))
        continue
    fi
    printf '# allocation %s: status %s: %s\n' "$place" "$status" "$(head -n 1 "$work/stderr")"
    wrong=$((wrong + 1))
done
printf '# %d places: %d whole bundles, %d refusals\n' "$(wc -w <<<"$places")" "$whole" "$none"
expect test "$wrong" -eq 0 "no bundle that is not whole, and a reason where there is none"
expect test "$none" -ge 20 "allocations were seen to fail"
expect test -z "$(find "$work" -name '.fbundle-*')" "nothing half is left"
finish
