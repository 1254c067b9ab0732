#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A page that the filter left out and a page that is lost are two things: the sample's dump with a part
# missing, and with descriptors that no page has.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

lossy=$(dirname "$0")/lossy_dump.py
core=$samples/core.132.xz
python3 "$lossy" plain "$(echo "$samples"/dump.*)" "$work/plain"
report $? "the sample's plain dump"

# pages_of SOURCE: how many pages of the stack, in what vm has printed, come from SOURCE.
pages_of() { json ".vmas[] | select(.start == \"$stack\") | .pages.$1"; }

# The table of the last level below the stack of PID 132, of which its core has pages that the dump lacks.
run vm "$work/plain" 132 --core "$core" --json
stack=$(json '.vmas[] | select(.name == "[stack]").start')
stack_end=$(json '.vmas[] | select(.name == "[stack]").end')
used=$(printf '%#x' $((stack_end - 4096)))
stack_core=$(pages_of core)
run vtop "$work/plain" "132:$used" --json
table=$(json '.levels[-1].entry_address')
table=$((table >> 12))
run rd "$work/plain" "132:$used" 4096 --core "$core" --raw
cp "$work/stdout" "$work/page.right"
python3 "$lossy" split "$work/plain" "$work" "$table" $((table + 1))
report $? "a split dump, one page table in a part of its own"
parts=("$work/part1" --part "$work/part3")

run vm "${parts[@]}" 132 --json
expect_status 3 "vm without the part"
expect test "$(pages_of zero)" = 0 "what is below a lost page table is not zeros"
expect test "$(pages_of absent)" -gt 0 "but absent"
run rd "${parts[@]}" "132:$used" 64
expect_status 3 "rd of it"
expect_line stdout 'absent.*part of the dump that is missing' "rd says why"
run vtop "${parts[@]}" "132:$used" --json
expect_json '.state == "table lost"' "vtop says so"
run vm "${parts[@]}" 132 --core "$core" --json
expect test "$(pages_of core)" -ge "$stack_core" "the core has these pages"
expect test "$(pages_of zero)" = 0 "and none is taken for zeros"
run rd "${parts[@]}" "132:$used" 4096 --core "$core" --raw
expect_same "$work/stdout" "$work/page.right" "and its bytes are shown"
run info "${parts[@]}" --json
expect_status 3 "info without the part"
expect_json '.dump.incomplete and .dump.split' "info says that the dump is incomplete"
expect_line stderr 'part of the split dump is missing, and 1 of [0-9,]+ pages' "and how much is missing"

# Without the last third of memory each task whose task_struct is in the rest is listed, and no other. But for
# idle tasks: only the per-CPU area of their CPU leads to them, and that may be in the missing part.
run ps "$work/plain" --threads --json
json '.tasks[] | select(.tid != 0).task' | sort -u >"$work/all"
python3 "$lossy" split "$work/plain" "$work" 0xb555 0x10fd0
report $? "a split dump, the last third of memory in a part of its own"
while read -r task; do
    run vtop "$work/plain" "${task}" --json
    [ $(($(json .physical) >> 12)) -ge $((0xb555)) ] || printf '%s\n' "$task"
done <"$work/all" >"$work/left"
[ "$(wc -l <"$work/left")" -gt 20 ] && ! cmp -s "$work/left" "$work/all"
report $? "some tasks are lost with it, others are not"
run ps "${parts[@]}" --threads --json
expect_status 3 "ps without the part"
json '.tasks[] | select(.tid != 0).task' | sort -u >"$work/listed"
expect_same "$work/listed" "$work/left" "every task that is left is listed, and no other"

# Descriptors that no page has: of 40 pages of the memory map, which little depends on. What merge cannot copy
# it counts, and the bundle says that it is lost; it comes back with another merge as it was.
run vtop "$work/plain" "$(head -n 1 "$work/all")" --json
run vtop "$work/plain" "$(json .page.address)" --json
map=$(($(json .physical) >> 12))
mapfile -t frames < <(seq "$map" $((map + 39)))
python3 "$lossy" spoil "$work/plain" "$work/spoilt" "${frames[@]}"
report $? "a dump with 40 descriptors that no page has"
run merge "$work/spoilt" "$core" -o "$work/spoilt.fbundle"
expect_status 3 "merge of it"
expect_line stderr ' 40 of 18,025 pages are lost: no page has such a descriptor' "merge says how many pages are lost"
run info "$work/spoilt.fbundle" --json
expect_status 3 "info of the bundle"
expect_json '.dump.incomplete and .dump.pages_lost == 40' "it says how many, too"
run verify "$work/spoilt.fbundle"
expect_status 0 "verify finds the bundle right: what is lost was lost before"
run merge "$work/spoilt.fbundle" "$samples/core.128.xz" -o "$work/more.fbundle"
run info "$work/more.fbundle" --json
expect_json '.dump.pages_lost == 40' "a bundle of the bundle has lost the same"
finish
