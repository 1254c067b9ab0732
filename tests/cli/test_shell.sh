#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The prompt: each command answers as it does alone, from an input that is opened once; what fails ends one command; the
# process that reads the dump has neither the terminal nor files; lines that are typed are completed and kept.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"
export LC_ALL=C.UTF-8 TZ=UTC TERM=xterm HOME=$work/home
unset FBUNDLE_PAGER PAGER XDG_STATE_HOME COLUMNS NO_COLOR
mkdir "$HOME"

dump=$(echo "$samples"/dump.*)
cores=()
for core in "$samples"/core.132.xz "$samples"/core.128.xz; do
    cores+=(--core "$core")
done
pid=132

# same NAME ARG...: standard output, warnings and status are those of the command alone.
same() {
    local name=$1
    shift
    run "$name" "$dump" "$@" "${cores[@]}"
    cp "$work/stdout" "$work/alone"
    cp "$work/stderr" "$work/alone-errors"
    local alone=$status line="$name"
    for word in "$@"; do
        line+=" '$word'"
    done
    run shell "$dump" "${cores[@]}" -c "$line"
    [ "$status" = "$alone" ] && cmp -s "$work/stdout" "$work/alone" && cmp -s "$work/stderr" "$work/alone-errors"
    report $? "$name $*: the same answer as alone"
}
same info --json
same ps
same ps --json
same ps --threads --waits
same bt "$pid"
same bt --all --group
same vm "$pid"
same vm actors-none
same rd linux_banner 64 --raw
same vtop "$pid:0x7fe8182d6000"
same files 141 --json
same mounts
same mem
same cpus
same log
same mods
same sym schedule
same sym no_such_symbol
same struct task_struct init_task .comm
same waits
same bt --nonsense
same bt 999999

# A damaged input: what its opening warns of is told once; what the tasks and cores do, by the commands that need them.
head -c 60000 "$samples/core.132.xz" >"$work/core.cut.xz"
head -c 900 /dev/urandom >"$work/core.none"
run shell "$dump" --core "$work/core.none" -c log -c ps -c info
expect_status 3 "a core that is none: a part is missing"
expect test "$(grep -c 'core.none' "$work/stderr")" -eq 2 "it is told by the two commands that need cores"
run log "$dump" --core "$work/core.none"
expect_status 0 "log alone does not need it"
run shell "$dump" --core "$work/core.none" -c log
expect_status 0 "nor does it in the shell"
run shell "$work/core.none" -c ps
expect_error 1 "core.none" "no dump: the shell does not begin"
run shell "$work/no-such-dump" -c ps
expect_error 1 "no-such-dump" "no file: the shell does not begin"

# Commands from files, and which of them is the worst.
printf '# a comment\n\nsym schedule\nps | head -n 2 >%s\n' "$work/piped" >"$work/commands"
run shell "$dump" -f "$work/commands"
expect_status 0 "commands of a file"
expect_line stdout '^ffffffffa32070d0 T schedule' "the first one"
expect_lines stdout 1 "and nothing of the second"
expect test "$(wc -l <"$work/piped")" -eq 2 "a pipe, and a file by sh"
run shell "$dump" -c "< $work/commands"
expect_line stdout ' schedule' "a file in a file"
echo "< $work/endless" >"$work/endless"
run shell "$dump" -f "$work/endless"
expect_error 1 'call each other' "files that call each other end"
run_program bash -c "'$FBUNDLE' '$dump' <'$work/commands'"
expect_status 0 "fbundle INPUT is the shell, and reads standard input"
expect_line stdout ' schedule' "its commands run"
run shell "$dump" -f "$work/no-file"
expect_error 1 'no-file' "no such file of commands"
run shell "$dump" -c "sym schedule" -c "sym no_such_symbol" -c "sym panic"
expect_status 1 "a command that fails"
expect_lines stdout 2 "the others are run"
run shell "$dump" -c nonsense -c "sym no_such_symbol"
expect_status 2 "wrong usage is worse"
run shell "$dump" -c "pss"
expect_error 2 "did you mean 'ps'" "a mistyped command"
run shell "$dump" -c "fbundle ps ."
expect_error 2 "without fbundle" "fbundle before a command"
run shell "$dump" -c "shell ."
expect_error 2 "this is the shell" "no shell in a shell"
run shell "$dump" -c "ps 'x"
expect_error 2 "not closed" "an open quote"
run shell "$dump" --json -c ps
expect_error 2 "is for the commands" "--json of the shell" || true
run shell "$dump" -c quit -c "sym schedule"
expect_status 0 "quit"
expect_lines stdout 0 "nothing is run behind quit"
run shell "$dump" -c "!exit 7" -c "! echo by-sh"
expect_status 0 "the status of programs does not count"
expect_line stdout '^by-sh$' "a program"
run shell "$dump" -c "sym schedule | cat; exit 3"
expect_status 0 "nor does that of a program behind a pipe"
run shell "$dump" -c "ps --json | head -c 1 >/dev/null"
expect_status 0 "a program that reads no more is no failure"
run shell "$dump" -c help -c "help bt" -c "help merge"
expect_status 0 "help"
expect_line stdout '^  waits ' "it lists commands"
expect_line stdout '^Usage: fbundle bt' "help COMMAND"
expect_line stdout '^Usage: fbundle merge' "of one that runs apart, too"

