#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timers: the table for people, and JSON. That each timer of /proc/timer_list is there is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run timers "$dump"
expect_status 0 "timers"
expect_line stdout '^[0-9]+ timers, 0 overdue$' "the sum"
expect_line stdout '^ +DUE IN +CPU +CLOCK +FUNCTION +WHOSE$' "headings"
expect_line stdout ' +[01] +monotonic +tick_sched_timer$' "the tick"
expect_line stdout '^ *[0-9.]+ .* +[01] +jiffies +delayed_work_timer_fn +work [a-z_]+ of [a-z_]+' "delayed work, and its queue"

run timers "$dump" --all
cp "$work/stdout" "$work/all"
expect_line stdout ' +[01] +monotonic +hrtimer_wakeup +[0-9]+ [a-z]' "a thread that sleeps"
expect_no_line stdout ' more: --all$' "--all: all of them"

run timers "$dump" --json
expect_json '.timers | map(.in_s) | . == sort' "JSON: in the order in which they are due"
expect_json '.timers | length > 20 and all(.kind == "hrtimer" or .clock == "jiffies")' "JSON: clocks"
expect_json '[.timers[] | select(.function == "hrtimer_wakeup")] | length > 0 and all(.tid != null)' "JSON: sleepers"
expect [ "$(json '.timers | length')" = "$(($(wc -l <"$work/all") - 3))" ] "the text has as many"
finish
