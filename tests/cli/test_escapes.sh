#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A process of the sample is named in terminal escapes, another in markup: neither reaches the reader
# as such, in any command.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
cores=("$samples"/core.[0-9]*.zst "$samples"/core.[0-9]*.gz)

# no_controls TEXT: nothing but printable characters, tabs and line ends in what the last run printed.
no_controls() {
    ! LC_ALL=C grep -aq '[^[:print:][:space:]]' <(LC_ALL=C sed 's/[\x80-\xff]//g' "$work/stdout" "$work/stderr")
    report $? "$1: no control characters"
}

run ps "$dump" --threads
expect_line stdout '\\x1b\[31mred\\x1b\[2J' "ps shows the name escaped"
no_controls ps
pid=$(awk '/x1b.31mred/ { print $1; exit }' "$work/stdout")
expect [ -n "$pid" ] "its PID is known"
run ps "$dump" --json
no_controls "ps --json"
# shellcheck disable=SC2016 # a jq variable
expect_json 'any(.tasks[]; .pid == $pid and (.comm | contains("red")))' "JSON has the name" --argjson pid "$pid"
for command in "info" "vm $pid" "files $pid" "mounts" "net" "net --if" "block" "mem" "cpus" "cgroups" "ipcs" "swap" "bpf" "sysctl" "sig $pid" "limits $pid" "workqueues -a" "irq -a" "timers -a" "check" "bt $pid" "bt -a" "waits" "log" "mods" "vtop $pid:400000" \
    "list task_struct.tasks init_task -s comm"; do
    # shellcheck disable=SC2086 # words
    set -- $command
    run "$1" "$dump" "${@:2}"
    no_controls "$command"
done
run merge "$dump" "${cores[@]}" -o "$work/bundle"
no_controls merge

# Names of files are the user's, but he may not have chosen them: every command, with a core, a dump and a
# folder whose names type on a terminal, cannot be seen (U+200B, U+00AD, U+FEFF) or turn the text (U+202E).
evil=$'\x1b[31mred\r\xe2\x80\x8b\xc2\xad\xef\xbb\xbf\xe2\x80\xae\xc2\x9b2J'
mkdir "$work/$evil"
cp "$dump" "$work/$evil/dump.$evil"
cp "${cores[0]}" "$work/$evil/core.$evil"
names="$work/$evil/dump.$evil"
# clean TEXT: nothing of it in what the last run printed, and it was a run.
clean() {
    ! LC_ALL=C grep -aqE $'\x1b|\r|\xe2\x80\x8b|\xc2\xad|\xef\xbb\xbf|\xe2\x80\xae|\xc2\x9b' "$work/stdout" "$work/stderr"
    report $? "$1: the names of files are escaped"
    expect test "$status" -ne 2 "$1: it is a command"
}
commands=$("$FBUNDLE" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
expect test "$(wc -w <<<"$commands")" -ge 16 "the help lists commands"
for command in $commands; do
    words=() # behind the input
    case $command in
    doctor) # asks the host, and takes no file
        run doctor --root "$work/$evil"
        clean doctor
        continue
        ;;
    vm | files | sig | limits) words=("$pid") ;;
    rd) words=(init_task 64) ;;
    vtop | sym | page) words=(init_task) ;;
    struct) words=(task_struct) ;;
    dis | eval) words=(schedule) ;;
    search) words=(-p init_task) ;;
    list) words=(task_struct.tasks init_task -s comm) ;;
    tree) words=(xarray worker_pool_idr worker_pool) ;;
    merge) words=(--force) ;;
    extract) words=(--all --force -o "$work/$evil/out$evil") ;;
    report) words=(--force --markdown) ;;
    capture) words=(-o "$work/$evil/cores$evil") ;;
    triage) words=(--db "$work/$evil/triage$evil.db") ;;
    dump) words=(--force -o "$work/$evil/filtered$evil") ;;
    esac
    input=$names
    [ "$command" != extract ] && [ "$command" != verify ] || input=$names.fbundle
    given=(--core "$work/$evil/core.$evil")
    [ "$command" != extract ] && [ "$command" != verify ] || given=()
    for json in "" --json; do # the text and the JSON, which the shell's commands have
        [ "$command$json" != shell--json ] || continue
        # shellcheck disable=SC2086 # none or one word
        run "$command" "$input" "${words[@]}" "${given[@]}" $json
        clean "$command $json"
    done
    run "$command" "$work/$evil/none$evil" "${words[@]}" "${given[@]}"
    clean "$command of no file"
    run "$command" "$work/$evil/core.$evil" "${words[@]}" "${given[@]}"
    clean "$command of a core"
done
run merge "$work/$evil/none$evil"
expect_status 2 "merge without a core"
expect_no_line stderr $'\x1b' "wrong usage is told, escaped"
expect_file "$work/$evil/out$evil/core.$evil" "extract --all wrote the core of that name"
run extract "$names.fbundle" "core.$evil" -o "$work/$evil/one$evil"
clean "extract NAME"
expect_line stdout 'one.x1b\[31mred.x0d.xe2.x80.x8b.xc2.xad' "what was written is named, escaped"
run extract "$names.fbundle" "$pid" --from-dump -o "$work/$evil/built$evil"
clean "extract --from-dump"

run report "$dump" -o "$work/report.html"
expect_status 0 "report"
! LC_ALL=C grep -aq $'\x1b' "$work/report.html"
report $? "the report has no escape character"
! grep -q '</td>[^<]*"&' "$work/report.html"
report $? "the report has no raw markup of a name"
finish
