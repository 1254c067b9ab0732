#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What people read: texts, columns, and that JSON says no less than text.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dump=$(echo "$samples"/dump.*)
bundle=$work/sample.fbundle
run merge "$dump" "$samples"/core.* "$samples"/*.crash -o "$bundle" --json
expect_status 0 "the sample is merged"
json '.cores[] | [(.path | sub(".*/"; "")), .pages] | tojson' >"$work/merged"

# A bundle's cores are counted against the dump that it was made of.
run info "$bundle" --json
json '.cores[] | [(.path | sub(".*/"; "")), .pages] | tojson' >"$work/again"
expect_same "$work/merged" "$work/again" "info of a bundle counts its cores' pages as merge did"

# Every task_struct is on a slab page, most of them on tails of compound ones.
run ps "$bundle" --json
json '.tasks[] | select(.pid > 0) | .task' | sort -R --random-source="$dump" | head -n 12 >"$work/tasks"
slabs=0
tails=0
while read -r task; do
    run vtop "$bundle" "$task" --json
    [ "$(json '.page | .type == "slab" and .references > 0')" = true ] && slabs=$((slabs + 1))
    [ "$(json .page.head)" = null ] || tails=$((tails + 1))
done <"$work/tasks"
expect [ "$slabs" -eq 12 ] "vtop knows the page of each of 12 task_structs as a slab's"
expect [ "$tails" -gt 0 ] "some of them are tails of compound pages"
run vtop "$bundle" "$(head -n 1 "$work/tasks")"
expect_line stdout '^ +page  slab, flags .*slab.*, [0-9]+ references?; struct page ff' "vtop says so in its text"
run vtop "$bundle" init_task --json
expect_json '.state == "present" and .page.type == "kernel"' "vtop's JSON has the state and the page"
finish
