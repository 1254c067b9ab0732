#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A dump whose filter left out slabs in use, because it does not know the kernel: that is said once, with what to do.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

python3 "$top/tests/cli/lossy_dump.py" plain "$(echo "$samples"/dump.*)" "$work/plain"
report $? "the sample's plain dump"
run ps "$work/plain"
expect_status 0 "it is whole"
expect_no_line stderr 'filter' "and nothing is said of its filter"
run ps "$work/plain" --json
json '.tasks[] | select(.pid > 1) | .task' | sort -u >"$work/tasks"
run rd "$work/plain" page_offset_base 8 --json
base=0x$(json .hex | fold -w 2 | tac | tr -d '\n')
while read -r task; do
    echo $(((task - base) >> 12))
done <"$work/tasks" | sort -un >"$work/frames"
frames=$(wc -l <"$work/frames")
expect [ "$frames" -ge 20 ] "$frames pages of task_structs are left out"
mapfile -t list <"$work/frames"
python3 "$top/tests/cli/misfilter.py" "$work/plain" "$work/lossy" "${list[@]}"
report $? "as a filter would"

run ps "$work/lossy"
expect_status 3 "the dump is read"
expect_line stderr "warning: the program that filtered this dump does not know its kernel: it left out $frames of [0-9,]+ pages that the kernel used, most of them.* pages of slabs\. .*\`fbundle dump\`" \
    "the filter is named as the cause, with what to do"
expect_line stderr 'warning: [0-9]+ more that come of pages that are not in the dump: --json has them' "the rest is counted"
expect_no_line stderr 'broken in [0-9]+ places' "and not listed"
run ps "$work/lossy" --json
expect_status 3 "JSON too"
expect_json '[.warnings[] | select(test("broken in [0-9]+ places"))] | length > 0' "has all warnings"
expect_json '[.warnings[] | select(test("the program that filtered this dump"))] | length == 1' "and the cause"
run ps "$work/lossy" --quiet
expect_no_line stderr '.' "--quiet is quiet"

# A few pages are no pattern.
python3 "$top/tests/cli/misfilter.py" "$work/plain" "$work/less" "${list[@]:0:8}"
run ps "$work/less"
expect_no_line stderr 'program that filtered' "a few lost pages are not the filter's"
expect_line stderr 'not in the dump' "and are told one by one"
finish
