#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input: one clear line, the status that the manual promises, and never a half-written bundle.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
core=$(find "$samples" -name 'core.[0-9]*.zst' | sort | head -n 1)
zstd -dqfo "$work/core" "$core"
out=$work/out.fbundle

# nothing_left TEXT: neither an output nor a temporary file stands in $work.
nothing_left() {
    expect [ -z "$(find "$work" -mindepth 1 -name '*fbundle*')" ] "$1: nothing is left behind"
}

# Usage.
run
expect_status 2 "no command is wrong usage"
run no-such-command "$dump"
expect_error 2 "no command 'no-such-command'" "an unknown command is named"
run merge "$dump"
expect_status 2 "merge without a core is wrong usage"
expect_line stderr 'CORE' "merge without a core says what is missing"
run ps "$dump" --no-such-option
expect_status 2 "an unknown option is wrong usage"
run ps "$dump" -j 0
expect_status 2 "-j 0 is wrong usage"
run ps "$dump" --color pink
expect_status 2 "--color pink is wrong usage"
run ps "$dump" --redact
expect_status 2 "another command's option is wrong usage"
expect_line stderr "unrecognized option '--redact'" "another command's option is named"
run "$dump" info
expect_error 2 'the command comes before the input' "the dump before the command"
run bt "$dump" no-such-name
expect_error 1 "'no-such-name' is neither a PID nor the name of a process.*fbundle ps" "a name that no process has"
run bt "$dump" 99999999999999
expect_error 2 'is no PID' "a PID beyond all"
run vm "$dump" 1 2
expect_status 2 "two PIDs where one is taken"
for length in 0 abc 8k 99999999999999999999; do
    run rd "$dump" init_task "$length"
    expect_error 2 "'$length' is no length: expected" "rd of $length bytes"
done
run rd "$dump" -- init_task -1
expect_error 2 "'-1' is no length" "rd of -1 bytes"
run rd "$dump" init_task 8 --fill
expect_error 2 'goes with --raw' "rd --fill without --raw"
run rd "$dump" init_task 8 --raw --json
expect_error 2 'exclude each other' "rd --raw --json"
expect_lines stdout 0 "rd --raw --json prints nothing"
run waits "$dump" --dot --json
expect_error 2 'exclude each other' "waits --dot --json"
run extract "$dump"
expect_error 2 'name one PID or core, or --all' "extract of nothing"
run struct "$dump" module --list list
expect_error 2 "takes the address of a list's head" "struct --list without an address"
run struct "$dump" task_struct .comm pid
expect_error 2 "'pid' is no member" "a member without its dot behind members"
run struct "$dump" task_struct comm
expect_error 1 'a member begins with a dot: .comm' "a member without its dot"
run struct "$dump" task_struct .no_such_member
expect_error 1 "no member 'no_such_member'" "a member that there is not"
run struct "$dump" no_such_type
expect_error 1 "no type is named 'no_such_type'" "a type that there is not"

# Dumps that are none.
run info "$work/missing"
expect_error 1 'missing.*No such file' "a missing dump"
: >"$work/empty"
run info "$work/empty"
expect_error 1 'empty' "an empty dump"
echo 'just some text' >"$work/text"
run info "$work/text"
expect_error 1 'text: .*not a kernel dump' "a text file is no dump"
run info "$work"/core
expect_error 1 'core.*process core' "a process core is no kernel dump"
run info /dev/null
expect_error 1 '/dev/null' "a device is no dump"
mkdir "$work/bare"
run info "$work/bare"
expect_error 1 'no dump in this folder' "a folder without a dump"
mkdir "$work/many"
cp "$dump" "$work/many/dump.1"
cp "$dump" "$work/many/dump.2"
run info "$work/many"
expect_error 1 'dump.1: a whole dump, not a part' "a folder of two dumps named like parts"
mv "$work/many/dump.2" "$work/many/vmcore"
run info "$work/many"
expect_error 1 '2 dumps in this folder .*name one of them' "a folder of two dumps"
rm -r "$work/many"
mkfifo "$work/fifo"
run info "$work/fifo"
expect_error 1 'fifo is not a regular file: copy' "a pipe is no dump"
run info "$FBUNDLE"
expect_error 1 'an ELF program' "a program is no dump"
run merge "$work/core" "$dump" -o "$out"
expect_error 1 'core: is a process core.*the dump comes first' "dump and core swapped"
nothing_left "dump and core swapped"

