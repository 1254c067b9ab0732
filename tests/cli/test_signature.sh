#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# signature: of the sample, which hung, and of dumps of other crashes made of it: what is equal, and what differs.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)

# hash LEVEL DUMP
hash() { "$FBUNDLE" signature "$2" --level "$1" 2>"$work/stderr"; }

run signature "$dump"
expect_status 0 "signature"
expect_line stdout '^ +kind  hang$' "the kind"
expect_line stdout '^ +thread  9 kworker/u4:0: it is at the end of what most threads wait for$' "whose fault it is"
expect_line stdout '^ +waits  rwsem in .* > frozen in .*\(kworker\)$' "what they wait for, without numbers"
expect_line stdout '^ +place  +[0-9a-f]{16}$' "the hash of a level"
run signature "$dump" --json
expect_json '.kind == "hang" and .guilt == "chain" and .tid == 9 and .waits.deadlock == false' "JSON"
expect_json '[.signatures[].level] == ["kind", "place", "top", "stack"]' "from coarse to fine"
expect_json 'all(.signatures[]; (.text | startswith("fbundle signature \(1)")))' "what is hashed"
top=$(json '.signatures[2].hash')
expect [ "$(hash top "$dump")" = "$top" ] "--level prints the one hash"

# The same crash on another host at another time; two others; and one whose kind is not known.
python3 "$(dirname "$0")/made_crashes.py" "$dump" "$work/made" \
    again host=db0001 time=1763800000 -- \
    bug "report=kernel BUG at x.c:1234" "panic=Fatal exception" -- \
    bug-elsewhere "report=kernel BUG at x.c:99" "panic=Fatal exception" host=db0002 -- \
    disk "report=." "panic=bad disk 17" -- \
    disk-other "report=." "panic=bad disk 42" -- \
    fan "report=." "panic=no fan" || report 1 "dumps are made"
for level in kind place top stack; do
    expect [ "$(hash $level "$work/made/again")" = "$(hash $level "$dump")" ] "another host and time, the same $level"
done
run signature "$work/made/bug" --json
expect_json '.kind == "bug" and .guilt == "report" and .tid == 1 and .waits == null' "a crash: the reported thread"
expect_json '[.stack[].function][0:2] == ["proc_reg_write", "vfs_write"] and .stack[0].place' \
    "its stack without what panics, compilers' suffixes and offsets"
expect_json 'any(.stack[]; .function == "sys_write") and all(.stack[]; .function | test("^(do_syscall|entry_)") | not)' \
    "and without how the kernel was entered"
expect [ "$(hash stack "$work/made/bug")" = "$(hash stack "$work/made/bug-elsewhere")" ] "the report's numbers do not count"
expect [ "$(hash kind "$work/made/bug")" != "$(hash kind "$dump")" ] "another kind is another signature"
run signature "$work/made/disk" --json
expect_json '.kind == "panic" and .guilt == "panic"' "panic() by unknown words"
expect [ "$(hash place "$work/made/disk")" = "$(hash place "$work/made/disk-other")" ] "its words without numbers"
expect [ "$(hash place "$work/made/disk")" != "$(hash place "$work/made/fan")" ] "other words are another place"
expect [ "$(hash kind "$work/made/disk")" = "$(hash kind "$work/made/fan")" ] "of one kind"

run signature "$dump" --level fine
expect_status 2 "no such level"
run signature "$dump" --level top --json
expect_status 2 "--json has all levels"
run signature "$samples/dmesg.202611231722"
expect_status 1 "no dump"
# Cut off where the tables of symbols would be: the log is what is left, if that.
head -c 3000000 "$dump" >"$work/cut"
run signature "$work/cut" --json
expect grep -qx "[13]" - <<<"$status" "a dump that is cut off gives what is left, or says why not"
finish
