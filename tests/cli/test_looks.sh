#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What people read: texts, columns, and that JSON says no less than text.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dump=$(echo "$samples"/dump.*)
bundle=$work/sample.fbundle
run merge "$dump" "$samples"/core.* "$samples"/*.crash -o "$bundle" --json
expect_status 0 "the sample is merged"
json '.cores[] | [(.path | sub(".*/"; "")), .pages] | tojson' >"$work/merged"

run merge "$dump" "$samples"/core.* "$samples"/*.crash -o "$bundle" --force
expect_no_line stdout '.{101}' "no line of merge is longer than 100 columns"
expect_line stdout '^  [0-9]+ [^ ]+, [0-9]+ ' "processes without a core are apart"
expect_no_line stdout '[[:blank:]]$' "merge: no blanks at line ends"
run merge "$dump" "$samples/core.128.xz" -o "$work/one.fbundle"
expect_line stdout '^1 core, 1 matched to a task$' "one core is no cores"
run extract "$dump" "$(sed -n 's/.*\bFZ=\([0-9]*\).*/\1/p' "$samples/actors")" -o "$work/one.core"
expect_line stdout 'built from the dump: 1 thread, ' "one thread is no threads"

# A bundle's cores are counted against the dump that it was made of.
run info "$bundle" --json
json '.cores[] | [(.path | sub(".*/"; "")), .pages] | tojson' >"$work/again"
expect_same "$work/merged" "$work/again" "info of a bundle counts its cores' pages as merge did"

# Every task_struct is on a slab page, most of them on tails of compound ones.
run ps "$bundle" --json
json '.tasks[] | select(.pid > 0) | .task' | sort -R --random-source="$dump" | head -n 12 >"$work/tasks"
slabs=0
tails=0
while read -r task; do
    run vtop "$bundle" "$task" --json
    [ "$(json '.page | .type == "slab" and .references > 0')" = true ] && slabs=$((slabs + 1))
    [ "$(json .page.head)" = null ] || tails=$((tails + 1))
done <"$work/tasks"
expect [ "$slabs" -eq 12 ] "vtop knows the page of each of 12 task_structs as a slab's"
expect [ "$tails" -gt 0 ] "some of them are tails of compound pages"
run vtop "$bundle" "$(head -n 1 "$work/tasks")"
expect_line stdout '^ +page  slab, flags .*slab.*, [0-9]+ references?; struct page ff' "vtop says so in its text"
run vtop "$bundle" init_task --json
expect_json '.state == "present" and .page.type == "kernel"' "vtop's JSON has the state and the page"

# What stands in stacks and in the log can be looked up as it stands there.
run log "$bundle" --panic
frame=$(grep -o ' panic+0x[0-9a-f]*/0x[0-9a-f]*' "$work/stdout" | head -n 1 | tr -d ' ')
run sym "$bundle" "$frame"
expect_line stdout "^f[0-9a-f]{15} T $(printf '%s' "$frame" | sed 's/+/\\+/')\$" "sym takes a frame of the log ($frame)"
address=$(cut -d' ' -f1 "$work/stdout")
run sym "$bundle" "$frame" --json
expect_json '.symbols[0] | .name == "panic" and .type == "T" and .offset > 0' "its JSON has offset and type"
run rd "$bundle" "$address" 16
cp "$work/stdout" "$work/by-address"
run rd "$bundle" "$frame" 16
expect_same "$work/by-address" "$work/stdout" "rd takes it too"
run sym "$bundle" 'panic+0xzz'
expect_error 1 'no symbol is named .panic\+0xzz' "an offset that is none"
run sym "$bundle" 'no_such+0x10'
expect_error 1 'no symbol is named .no_such' "an offset in what there is not"

