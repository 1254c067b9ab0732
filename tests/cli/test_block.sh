#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# block: the table for people, what is in flight and who waits for it, one device, and names that are none. That the
# values are the kernel's own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run block "$dump"
expect_status 0 "block"
expect_line stdout '^NAME +MAJ:MIN +SIZE +RO +TYPE +I/O +ON +MOUNTED +STATE$' "headings"
expect_line stdout '^vda +254:0 +700 MiB +1 +disk +0 +/$' "the root's disk"
expect_line stdout '^loop0 +7:0 +24.0 MiB +0 +loop +0 +/tmp/fz.img +/fz$' "a loop device and its file"
expect_line stdout '^loop1 +7:1 .* 1 +/fz/inner.img +/in$' "the one with a request"
expect_line stdout '^6 more without a size: --all$' "empty devices are counted"
expect_line stdout '^loop1 +19\.[0-9] s +in flight +write sync,meta,idle +160 +1.00 KiB +89 +126 jbd2/loop1-8$' "the request, and who sleeps for it"
expect_line stdout '^loop1 +126 +jbd2/loop1-8 +19\.[0-9] s +block-io +buffer of block 80$' "who waits"

expect_line stdout '^zram0 +[0-9:]+ +[0-9.]+ MiB +0 +disk +0 +\[SWAP\]$' "a swap area"

run block "$dump" --all
expect_line stdout '^loop7 +7:7 +0 B ' "all devices"
expect_no_line stdout 'more without a size' "and none is left out"

run block "$dump" --json
json '.requests[] | "\(.disk) \(.state) \(.operation) \(.sector) \(.bytes) \(.tag) \(.tid) \(.end)"' >"$work/requests"
printf 'loop1 in flight write 160 1024 89 126 end_bio_bh_io_sync\n' >"$work/wanted"
expect_same "$work/requests" "$work/wanted" "JSON of the request"
expect_json '[.disks[] | select(.sectors > 0) | .name] == ["loop0", "loop1", "zram0", "vda", "vdb", "vdc"]' "the disks"
expect_json 'all(.disks[]; .found_by == ["class", "bdev-inode", "bdi-list"])' "each is found in three ways"
expect_json '[.disks[] | select(.swap) | .name] == ["zram0"]' "and which is swapped to"
expect_json '.requests_complete' "nothing is missing"

run block "$dump" /dev/loop1
expect_status 0 "one device"
expect_line stdout '^file +/fz/inner.img$' "its file"
expect_line stdout '^queue +128 requests, 1 hardware queue$' "its queue"
expect_no_line stdout '^vda ' "and no other device"
run block "$dump" loop0 --json
expect_json '(.disks | map(.name)) == ["loop0"] and .requests == []' "JSON of one"
run block "$dump" sdz
expect_status 1 "no such device"
expect_line stderr "no block device is named 'sdz'" "and it is named"
run block "$dump" vda vdb
expect_status 2 "one device at most"
finish
