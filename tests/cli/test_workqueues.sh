#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# workqueues: the worker that writes to the frozen file system, and what is idle. That pools and queues are the kernel's
# own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run workqueues "$dump"
expect_status 0 "workqueues"
expect_line stdout '^1 of [0-9]+ workers are busy; 0 items wait for a worker, 0 held back; 0 of 6 pools stalled$' "the sum"
expect_line stdout '^BUSY WORKER +POOL +WORK QUEUE +FUNCTION +FOR +STACK$' "headings"
expect_line stdout '^ +9 +4 +loop1 +loop_rootcg_workfn \[loop\] +at least [0-9.]+ s +.*loop_process_work' \
    "who is busy, with a function of a module, and for how long"
expect_line stdout '^ +4 +0-1, unbound +0 ' "its pool"
expect_line stdout '^loop1 +unbound,freezable +[0-9]+ +1 +0' "its queue"
expect_no_line stdout '^events' "nothing that is idle"

run workqueues "$dump" --all
expect_line stdout '^ +0 +0 +0 +[0-9]+ ' "--all: pools that are idle"
expect_line stdout '^events_unbound +unbound ' "--all: queues that are idle"
expect_line stdout '^writeback +unbound,mem-reclaim .* [0-9]+$' "--all: rescuers"

run workqueues "$dump" --json
expect_json '.stall_s == 30 and .items == [] and (.pools | length == 6 and all(.waits_s == null and .stalled == false))' \
    "JSON: pools"
expect_json '.workers | length == 1 and .[0].tid == 9 and .[0].queue == "loop1" and .[0].pool == 4
    and .[0].busy_least_s > 19 and .[0].busy_least_s <= .[0].busy_most_s and .[0].busy_s == null
    and (.[0].stack | index("loop_process_work"))' "JSON: the busy worker"
expect_json '[.workqueues[] | select(.name == "events")] | length == 1 and .[0].pools == [0, 2] and .[0].rescuer == null' \
    "JSON: a queue with a pool of each CPU"
run ps "$dump" --json
expect_json 'any(.tasks[]; .tid == 9 and (.comm | startswith("kworker/")))' "that worker is a thread"
finish