# JSON says no less than text.
run mods "$bundle" --json
json '.modules[] | "\(.name) \(.uses) \(.state)"' >"$work/mods"
run mods "$bundle"
awk 'NR > 1 {print $3, $4, $5}' "$work/stdout" >"$work/mods.text"
expect_same "$work/mods.text" "$work/mods" "mods: uses and states"
run ps "$bundle" -t --json
json '[.tasks[] | select(.running)] | length' >"$work/running"
run ps "$bundle" -t
expect [ "$(grep -c ' [A-Z][*] ' "$work/stdout")" = "$(cat "$work/running")" ] "ps: the stars are what runs"
run bt "$bundle" --json
expect_json '.threads[0] | (.task | startswith("0xff")) and .running and
    ([.kernel[] | select(.guessed) | .symbol] | length <= 1)' "bt: the task, that it ran, and guessed frames"
guessed=$(json '[.threads[].kernel[] | select(.guessed)] | length')
run bt "$bundle"
expect [ "$(grep -c '#[0-9]*? ffff' "$work/stdout")" = "$guessed" ] "bt: as many guessed frames as the text marks"

# No line ends in blanks, and a table's last column begins where its heading does.
pid=$(sed -n 's/.*\bDL=\([0-9]*\).*/\1/p' "$samples/actors")
for command in info ps "ps -t" "ps -l" "ps -w" "ps -T" "bt -a" "bt -ag" waits mods mounts net mem cpus block workqueues "workqueues -a" irq "irq -a" timers "timers -a" sysctl bpf check log "vm $pid" "files $pid" \
    "vtop init_task" "struct list_head" "sym schedule" "dis schedule" "search -p init_task" "list module.list modules -s name" "tree radix worker_pool_idr"; do
    read -r -a words <<<"$command"
    run "${words[0]}" "$bundle" "${words[@]:1}"
    [ "$command" = log ] || expect_no_line stdout '[[:blank:]]$' "$command: no blanks at line ends"
done
run ps "$bundle" --threads --waits
at=$(awk 'NR == 1 {print index($0, "WAITS FOR")}' "$work/stdout")
expect [ "$(cut -c"$at"- "$work/stdout" | grep -c '^mutex 0x')" -ge 2 ] "ps --waits: what is waited for stands under its heading"

# What is not there says so, and what would give it.
actor() { sed "s/.*\\b$1=\\([0-9]*\\).*/\\1/" "$samples/actors"; }
run files "$bundle" 2
expect_line stdout '^no open files: a kernel thread$' "files of a kernel thread"
# Two ends of a socketpair() name each other.
ends=$(awk '/^0/ && NF == 7 && $6 == "03" {print $7}' <(tar -xOf "$samples/truth.tar.xz" truth/unix) | sort | tr '\n' ' ')
run files "$bundle" "$(actor UX)" --json
json '.files[] | select(.socket.family == "unix" and .socket.state == "ESTABLISHED") | (.path, .socket.peer)' |
    tr -dc '0-9\n' | sort | tr '\n' ' ' >"$work/ends"
expect [ -n "$ends" ] "the truth has a socketpair ($ends)"
expect [ "$(cat "$work/ends")" = "$ends" ] "files names the other end of an unnamed unix socket"
run files "$bundle" "$(actor UX)"
expect_line stdout 'socket:\[[0-9]+\]  unix stream ESTABLISHED  -> socket:\[[0-9]+\]$' "in its text too"
run vm "$bundle" "$(actor DL)"
expect_line stdout '^total \(pages of 4 KiB\) ' "vm names its unit"
expect_line stdout '^[0-9,]+ absent pages are of mapped files: --sysroot gives them$' "vm says what would give absent pages"
run vm "$bundle" "$(actor DL)" --json
absent=$(json '[.vmas[] | select(.inode != 0 and (.perms | endswith("p"))) | .pages.absent] | add')
run vm "$bundle" "$(actor DL)"
expect [ "$(sed -n 's/ absent pages are.*//p' "$work/stdout" | tr -d ,)" = "$absent" ] "as many as it counts ($absent)"
run vm "$bundle" "$(actor DL)" --sysroot "$samples/sysroot"
expect_no_line stdout '--sysroot' "no such hint with --sysroot"
run vm "$bundle" "$(actor FZ)"
expect_line stdout '^no core of this process: with one' "vm of a process without a core"

