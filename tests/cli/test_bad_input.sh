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
expect_status 1 "a 32-bit core"
expect_line stderr '32-bit' "a 32-bit core: said so"
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

# Outputs that cannot be.
run merge "$dump" "$work/core" -o "$work/none/out.fbundle"
expect_error 1 'none/out.fbundle.*No such file' "an output in a folder that is missing"
cp "$dump" "$work/dump"
run merge "$work/dump" "$work/core" -o "$work/dump" --force
expect_error 1 'is an input' "the dump as output is refused, --force or not"
run merge "$work/dump" "$work/core" -o "$work/core" --force
expect_error 1 'is an input' "a core as output is refused, --force or not"
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
expect_error 1 'no symbol no_such_symbol' "a symbol that there is not"
run sym "$dump" no_such_symbol
expect_error 1 'no symbol is named no_such_symbol' "sym of a name that there is not"
finish
