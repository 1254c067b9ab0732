#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The other forms of the report: Markdown for a ticket, and a folder like sosreport's.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
input=("$dump" --sysroot "$samples/sysroot")
for core in "$samples"/core.* "$samples"/*.crash; do
    input+=(--core "$core")
done
actor() { sed "s/.*\\b$1=\\([0-9]*\\).*/\\1/" "$samples/actors"; }

run report "${input[@]}" --json -o "$work/page.html"
json '.headline, .happened[], .fault[], .next[]' | sed 's/\\//g' >"$work/words"
run report "${input[@]}" --markdown -o "$work/ticket.md" --json
expect [ "$status" = 0 -o "$status" = 3 ] "the ticket is written (status $status)"
expect_json '.output | endswith("ticket.md")' "it names its output"
expect [ "$(stat -c %a "$work/ticket.md")" = 600 ] "it is readable by its owner only"
expect [ "$(stat -c %s "$work/ticket.md")" -lt 60000 ] "it fits into a ticket"
# The first screen's sentences, each whole: without the marks of Markdown they are those of the page.
sed 's/^- //; s/^[0-9]\. //; s/^# //; s/\\//g' "$work/ticket.md" >"$work/plain"
lost=$(grep -vxFf "$work/plain" "$work/words")
expect test -z "$lost" "what happened, whose fault, what to do: as on the page${lost:+; not: $lost}"
expect test "$(wc -l <"$work/words")" -ge 6 "these are some"
run_program cat "$work/ticket.md"
expect_line stdout '^130 lock-ab  mutex B .*, by 131 lock-ba' "the deadlock, thread by thread"
expect_line stdout '^336 dir-holder  jbd2-commit .*, by [0-9]+ jbd2/loop1-8' "the chain behind the frozen file system"
expect_line stdout '^\[ .*Kernel panic - not syncing: sysrq triggered crash' "the log has the panic"
expect_line stdout 'sysrq_handle_crash\+0x' "the stack that panicked"
expect_line stdout "^### PID [0-9]+, TID $(actor FZ), state D, for .*: frozen" "a thread that hangs, by its name"
expect_line stdout 'percpu_down_read' "and its stack"
expect_line stdout ' -- system call futex\(uaddr' "stacks have no markup of the page"
expect_no_line stdout '</?(pre|i|b)[ >]|&(lt|gt|amp);' "nothing of HTML"
expect [ "$(($(grep -c '^```$' "$work/ticket.md") % 2))" = 0 ] "each block of code ends"
if [ -n "${FBUNDLE_DATA:-}" ]; then
    run report "$FBUNDLE_DATA"/6.1/dump.* --markdown -o "$work/real.md"
    expect [ "$(stat -c %s "$work/real.md")" -lt 60000 ] "the ticket of a host with more threads fits too"
    expect grep -q '^- [0-9]* stacks of a thread concerned\|^- [0-9]* lines* of ' "$work/real.md" "and says what it lacks"
else
    skip "the ticket of a host with more threads: FBUNDLE_DATA is not set"
fi

run report "$dump" --sos "$work/x" --markdown
expect_error 2 'no --output, no --markdown' "--sos has both forms"
mkdir "$work/there"
run report "$dump" --sos "$work/there"
expect_error 1 'there exists' "a folder that exists is not touched"
expect rmdir "$work/there" "it is empty as before"

run report "${input[@]}" --sos "$work/sos/" --json
expect [ "$status" = 0 -o "$status" = 3 ] "the folder is written (status $status)"
expect_json '(.output | endswith("/sos")) and (.headline | test("/fz"))' "it names the folder, and what happened"
expect [ "$(find "$work/sos" -type d ! -perm 700)$(find "$work/sos" -type f ! -perm 600)" = "" ] "all is its owner's only"
expect [ "$(find "$work/sos" -xtype l)" = "" ] "every link leads somewhere"
expect [ "$(find "$work" -maxdepth 1 -name '.fbundle-*')" = "" ] "nothing else is left"
expect grep -q 'lock-ab' "$work/sos/sos_reports/fbundle.html" "it has the page"
# The folder has a warning of its own.
grep -v ' warning' "$work/ticket.md" | cat -s >"$work/expected"
grep -v ' warning' "$work/sos/sos_reports/fbundle.md" | cat -s >"$work/ticket"
expect_same "$work/expected" "$work/ticket" "it has the ticket"
run_program python3 "$top/tests/cli/html_check.py" "$work/sos/sos_reports/fbundle.html"
expect_status 0 "the page is whole"
# Bars and the fields of their legends are empty elements, which tidy would leave out.
if command -v tidy >/dev/null; then
    run_program tidy -quiet -errors --drop-empty-elements no "$work/sos/sos_reports/fbundle.html"
    expect [ "$status" = 0 -a ! -s "$work/stderr" ] "tidy finds nothing wrong with its HTML"
    sed 's,</section>,,' "$work/sos/sos_reports/fbundle.html" >"$work/wrong.html"
    run_program tidy -quiet -errors --drop-empty-elements no "$work/wrong.html"
    expect [ "$status" != 0 ] "it would find an element that is not closed"
else
    skip "HTML by tidy: it is not installed"
fi
# Each file has what its command prints alone.
wrong=0
files=0
while read -r file _ line; do
    line=${line%% (*}
    files=$((files + 1))
    read -ra words <<<"$line"
    run "${words[0]}" "${input[@]}" "${words[@]:1}"
    cmp "$work/stdout" "$work/sos/$file" || wrong=$((wrong + 1))
done < <(sed -n '/^sos_commands/p' "$work/sos/sos_reports/fbundle.txt")
expect [ "$files" -ge 25 ] "the list has them ($files)"
expect [ "$wrong" = 0 ] "each file has what its command prints ($wrong differ)"
listed=$(sed -n 's/^\(sos_[^ ]*\) .*/\1/p' "$work/sos/sos_reports/fbundle.txt" | sort)
expect [ "$listed" = "$(cd "$work/sos" && find sos_* -type f ! -name fbundle.txt | sort)" ] "the list has every file"
expect grep -q '^fbundle: warning: .* user stacks end early' "$work/sos/sos_logs/fbundle.log" "what commands warn of is kept"
expect cmp "$work/sos/ps" "$work/sos/sos_commands/process/ps_auxwww" "links lead to what users look for"

# A run that is killed leaves nothing behind.
mkdir "$work/killed"
"$FBUNDLE" report "${input[@]}" --sos "$work/killed/sos" >/dev/null 2>&1 &
victim=$!
for ((i = 0; i < 3000; i++)); do
    [ -z "$(find "$work/killed" -name fbundle_info)" ] || break
    sleep 0.01
done
begun=$(find "$work/killed" -name fbundle_info)
kill -KILL "$victim"
wait "$victim" 2>/dev/null
for ((i = 0; i < 500; i++)); do
    [ -n "$(ls -A "$work/killed")" ] || break
    sleep 0.02
done
expect test -n "$begun" "it had begun"
expect [ "$(ls -A "$work/killed")" = "" ] "a run that is killed leaves nothing"

# What cannot be answered costs its file, and is told.
head -c 300000 "$dump" >"$work/cut"
run report "$work/cut" --sos "$work/cut.sos"
if [ "$status" = 1 ]; then
    expect [ ! -e "$work/cut.sos" ] "no folder where nothing can be read"
else
    expect_status 3 "of a dump that is cut off there is what can be had"
fi
finish