# What goes with a dump.
run info "$dump" --part "$work/missing"
expect_error 1 'missing: No such file' "a part that is missing"
cp "$dump" "$work/copy"
run info "$dump" --part "$work/copy"
expect_error 1 'not a part of a split one: give it alone' "a part of no split dump"
for option in --sysroot --debug-dir; do
    run bt "$dump" 132 "$option" "$work/missing"
    expect_error 1 "$option .*missing: No such file" "$option that is missing"
    run bt "$dump" 132 "$option" "$work/text"
    expect_error 1 "$option .*text: Not a directory" "$option that is a file"
done
run bt "$dump" 132 --sysroot "$work/bare"
expect_line stderr 'the sysroot lacks files' "a sysroot without the files: said so"
run bt "$dump" 132 --vmlinux "$work/missing"
expect_error 1 '--vmlinux: .*missing: No such file' "a vmlinux that is missing"
run bt "$dump" 132 --vmlinux "$work/text"
expect_error 1 '--vmlinux: .*text: not an ELF file' "a vmlinux that is text"
run bt "$dump" 132 --vmlinux "$work/core"
expect_error 1 '--vmlinux: .*core: a core' "a vmlinux that is a core"
run bt "$dump" 132 --vmlinux "$(command -v ls)"
expect_error 1 '--vmlinux: .*of another build: build-id [0-9a-f]+, .* has [0-9a-f]+' "another program's build-id"
run ps "$dump" --core "$dump"
expect_status 3 "the dump as a core beside itself: an answer"
expect_line stderr 'is a kernel dump.*not a process core' "the dump as a core: said so"

# A dump cut off at many places: an answer with warnings, or one line that says why not.
size=$(stat -c %s "$dump")
for percent in 0 1 2 5 10 20 30 40 50 60 70 80 90 95 99; do
    head -c $((size * percent / 100 + 17)) "$dump" >"$work/cut"
    run ps "$work/cut" --json
    case $status in
    1) expect_error 1 'cut' "cut at $percent %: refused" ;;
    *)
        expect_status 3 "cut at $percent %: a partial answer"
        expect_line stderr 'warning' "cut at $percent %: says so"
        ;;
    esac
    run merge "$work/cut" "$work/core" -o "$out"
    case $status in
    1) nothing_left "merge of a dump cut at $percent %" ;;
    *)
        expect_status 3 "merge of a dump cut at $percent %"
        run verify "$out"
        expect_status 0 "what was merged from a dump cut at $percent % verifies"
        rm -f "$out"
        ;;
    esac
done

# Cores that are none.
run merge "$dump" "$work/text" -o "$out"
expect_status 1 "a text file as the only core"
expect_line stderr 'text: .*(not|no) ' "a text file as core: said so"
nothing_left "a text file as the only core"
run merge "$dump" "$work/empty" -o "$out"
expect_status 1 "an empty file as the only core"
run merge "$dump" "$FBUNDLE" -o "$out"
expect_status 1 "a program as the only core"
expect_line stderr 'not a core|no core' "a program as core: said so"
run merge "$dump" "$dump" -o "$out"
expect_status 1 "the dump as its own core"