run info "$bundle"
expect grep -qFx "        host  $(tar -xOf "$samples/truth.tar.xz" truth/uname | cut -d' ' -f2)" "$work/stdout" "info names the host as uname did"
expect_line stdout '^ +load  [0-9]+\.[0-9]{2}, [0-9.]+, [0-9.]+ \(1, 5, 15 min\)$' "and its load"
expect_line stdout '^ +pages  [0-9,]+ of [0-9,]+ \([0-9.]+ MiB\)$' "pages have a size too"
[ "$(grep -c '^  *#[0-9]*?' "$work/stdout")" -eq 0 ] || grep -q '^? no unwind table' "$work/stdout"
report $? "a mark in the stack is explained"
# What is stuck, and what to look at first: of a host that hung who waits, of one that crashed the stack.
expect_line stdout '^ +stuck  1 deadlock of 2 threads, 5 threads in D state$' "info counts deadlocks and D states"
expect_line stdout '^ +look first  at the deadlock of 2 threads: 130 lock-ab, 131 lock-ba$' "it says what to look at first"
expect_line stdout "^ +fbundle waits $bundle\$" "and how"
run waits "$bundle" --json
json '[(.cycles | length), ([.cycles[][]] | length)] | tojson' >"$work/cycles"
run ps "$bundle" --json
json '[.tasks[] | select(.state == "D")] | length' >"$work/blocked"
run info "$bundle" --json
expect [ "$(json '[.look.deadlocks, .look.deadlocked_threads] | tojson')" = "$(cat "$work/cycles")" ] "as many deadlocks as waits has"
expect [ "$(json .look.uninterruptible)" = "$(cat "$work/blocked")" ] "as many in D state as ps has"
run info "$dump"
expect_line stdout '^ +look first  at what 5 threads in D state wait for, directly or not: /fz \(ext4 on loop0\)$' \
    "without the locks of processes what most threads in D state wait for"
run info "$bundle" --json
expect_json '.kernel | (.node | type == "string") and (.load | length == 3 and all(. >= 0 and . < 100))' "its JSON too"

# Each deadlock's details are told once.
run waits "$bundle"
expect [ "$(grep -c 'owner read from a core.*131 sleeps\|131 sleeps where' "$work/stdout")" -le 1 ] "waits: a deadlock's details stand once"
expect_line stdout '^ +in a deadlock, above$' "the list of all waits points to it"
run waits "$bundle" --dot
expect_line stdout 'label="/fz \(ext4 on loop0\)"' "the graph has the frozen file system"
expect_line stdout '^	"o[0-9]+" \[style=dashed label="/fz' "dashed, for nobody is known to hold it"
expect_no_line stdout "\"p$(actor FL)\"" "a process of one thread is drawn once, as that thread"

# README.md shows what is printed: it leaves lines out, and changes none.
mkdir "$work/samples"
cp -r "$samples" "$work/samples/small"
while IFS= read -r line; do
    line=${line:4}
    if [[ $line == '$ fbundle '* ]]; then
        read -r -a words <<<"${line#'$ fbundle '}"
        shown=0
        # shellcheck disable=SC2068 # the pattern of the cores is README's
        (cd "$work" && "$FBUNDLE" ${words[@]}) >"$work/shown" 2>/dev/null
    elif [ -n "$line" ]; then
        shown=$((shown + 1))
        grep -qFx -- "$line" "$work/shown" || report 1 "README.md, ${words[0]}: '$line' is printed"
    fi
done < <(sed -n '/^    \$ fbundle merge/,/^## /p' "$top/README.md" | grep -v '^## ')
expect [ "$shown" -gt 10 ] "README.md has its examples"

