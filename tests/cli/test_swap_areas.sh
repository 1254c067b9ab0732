#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# swap: the areas and the processes, for people and as JSON. That they are the kernel's own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run swap "$dump"
expect_status 0 "swap"
expect_line stdout '^NAME +TYPE +SIZE +USED +PRIORITY +ZRAM$' "headings"
expect_line stdout '^/dev/zram0 +partition +[0-9.]+ MiB +[0-9.]+ [KM]iB +-[0-9]+ +[0-9.]+ [KM]iB in [0-9.]+ [KM]iB, lzo-rle$' "the area"
expect_line stdout '^PID +SWAPPED +NAME$' "processes"
run swap "$dump" --json
expect_json '.areas[0] | .name == "/dev/zram0" and .compressed_bytes < .original_bytes' "JSON"
expect_json '(.processes | length) > 0 and all(.processes[]; .swap_bytes > 0)' "JSON of the processes"
run swap "$dump" 1
expect_status 2 "no argument"
finish
