#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mounts: the table for people, whose mounts are shown, and what is said where there are none. That they are the
# kernel's own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run mounts "$dump"
expect_status 0 "mounts"
expect_line stdout '^TARGET +SOURCE +FSTYPE +OPTIONS +STATE$' "headings"
expect_line stdout '^/ +/dev/vda +ext4 +ro,relatime$' "the root, with nothing to say of it"
expect_line stdout '^/fz +/dev/loop0 +ext4 +rw,relatime +frozen$' "the file system that is frozen"
expect_line stdout '^/in +/dev/loop1 +ext4 +rw,relatime +1 dirty inode$' "the one with something unwritten"

run mounts "$dump" --json
json '.mounts[] | select(.target == "/fz") | "\(.freeze) \(.write_error) \(.dirty_inodes) \(.device)"' >"$work/fz"
printf 'frozen null 0 7:0\n' >"$work/wanted"
expect_same "$work/fz" "$work/wanted" "JSON of the frozen one"
json '.mounts[] | "\(.id) \(.parent_id)"' | sort -n >"$work/all"
expect test "$(wc -l <"$work/all")" -ge 8 "all mounts"

run mounts "$dump" 2
expect_status 0 "a kernel thread is in PID 1's namespace"
run mounts "$dump" 999999
expect_status 1 "no such process"
expect_line stderr '999999' "and it is named"
run mounts "$dump" 1 2
expect_status 2 "one process at most"
finish
