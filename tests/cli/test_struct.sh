#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Types and values of the small sample.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}
pid=$(grep -o '\bPT=[0-9]*' "$samples/actors" | cut -d= -f2)

run struct "$dump" list_head
expect_status 0 "a layout"
expect_line stdout '^struct list_head \{$' "the type's name"
expect_line stdout '^	struct list_head \*prev; +/\* +8 +8 \*/$' "member, offset and size"
expect_line stdout 'size: 16' "the type's size"

run struct "$dump" struct page
expect_line stdout '^	union \{$' "anonymous members"
run struct "$dump" 'enum pid_type'
expect_line stdout 'PIDTYPE_TGID = 1' "an enum"
run struct "$dump" pid_t
expect_line stdout '^pid_t .*size: 4' "a typedef"
run struct "$dump" zram_table_entry
expect_line stdout 'handle;' "a type of a module"
run struct "$dump" task_struct .mm.pgd
expect_line stdout '^\.mm\.pgd at offset [0-9]+: pgd_t \*' "members through a pointer"

run --json struct 2>/dev/null
run struct --json "$dump" sk_buff
expect_json '.type == "struct sk_buff" and (.members | length > 10) and .enumerators == null' "a layout as JSON"
expect_json '[.. | objects | select(.bit_size? // 0 > 0)] | length > 3' "bit-fields as JSON"

run struct "$dump" task_struct init_task .comm .pid .tasks.next.prev .__state
expect_status 0 "a value"
expect_line stdout '^\.comm = "swapper/0"$' "an array of char"
expect_line stdout '^\.pid = 0$' "a number"

# The same value by two ways: the task's own struct, and what ps says.
run ps --json "$dump"
task=$(jq -r --argjson pid "$pid" '.tasks[] | select(.tid == $pid) | .task' "$work/stdout")
run struct --json "$dump" task_struct "$task" .pid .comm .mm.owner '.thread_pid.numbers[0].nr' .cred.user_ns.ns.inum
expect_status 0 "a task by its address"
expect_json '.value.pid == $pid and .value.comm == "actors" and .value["thread_pid.numbers[0].nr"] == $pid' \
    "members followed" --argjson pid "$pid"
expect_json '.value["mm.owner"] == $task' "a pointer back" --arg task "$task"
run struct --json "$dump" struct task_struct "$task"
expect_json '.size > 1000 and (.value | keys | length) > 200 and .value.tgid == $pid' "a whole struct" --argjson pid "$pid"

# A list, held against the modules.
run mods --json "$dump"
jq -r '.modules[].name' "$work/stdout" >"$work/modules"
run struct --json "$dump" module modules --list list .name
expect_status 0 "a list"
jq -r '.value[].value.name' "$work/stdout" >"$work/listed"
expect_same "$work/modules" "$work/listed" "every module in order"

# A file system's name is a pointer to char; its address is what rd has.
run struct "$dump" file_system_type proc_fs_type .name
expect_line stdout '^\.name = 0x[0-9a-f]+ (<.*> )?"proc"$' "the text behind a pointer to char"
run struct "$dump" file_system_type proc_fs_type .name --json
expect_json '.value.name | test("^0xffff")' "and in JSON its address"

run struct "$dump" tsk_struct
expect_error 1 "the nearest is 'task_struct'" "an unknown type"
run struct "$dump" task_struct init_task .cmm
expect_error 1 "no member 'cmm'; the nearest is 'c?o?mm" "an unknown member"
run struct "$dump" task_struct init_task .comm.x
expect_error 1 'has no members' "a member of an array"
run struct "$dump" task_struct init_task '.comm[16]'
expect_error 1 'last of 16' "an index that is too large"
run struct "$dump" task_struct init_task .mm.pgd
expect_error 1 'the pointer \.mm is null' "through a null pointer"
run struct "$dump" task_struct init_task '.mm->pgd'
expect_error 1 '\.mm->pgd: the pointer \.mm is null' "and by an arrow"
run struct "$dump" task_struct init_task '.parent->parent->comm' '.parent.group_leader->pid'
expect_status 0 "pointers are followed by arrows"
expect_line stdout '^\.parent->parent->comm = "swapper/0"$' "one after the other"
expect_line stdout '^\.parent\.group_leader->pid = 0$' "and dots among them"
run struct "$dump" task_struct init_task '.parent->'
expect_error 1 'is no member' "an arrow at the end"
run shell "$dump" -c 'struct task_struct init_task .parent->comm' -c 'task_struct.parent->comm init_task'
expect test "$(grep -c '^\.parent->comm = "swapper/0"$' "$work/stdout")" -eq 2 "in the shell an arrow is no redirection"
run struct "$dump" task_struct init_task .comm .mm.pgd .mm.owner .pid
expect_status 3 "of several members those that can be read are shown"
expect_line stdout '^\.pid = 0$' "also behind one that cannot"
expect_line stderr 'warning: not to be had: \.mm\.pgd: the pointer \.mm is null' "the others are named"
run struct "$dump" task_struct init_task .comm .mm.pgd --json
expect_json '.value == {"comm": "swapper/0", "mm.pgd": null} and (.warnings | length == 1)' "and null in JSON"
run struct "$dump" task_struct init_task .mm.pgd .mm.owner
expect_status 1 "nothing is shown where none can be read"

# Names with offsets and CPUs. (tests/cli/test_documents.sh runs the examples of --help.)
run ps "$dump" --json
first=$(json '[.tasks[] | select(.running and .cpu == 0)][0].comm')
run struct "$dump" rq runqueues:0 .cpu .curr.comm
expect_line stdout "^\\.curr\\.comm = \"$first\"\$" "a per-CPU variable: CPU 0 runs what ps says"
run struct "$dump" rq runqueues:1 .cpu
expect_line stdout '^\.cpu = 1$' "another CPU's"
run struct "$dump" rq runqueues
expect_error 1 'runqueues is a per-CPU variable.*runqueues:0' "a per-CPU variable without its CPU"
run struct "$dump" rq runqueues:900
expect_error 1 'CPU 900' "a CPU that there is not"
run struct "$dump" task_struct init_task:0
expect_error 1 'no per-CPU variable' "what is no per-CPU variable"

run struct "$dump" task_struct no_such_symbol
expect_error 1 'no_such_symbol' "an unknown symbol"
run struct "$dump" task_struct 1234
expect_error 1 'process' "an address of no process"
run struct "$dump" task_struct ffff000000000000
expect_error 1 '' "an address that is not mapped"
run struct "$dump" task_struct init_task comm
expect_error 2 'dot' "a member without its dot"
run struct "$dump" task_struct init_task --list comm
expect_error 1 'no list_head' "a list by what is no list_head"
run struct "$dump" task_struct --list tasks
expect_error 2 'head' "a list without its head"
run struct "$dump"
expect_status 2 "no type"
run struct "$dump" page --depth x
expect_status 2 "a wrong depth"
finish