# patch FILE OFFSET BYTES: a copy of the core with bytes changed.
patch() { cp "$work/core" "$1" && printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
patch "$work/arm" 18 '\xb7\x00'
run merge "$dump" "$work/arm" -o "$out"
expect_status 1 "a core of another architecture"
expect_line stderr '[aA][aA]rch64' "another architecture is named"
patch "$work/narrow" 4 '\x01'
run merge "$dump" "$work/narrow" -o "$out"
expect_status 1 "an x32 core"
expect_line stderr 'x32' "an x32 core: said so"
nothing_left "cores of another kind"

run merge "$dump" "$work/core" "$work/text" -o "$out"
expect_status 3 "one good core, one that is none: an answer"
expect_line stderr 'text' "the one that is none is named"
rm -f "$out"
run merge "$dump" "$work/core" "$work/core" -o "$out"
expect_status 3 "the same core twice: an answer"
expect_line stderr 'twice' "the same core twice: said so"
rm -f "$out"
head -c $(($(stat -c %s "$work/core") / 2)) "$work/core" >"$work/half"
run merge "$dump" "$work/half" -o "$out"
expect_status 3 "a core cut in half: an answer"
rm -f "$out"

run merge "$dump" "$work/bare" -o "$out"
expect_error 1 'bare: no core in this folder' "a folder without a core"
run merge "$dump" "$work/missing" -o "$out"
expect_error 1 'cannot open .*missing: No such file' "a core that is missing"

# Outputs that cannot be.
: >"$work/exists"
run merge "$dump" "$work/core" -o "$work/exists"
expect_error 1 'exists: only overwritten with --force' "an output that exists"
expect [ ! -s "$work/exists" ] "it is untouched"
run merge "$dump" "$work/core" -o "$work/bare" --force
expect_error 1 'bare is a folder: name a file in it' "a folder as output"
run merge "$dump" "$work/core" -o "$work/text/out"
expect_error 1 'its folder: Not a directory' "an output below a file"
for command in "ps" "ps --json" "log" "bt -a"; do
    command_line="fbundle $command DUMP >/dev/full"
    # shellcheck disable=SC2086 # a command with its option
    "$FBUNDLE" $command "$dump" >/dev/full 2>"$work/stderr"
    status=$?
    expect_error 1 'standard output' "$command to a full device"
done
run merge "$dump" "$work/core" -o "$work/none/out.fbundle"
expect_error 1 'none/out.fbundle.*No such file' "an output in a folder that is missing"
cp "$dump" "$work/dump"
run merge "$work/dump" "$work/core" -o "$work/dump" --force
expect_error 1 'is an input' "the dump as output is refused, --force or not"
run merge "$work/dump" "$work/core" -o "$work/core" --force
expect_error 1 'is an input' "a core as output is refused, --force or not"
run merge "$work/dump" "$work/core" "$work/text" -o "$work/text" --force
expect_error 1 'is an input' "a core that cannot be used is not written over either"
run report "$work/dump" --vmlinux "$work/text" -o "$work/text" --force
expect_status 1 "nor is a vmlinux"
expect grep -q 'just some text' "$work/text" "both are untouched"
ln -s "$work/text" "$work/link.fbundle"
run merge "$dump" "$work/core" -o "$work/link.fbundle" --force
expect_error 1 'link' "a symbolic link as output is refused"
expect grep -q 'just some text' "$work/text" "what the link names is untouched"
rm "$work/link.fbundle"
(ulimit -f 2048 && trap '' XFSZ && "$FBUNDLE" merge "$dump" "$work/core" -o "$out" >"$work/stdout" 2>"$work/stderr")
status=$?
expect_error 1 'out.fbundle.*(File too large|No space)' "an output that runs full midway"
nothing_left "an output that runs full midway"

# Bundles that are none.
run verify "$dump"
expect_error 1 'not a bundle|no bundle' "verify of a dump that is no bundle"
run verify "$work/bare"
expect_error 1 'no dump in this folder' "verify of a folder without a bundle"
run merge "$dump" "$work/core" -o "$out"
head -c 100000 "$out" >"$work/cut"
run info "$work/cut"
expect_error 1 'not one page of it can be read: it is cut off' "info of a bundle's beginning"
run verify "$work/cut"
expect_status 3 "verify of a bundle's beginning"
run extract "$out" no-such-core --from-dump
expect_error 1 "'no-such-core' is neither a PID nor the name" "a name where only a process will do"
run merge "$out" "$work/core" --redact -o "$work/again"
expect_error 1 'is a bundle, .*redact from the dump' "a bundle to redact"
run extract "$dump" --all -o "$work/bare"
expect_error 1 'no core is in it' "all cores of a dump without any"
run extract "$dump" 4194000
expect_error 1 'PID 4194000' "extract of a PID that nobody had"
run extract "$dump" no-such-core
expect_error 1 'no-such-core' "extract of a core that is not there"
run vm "$dump" 2
expect_error 1 'kernel thread' "the mappings of a kernel thread"
run vm "$dump" 4194000
expect_error 1 'no process has PID 4194000' "the mappings of a PID that nobody had"
run rd "$dump" 1:zzz 16
expect_error 1 "'zzz' is no address" "an address that is no number"
run rd "$dump" 800000000000000 16
expect_error 1 'is no address of this kernel' "an address out of the canonical range"
run rd "$dump" 7f0000000000 16
expect_error 1 'name the process' "a process's address without its PID"
run rd "$dump" ffffffff81000000 9223372036854775808
expect_error 1 'behind the end of the address space' "a range of 2^63 bytes"
run rd "$dump" no_such_symbol 8
expect_error 1 "'no_such_symbol' is neither" "a symbol that there is not"
run sym "$dump" no_such_symbol
expect_error 1 "no symbol is named 'no_such_symbol'" "sym of a name that there is not"
finish