# On a terminal ps does not wrap: command lines are cut; elsewhere they are whole.
on_terminal() {
    # shellcheck disable=SC2016 # $1 is python's
    python3 - "$@" <<'PY'
import fcntl, os, pty, struct, sys, termios
columns = int(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    sys.stdout.buffer.write(data.replace(b"\r\n", b"\n"))
PY
}
for columns in 30 40 60 80 120 200; do
    for options in "" -t -w; do
        [ "$options" != -w ] || [ "$columns" -ge 60 ] || continue # names and waits have no room
        # shellcheck disable=SC2086 # words
        on_terminal "$columns" "$FBUNDLE" ps "$bundle" $options --color never >"$work/terminal"
        expect [ "$(wc -L <"$work/terminal")" -le "$columns" ] "ps $options fits a terminal of $columns columns"
    done
    on_terminal "$columns" "$FBUNDLE" ps "$bundle" --color never >"$work/terminal"
    expect grep -q '^ *PID .*STATE .*COMMAND$' "$work/terminal" "PID, state and command are left at $columns"
done
expect grep -q '^ *PID *PPID *THREADS *UID *STATE *CPU *TASK *CORE *COMMAND$' "$work/terminal" "all columns where there is room"
colour=$(printf '\033')
TERM=xterm on_terminal 80 "$FBUNDLE" ps "$bundle" >"$work/terminal"
expect grep -q "$colour" "$work/terminal" "a terminal has colours"
for term in dumb ""; do
    TERM=$term on_terminal 80 "$FBUNDLE" ps "$bundle" >"$work/terminal"
    expect [ "$(grep -c "$colour" "$work/terminal")" -eq 0 ] "TERM='$term' has none"
done
on_terminal 30 "$FBUNDLE" ps "$bundle" --color never >"$work/terminal"
expect grep -q '\.\.\.$' "$work/terminal" "a command line that is cut says so"
run ps "$bundle"
expect_no_line stdout '\.\.\.$' "none is cut elsewhere"

# What a system call was called with has the names that the kernel gives its arguments.
locker=$(sed 's/.*DL=\([0-9]*\).*/\1/' "$samples/actors")
run bt "$bundle" "$locker"
expect_line stdout '^ +uaddr 0x[0-9a-f]+, op 0x80, val 2, utime 0x0, uaddr2 0x[0-9a-f]+, val3 [0-9]+$' "bt: a call's arguments by name"
run bt "$bundle" "$locker" --json
expect_json '[.threads[].syscall | select(.name == "futex") | [.arguments[].name]] | unique == [["uaddr", "op", "val", "utime", "uaddr2", "val3"]]' "bt: the same in JSON"
# A descriptor among them says what it is of, as readlink of /proc/PID/fd said before the panic.
run bt "$bundle" -a --json
expect_json '[.threads[] | select(.syscall.name == "read") | {pid, argument: .syscall.arguments[0]}
    | select(.argument.path | startswith("pipe:["))] | length > 0' "bt: a descriptor of a pipe"
jq -r '.threads[] | .pid as $pid | .syscall // empty | .arguments // [] | .[] | select(.path != null)
    | "\($pid) \(.value) \(.path)"' "$work/stdout" >"$work/paths"
mkdir -p "$work/truth" && tar -xf "$samples/truth.tar.xz" -C "$work/truth"
same=0
while read -r pid fd path; do
    file=$(find "$work/truth" -path "*/$pid/fd" -type f | head -n 1)
    if [ -z "$file" ] || [ "$pid" = 1 ]; then
        continue
    fi
    if grep -qxF "$((fd)) $path" "$file"; then
        same=$((same + 1))
    else
        printf '# %s: %s %s\n' "$pid" "$fd" "$path"
    fi
done <"$work/paths" >"$work/differing"
[ "$same" -ge 5 ] && [ ! -s "$work/differing" ]
report $? "bt: $same descriptors of system calls as in /proc/PID/fd"
expect_json '[.threads[].syscall.arguments // [] | .[] | .socket | select(. != null)
    | select(test("^inet stream 127\\.0\\.0\\.1:[0-9]+ -> 127\\.0\\.0\\.1:[0-9]+$"))] | length > 0' "bt: the ends of a socket"
finish