# Files are written as every output is.
cd "$work" || exit
run ps "$dump"
cp stdout alone
run shell "$dump" -c "ps > 'a list'"
expect_status 0 "output into a file"
expect_same "a list" alone "the file has the output"
expect test "$(stat -c %a "a list")" = 600 "its mode is that of every output"
run shell "$dump" -c "log > 'a list'"
expect_error 2 "a list exists: '>[|] a list' replaces it" "a file is not replaced"
expect_same "a list" alone "and stays as it is"
run shell "$dump" -c "log >| 'a list'"
expect_status 0 "but by >|"
run log "$dump"
expect_same "a list" stdout "the file is replaced"
run shell "$dump" -c "sym no_such_symbol > none"
expect_no_file none "a command that fails leaves no file"
cp "$dump" copy
run shell copy -c "ps >| copy"
expect_error 2 "is a file of the input" "an input is not replaced"
expect_same copy "$dump" "and stays as it is"

# Commands with an input of their own.
run shell "$dump" -c "extract 139 --from-dump -o made.core" -c "bt $pid --sysroot $samples/sysroot > own"
expect_file made.core "extract writes its file"
run bt "$dump" "$pid" --sysroot "$samples/sysroot"
expect_same own stdout "an option about the input is heeded"
run shell "$dump" -c "ps -j 2"
expect_error 1 "give the shell itself" "-j is the shell's"

# crash's words, and the current task.
run shell "$dump" -c "set $pid" -c set -c "vm -p" -c "set -p" -c set
expect_status 0 "set"
expect test "$(grep -c "^    PID: $pid\$" stdout)" -eq 2 "set PID, and set shows it"
expect test "$(grep -c "^    PID: 1\$" stdout)" -eq 2 "set -p is the task that panicked"
expect_line stdout '/lab/actors$' "vm is of the current task"
run shell "$dump" -c vm
expect_error 2 'set PID' "without a current task it is asked for"
run shell "$dump" -c "set 999999"
expect_error 1 "999999" "no such task"
run shell "$dump" -c "foreach bt" -c "kmem -i" -c "task_struct.comm init_task"
expect_status 3 "crash's words are run"
expect_line stdout '^TID|^PID 2 ' "foreach bt"
expect_line stdout '^slab ' "kmem -i"
expect_line stdout 'swapper' "struct with members"
run shell "$dump" -c "dis schedule"
expect_status 0 "dis has its library within the sandbox"
expect_line stdout '^0xf[0-9a-f]+ <schedule>:  ' "and disassembles"
run shell "$dump" -c "bt -v"
expect_error 2 'crash vmlinux' "what there is not is answered"

# The reader of the dump: its sandbox, and no terminal.
cat >look <<'LOOK'
# What the kernel tells of the other children of the shell.
for pid in $(grep -ls "^PPid:.$PPID\$" /proc/[0-9]*/status | cut -d/ -f3); do
    [ "$pid" = $$ ] || {
        grep -E "^(Seccomp|NoNewPrivs):" "/proc/$pid/status"
        echo "session of its own: $(cut -d' ' -f6 "/proc/$pid/stat" | grep -cx "$pid")"
        ls -l "/proc/$pid/fd"
    }
