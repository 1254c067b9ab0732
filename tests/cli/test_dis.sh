#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dis: functions of the kernel and of modules, code of a process, the line that a stack returns to; held against objdump.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run dis "$dump" schedule
expect_status 0 "a function"
expect_line stdout '^0xffffffff[0-9a-f]+ <schedule>: +nop' "its first instruction"
expect_line stdout '^0xffffffff[0-9a-f]+ <schedule\+0x[0-9a-f]+>: +callq? +0xffffffff[0-9a-f]+ <__schedule>$' "a call with its symbol"
expect_line stdout '%gs:.*# <current_task>$' "a per-CPU variable by its name"
expect grep -qv 'int3' <(tail -1 "$work/stdout") "not what stands behind it"

# Every instruction begins where objdump has one, with the same bytes.
run dis --json "$dump" do_sys_openat2
expect_status 0 "JSON"
expect_json '.symbol == "do_sys_openat2" and .module == null and (.instructions | length > 50) and all(.instructions[]; .valid)' "what it is"
json '.instructions[] | "\(.at.address[2:]) \(.bytes)"' >"$work/ours"
start=$(json .address)
size=$(($(json '.instructions[-1].at.address') - start + $(json '.instructions[-1].bytes | length / 2')))
"$FBUNDLE" rd "$dump" "${start#0x}" "$size" --raw >"$work/code"
objdump -D -z --insn-width=15 -b binary -m i386:x86-64 --adjust-vma="$start" "$work/code" |
    sed -n 's/^ *\([0-9a-f]*\):\t\([0-9a-f ]*[0-9a-f]\) *\t.*/\1 \2/p' | awk '{a = $1; $1 = ""; gsub(/ /, ""); print a, $0}' >"$work/theirs"
expect test "$(wc -l <"$work/theirs")" -gt 50 "objdump has it"
expect_same "$work/theirs" "$work/ours" "the same instructions"
objdump -D -z -b binary -m i386:x86-64 --adjust-vma="$start" "$work/code" |
    sed -n 's/.*\tcall *0x\([0-9a-f]*\).*/0x\1/p' >"$work/theirs"
json '.instructions[] | select(.mnemonic | startswith("call")) | .target | select(. != null) | .address' >"$work/ours"
expect_same "$work/theirs" "$work/ours" "the same calls"

# What a stack returns to.
run dis "$dump" schedule+0x5a/0x90 -r
expect_status 0 "up to an address"
expect_line stdout '^=> 0xffffffff[0-9a-f]+ <schedule\+0x5a>: ' "which is marked"
tail -2 "$work/stdout" | head -1 >"$work/call"
expect grep -q 'call.*<__schedule>$' "$work/call" "behind the call"
expect test "$(grep -c '^=> ' "$work/stdout")" -eq 1 "one line is"
run dis "$dump" schedule+0x5a --forward
expect_line stdout '^0xffffffff[0-9a-f]+ <schedule\+0x5a>: ' "from an address on"
expect_line stdout ' ret' "up to the function's end"
run dis "$dump" schedule+0x5a
expect test "$(wc -l <"$work/stdout")" -eq 1 "one instruction of an address"
run dis "$dump" schedule 3
expect test "$(wc -l <"$work/stdout")" -eq 3 "or as many as are wanted"

# A module, and a process.
run dis "$dump" loop_queue_rq
expect_line stdout '<loop_queue_rq \[loop\]>: ' "a module's function"
expect_line stdout '<loop_queue_rq\+0x[0-9a-f]+ \[loop\]>: +j.* <loop_queue_rq\+0x[0-9a-f]+ \[loop\]>$' "and its branches"
run vm --json "$dump" 1
text=$(json '[.vmas[] | select(.perms | startswith("r-x")) | select(.pages.vmcore > 0)][0].start')
if [ "$text" != null ]; then
    run dis "$dump" "1:${text#0x}" 5
    expect_status 0 "code of a process"
    expect_line stdout "^$text:  " "by its address"
else
    skip "the dump has no code of PID 1"
fi
run dis "$dump" --process 999999 400000
expect_error 1 '999999' "no such process"
run dis "$dump" no_such_function
expect_error 1 'no_such_function' "no such symbol"
run dis "$dump" schedule 0
expect_error 2 'number of instructions' "no instruction"
run dis "$dump" schedule -r -f
expect_status 2 "both directions"
run dis "$dump" ffff800000000000
expect_status 1 "what is not mapped"
finish
