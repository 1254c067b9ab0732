#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sig and limits: the text for people, and what is said where there is no such process. That the values are the kernel's own
# is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run sig "$dump" 1
expect_status 0 "sig"
expect_line stdout '^PID 1, guest$' "whose"
expect_line stdout '^pending +none$' "pending"
expect_line stdout '^caught +SIG' "caught"
expect_line stdout '^TID +NAME +PENDING +BLOCKED$' "threads"
expect_line stdout '^SIGCHLD +0x[0-9a-f]+ ' "a handler"
run sig "$dump" 1 --json
expect_json '.pid == 1 and (.caught | map(.signal) | index("SIGCHLD")) != null and .threads[0].tid == 1' "JSON"
run sig "$dump" 2
expect_status 0 "a kernel thread"
expect_line stdout '^caught +none$' "catches none"
run sig "$dump" 999999
expect_status 1 "no such process"
run sig "$dump"
expect_status 2 "which process"

run limits "$dump" 1
expect_status 0 "limits"
expect_line stdout '^LIMIT +SOFT +HARD +UNIT$' "headings"
expect_line stdout '^Max open files +[0-9]+ +[0-9]+ +files$' "a limit"
expect_line stdout '^Max cpu time +unlimited +unlimited +seconds$' "one that does not limit"
run limits "$dump" 1 --json
expect_json '.limits | length == 16' "JSON"
run limits "$dump" 999999
expect_status 1 "no such process"
finish