done
LOOK
run shell "$dump" -c "sym schedule" -c "!exec sh look"
expect_line stdout '^Seccomp:.*2$' "the reader has its filter of system calls"
expect_line stdout '^NoNewPrivs:.*1$' "and gets no rights"
printf '%s\n' '< fbundle> ' '> !exec sh look >fds\n' '< fbundle> ' '> quit\n' >steps
run_program bash -c "'$top/tests/cli/typed.py' '$FBUNDLE' '$dump' <steps"
expect_status 0 "a shell on a terminal"
expect grep -q '^Seccomp:.*2$' fds "its reader is shut in"
expect grep -q '^session of its own: 1$' fds "and has no terminal that could signal it"
expect test "$(grep -cE '^l.* -> /dev/(pts|tty)' fds)" -eq 0 "nor a descriptor of one"
expect test "$(grep -cE '^l.* -> /' fds)" -eq "$(grep -cE "^l.* -> (/dev/null|$dump|/proc/|/)\$" fds)" "nor any file but the input"

# A reader that dies between commands is started again.
cat >kill-others <<'KILL'
for pid in $(grep -ls "^PPid:.$PPID\$" /proc/[0-9]*/status | cut -d/ -f3); do
    [ "$pid" = $$ ] || kill -9 "$pid"
done
KILL
run shell "$dump" -c "sym schedule" -c "!exec sh kill-others" -c "sym panic"
expect_status 0 "the reader is killed"
expect_line stdout ' T panic/' "the next command is answered"
# What a command breaks is its own: it may not take more memory, and ends by a signal.
if grep -q __asan_init "$FBUNDLE"; then
    skip "memory that runs out: the sanitizer takes more than the limit to start"
else
    run_program bash -c "ulimit -d 300000; exec '$FBUNDLE' shell '$dump' -c 'sym schedule' -c 'rd linux_banner 60000000 --json' -c 'sym panic'"
    expect test "$status" -ne 0 "a command without the memory that it takes fails"
    expect_line stdout ' T panic/' "the next one does not"
fi

# typed TEXT [ROWS]: types the steps in the file `steps`.
typed() {
    run_program bash -c "'$top/tests/cli/typed.py' --rows ${2:-2000} '$FBUNDLE' '$dump' <steps"
    expect_status 0 "$1"
}
cat >steps <<'STEPS'
< fbundle>
> sym schedule_hrtimeout_range_cl\t\n
< T \x1b[1mschedule_hrtimeout_range_clock
< fbundle>
> struct task_struct .nsprox\t\n
< struct nsproxy *
< fbundle>
> struct task_stru\t.comm\n
< char [16]
< fbundle>
> set actor\t\n
< fbundle>
> set 132\t\n
< fbundle 132>
> nonsense\x03
< fbundle 132>
> bt --gro\t\n
< fbundle 132>
> mo\t
< mods
< mounts
> \x03
< fbundle 132>
> history\n
< sym schedule_hrtimeout_range_clock
< fbundle 132>
> \x04
STEPS
typed "lines that are typed"
expect_file "$HOME/.local/state/fbundle/history" "the history is kept"
expect test "$(stat -c %a "$HOME/.local/state/fbundle/history")" = 600 "for the user alone"
cat >steps <<'STEPS'
< fbundle>
> history\n
< sym schedule_hrtimeout_range_clock
< fbundle>
> quit\n
STEPS
typed "and is there in the next shell"

# A pager gets what is longer than the screen, and no control characters but colours.
cat >steps <<'STEPS'
< fbundle>
> ps\n
< paged
< fbundle>
> sym schedule\n
< schedule
< fbundle>
> quit\n
STEPS
export FBUNDLE_PAGER="sed 's/^/paged /'"
typed "a pager" 24
expect test "$(grep -c paged stdout)" -gt 24 "it gets the long output"
expect_no_line stdout 'paged.*schedule' "and not the short one"
unset FBUNDLE_PAGER

# Ctrl-C ends the command and not the shell.
cat >steps <<'STEPS'
< fbundle>
> !echo beg""un; exec sleep 600\n
< \nbegun
> \x03
< fbundle>
> rd 0 3000000000000 --raw --fill | echo beg""un; exec sleep 600\n
< \nbegun
> \x03
< fbundle>
> sym schedule\n
< T \x1b[1mschedule
< fbundle>
> quit\n
STEPS
typed "Ctrl-C"
finish
