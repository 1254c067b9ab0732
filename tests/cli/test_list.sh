#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# list and tree on the small sample, held against what other commands say of the same objects. Broken lists and trees:
# tests/kernel/values/test_linked_list.c, tests/kernel/memory/test_rbtree.c, test_xarray.c and test_maple_tree.c.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

# By the list's head, which is known by its size.
run mods --json "$dump"
json '.modules[].name' >"$work/modules"
run list --json "$dump" module.list modules -s name
expect_status 0 "a list by its head"
expect_json '.whole and .from_head and .link == "list_head" and .type == "module" and .member == "list"' "what it is"
json '.objects[].value.name' >"$work/listed"
expect_same "$work/modules" "$work/listed" "every module in order"
run list --json "$dump" module.list modules --reverse -s module.name
json '.objects[].value.name' | tac >"$work/listed"
expect_same "$work/modules" "$work/listed" "and backwards"
run list "$dump" module.list modules -s name,state
expect_line stdout '^0xffff[0-9a-f]+$' "an object's address"
expect_line stdout '^  \.name = "loop"$' "a member"
expect_line stdout '^  \.state = MODULE_STATE_LIVE$' "another"

# From an object.
run ps --json "$dump"
json '[.tasks[] | select(.pid == .tid and .pid != 0) | .pid] | sort[]' >"$work/pids"
run list --json "$dump" task_struct.tasks init_task -s pid
expect_json '.whole and (.from_head | not)' "an object is no head"
json '[.objects[].value.pid] | sort[] | select(. != 0)' >"$work/listed"
expect_same "$work/pids" "$work/listed" "every process"
run list "$dump" task_struct.tasks init_task -s task_struct --depth 0
expect_line stdout '^	pid = ' "whole objects"
# One pointer to the next, and an hlist from its first object.
run list "$dump" file_system_type.next file_systems --head -s name
expect_status 0 "a list by pointers"
expect_line stdout 'name = .*' "file systems"
run list --json "$dump" file_system_type.next file_systems -H
expect_json '.link == "pointer" and .whole and (.objects | length > 5) and .objects[0].value == null' "what it is"
run list --json "$dump" module.mkobj modules
expect_error 1 'links no objects' "a member that is no link"
run list "$dump" module.list modules -s nme
expect_error 1 "no member 'nme'" "a member that there is not is told before the walk"
run list "$dump" module modules
expect_error 1 'TYPE.MEMBER' "no member"
run list "$dump" module.list modules -H --object
expect_status 2 "both a head and an object"
run list "$dump" task_struct.tasks 1:7fff0000
expect_error 1 '' "an address of a process"
run list "$dump" module.list
expect_status 2 "no address"
# What is no list: the walk ends, and says so.
run list "$dump" module.list linux_banner --head
expect_status 3 "no list"
expect_line stderr 'no address of a link' "and why"

# Trees.
run tree --json "$dump" rbtree vmap_area_root vmap_area.rb_node -s va_start,va_end
expect_status 0 "a red-black tree"
expect_json '.kind == "rbtree" and .whole and (.objects | length > 20) and
    ([.objects[].value.va_start] | . == sort)' "in its order"
run list --json "$dump" vmap_area.list vmap_area_list
json '.objects[].address' >"$work/listed"
run tree --json "$dump" rbtree vmap_area_root vmap_area.rb_node
json '.objects[].address' >"$work/tree"
expect_same "$work/listed" "$work/tree" "the same areas as in their list"
run tree --json "$dump" xarray worker_pool_idr worker_pool -s id
expect_status 0 "an XArray"
expect_json '(.objects | length >= 6) and all(.objects[]; .value.id as $id | .first == .last and .number == null and
    (["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"][$id] // "x") == (.first | ltrimstr("0x")))' "each at its own index"
run tree "$dump" radix worker_pool_idr worker_pool -s id
expect_line stdout '^3  0xff[0-9a-f]+$' "the index stands before the object"
mm=$("$FBUNDLE" struct "$dump" task_struct "$("$FBUNDLE" ps "$dump" --json | jq -r '.tasks[] | select(.pid == 1) | .task')" .mm --json |
    jq -r '.value.mm')
mt=$("$FBUNDLE" struct "$dump" mm_struct "$mm" --json | jq -r .address)
offset=$("$FBUNDLE" struct "$dump" mm_struct .mm_mt --json | jq -r '.members[0].offset')
run tree --json "$dump" maple "$(printf '%x' $((mt + offset)))" vm_area_struct -s vm_start,vm_end
expect_status 0 "a maple tree"
expect_json '.whole and (.objects | length > 5)' "it is whole"
json '.objects[] | "\(.first[2:])"' >"$work/tree"
run vm --json "$dump" 1
json '.vmas[] | .start[2:]' | grep -vE '^f{8}' >"$work/mappings"
expect_same "$work/mappings" "$work/tree" "the mappings of a process"
run tree "$dump" btree vmap_area_root
expect_error 2 'rbtree, xarray or maple' "a kind that there is not"
run tree "$dump" rbtree vmap_area_root vmap_area
expect_error 1 'rb_node' "no node in the type"
run tree "$dump" rbtree vmap_area_root -s va_start
expect_error 2 'type' "members of no type"
finish
