#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slab: the list of caches and its orders, a cache with its slabs and objects, an address, and what is no slab. That the
# counts are the kernel's is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run slab "$dump"
expect_status 0 "slab"
expect_line stdout '^ +OBJS +ACTIVE +USE +OBJ SIZE +SLABS +OBJ/SLAB +CACHE SIZE +NAME$' "headings"
expect_line stdout '^ +129 +129 +100 % +8384 +43 +3 +1\.34 MiB +task_struct$' "a cache"
expect_line stdout '^137 more: --all$' "the short list says what it leaves out"
run slab "$dump" --all
expect_lines stdout 158 "all caches"

run slab "$dump" --sort name --json
json '.caches[].name' >"$work/names"
LC_ALL=C sort "$work/names" >"$work/sorted"
expect_same "$work/names" "$work/sorted" "sorted by name"
run slab "$dump" --sort objects --json
json '.caches[0].name' >"$work/first"
printf 'kernfs_node_cache\n' >"$work/wanted"
expect_same "$work/first" "$work/wanted" "sorted by objects"
run slab "$dump" --sort colour
expect_status 2 "no such column"
expect_line stderr "sorted by 'colour'" "and it is named"

run slab "$dump" task_struct
expect_status 0 "a cache by its name"
expect_line stdout '^ +type +struct task_struct, by the cache.s name$' "what its objects are"
expect_line stdout '^ objects +118 in use, 8 free, 3 kept free by CPUs and nodes; in 43 slabs$' "its objects"
expect_line stdout '^23 more: --all$' "the short list of slabs"

run slab "$dump" task_struct --objects --json
json '[.slabs[].list[].state] | group_by(.) | map("\(.[0]) \(length)") | .[]' >"$work/states"
printf 'free 8\nin-use 118\nkept 3\n' >"$work/wanted"
expect_same "$work/states" "$work/wanted" "the state of every object"
json '[.slabs[].list[] | select(.state == "in-use")][0].address' >"$work/address"
json '[.slabs[].list[] | select(.state == "free")][0].address' >"$work/free"

run slab "$dump" "$(printf '%x' $(($(cat "$work/address") + 2560)))"
expect_status 0 "an address in an object"
expect_line stdout '2560 bytes before the address' "its offset"
expect_line stdout '^ +state +in use$' "its state"
run slab "$dump" "$(cat "$work/free")" --json
json '"\(.caches[0].name) \(.object.offset) \(.object.state) \(.object.reason)"' >"$work/object"
printf 'task_struct 0 free null\n' >"$work/wanted"
expect_same "$work/object" "$work/wanted" "a free one"

run slab "$dump" init_task
expect_status 1 "init_task is in the kernel's image"
expect_line stderr 'fbundle page' "and where else to look"
run slab "$dump" no_such_cache
expect_status 1 "no such cache"
expect_line stderr "no slab cache or symbol is named 'no_such_cache'" "and it is named"
finish
