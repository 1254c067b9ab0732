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
for command in "info" "vm $pid" "files $pid" "bt $pid" "bt -a" "waits" "log" "mods" "vtop $pid:400000"; do
    # shellcheck disable=SC2086 # words
    set -- $command
    run "$1" "$dump" "${@:2}"
    no_controls "$command"
done
run merge "$dump" "${cores[@]}" -o "$work/bundle"
no_controls merge
run report "$dump" -o "$work/report.html"
expect_status 0 "report"
! LC_ALL=C grep -aq $'\x1b' "$work/report.html"
report $? "the report has no escape character"
! grep -q '</td>[^<]*"&' "$work/report.html"
report $? "the report has no raw markup of a name"
finish
