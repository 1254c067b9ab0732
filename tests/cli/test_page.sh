#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# page: a page of a program that several processes map, anonymous memory, a slab, the kernel's image, a range of frames,
# and what is no frame.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run vm "$dump" 132 --json
json '[.vmas[] | select(.name == "/lab/actors")][0].start' >"$work/program"
json '[.vmas[] | select(.name == "[stack]")][0].end' >"$work/stack"

run page "$dump" "132:$(cat "$work/program")" --all
expect_status 0 "the first page of a program"
expect_line stdout '^ +owner +a file$' "it is of a file"
expect_line stdout '^ +file +/lab/actors on [0-9]+:[0-9]+ \(ext4\), inode [0-9]+, offset 0$' "of which one, and where in it"
expect_line stdout '^ *132 +actors +[0-9a-f]+ +4.00 KiB +read$' "who maps it"
run page "$dump" "132:$(cat "$work/program")" --json
expect_json '(.mappings | length) == .frames[0].map_count' "as many mappings as the kernel counts"
expect_json '.frames[0].flags | contains(["uptodate", "mmap"])' "its flags"

run page "$dump" "132:$(printf '%x' $(($(cat "$work/stack") - 4096)))" --json
expect_json '.owner == "anonymous memory" and (.mappings | length) == 1 and .mappings[0].pid == 132' "a page of a stack"
expect_json '.file == null and .swap == null and .cache == null' "is of nothing else"

run slab "$dump" task_struct --json
json '.slabs[0].address' >"$work/slab"
json '.slabs[0].page' >"$work/struct"
run page "$dump" "$(cat "$work/slab")"
expect_status 0 "a page of a slab"
expect_line stdout '^ +owner +a slab of task_struct, 8328 bytes each$' "and of which cache"
expect_line stdout '; one of 8 from frame [0-9a-f]+ on \(order 3\)$' "its block"
cp "$work/stdout" "$work/wanted"
run page "$dump" "$(cat "$work/struct")"
expect_same "$work/stdout" "$work/wanted" "the address of its struct page gives the same"

run page "$dump" init_task --json
expect_json '.owner == "the kernel" and .frames[0].flags == ["reserved"]' "the kernel's image"
run page "$dump" PFN:1000-10ff
expect_status 0 "a range"
expect_line stdout '^236 more: --all$' "the short list says what it leaves out"
run page "$dump" PFN:10-1f --json
expect_json '[.frames[].pfn] == [range(16; 32)] and .owner == null' "all frames of a range"
run page "$dump" PHYS:10fff --json
expect_json '.frames[0].pfn == 16' "a physical address"

run page "$dump" PFN:ffffffffff
expect_status 1 "no such frame"
expect_line stderr 'there is no frame 0xffffffffff' "and it is named"
run page "$dump" PFN:12x
expect_status 1 "no number"
run page "$dump" 132:1000
expect_status 1 "nothing is mapped there"
expect_line stderr 'no page frame is at 132:1000' "and it is said"
finish
