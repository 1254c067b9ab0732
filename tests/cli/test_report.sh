#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The report of the small sample: well-formed, harmless, and with the facts in it.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
page=$work/report.html
cores=()
for core in "$samples"/core.* "$samples"/*.crash; do
    cores+=(--core "$core")
done
actor() { sed "s/.*\\b$1=\\([0-9]*\\).*/\\1/" "$samples/actors"; }
wait_of() { sed -n "s/^wait actor=$1 tid=\\([0-9]*\\).*/\\1/p" "$samples/waits.txt" | head -n 1; }

run report "$dump" "${cores[@]}" --sysroot "$samples/sysroot" -o "$page" --json
expect [ "$status" = 0 -o "$status" = 3 ] "report answers (status $status)"
expect_json '.command == "report" and (.output | endswith("report.html"))' "it names its output"
# The first screen: the deadlock's two programs are named as at fault, and the sysrq panic is not.
expect_json '.headline == "The host hung: 5 threads wait for /fz (ext4 on loop0)"' "the headline says what was wrong"
expect_json '(.happened[0] | test("on purpose")) and (.happened | any(test("Deadlock: 2 threads .*lock-ab.*lock-ba")))' \
    "what happened: the deadlock; the panic was asked for"
expect_json '.fault | any(test("^actors .process [0-9]+.: it takes locks in different orders, .*not at fault.$"))' "whose fault it is"
expect_json '(.fault | any(test("/fz"))) and (.next | any(test("Thaw /fz")))' "who froze the file system, and what to do"
expect [ "$(stat -c %a "$page")" = 600 ] "it is readable by its owner only"
run_program python3 "$top/tests/cli/html_check.py" --text "$page"
expect_status 0 "it is well-formed, runs nothing and loads nothing"
cp "$work/stdout" "$work/text.json"
expect test -z "$(grep -Eo '(src|href|action)="[^#"][^"]*"' "$page")" "no link leads out of the page"

# Facts, by section. Names and numbers are those that the sample was made with.
release=$(sed -n 's/.*Linux version \([^ ]*\) .*/\1/p' "$samples"/dmesg.* | head -n 1)
expect_json '.summary | test("(?s)What happened.*lock-ab.*Whose fault.*actors.*What to do next.*makers of actors")' \
    "the first screen has what happened, whose fault it is, and what to do"
expect_json ".summary | contains(\"Linux $release\")" "the summary has the kernel's release"
expect_json '.summary | test("Kernel panic - not syncing: sysrq triggered crash")' "and the panic's words"
expect_json '.panic | test("(?s)sysrq_handle_crash.*__handle_sysrq.*write_sysrq_trigger")' \
    "the panicking stack leads from the write to the panic"
expect_json ".panic | contains(\"$(actor SP) actors\")" "the other CPU's task is there"
expect_json '.waits | contains("Evidence: futex() arguments") and contains("(file lock)")' "evidence stands apart"
expect_json '.summary | contains("Host") and test("of [0-9]+ cores matched to a process")' "host and cores"
expect grep -q 'td.what,td.how{min-width' "$page" "columns of text are never narrower than words"
expect_json '.waits | test("(?s)Deadlock of 2 threads.*lock-ab waits.*lock-ba waits")' "the deadlock is found"
expect_json ".waits | contains(\"$(wait_of L2) lock-second\")" "who waits for a file lock is there"
expect_json ".blocked | test(\"(?s)state D.*$(actor FZ) frozen.*percpu_down_read.*state S\")" \
    "the task in D state comes before those that sleep, with its stack"
expect_json '.panic | test("system call write\\(fd 1 \\(/proc/sysrq-trigger\\), buf 0x[0-9a-f]+, count 2\\)")' \
    "a system call has its arguments, by name, and its file"
expect_json '.blocked | test("[0-9]+ threads, state S")' "equal stacks are shown once"
for core in "$samples"/core.[0-9]*; do
    name=$(basename "$core")
    pid=${name#core.}
    expect_json ".cores | contains(\"$name\\t${pid%%.*} \")" "$name stands beside its process"
done
expect_json '.cores | contains("auxiliary vector equal")' "matches have their evidence"
expect_json '.memory | contains("not to be had")' "memory is shown by source"
expect_json ".missing | contains(\"$(actor FZ) frozen\") and contains(\"D state\")" \
    "a process that no debugger could stop is named as missing"
tail -n 1 "$samples"/dmesg.* | sed 's/^\[ *[0-9.]*\] //' >"$work/last"
# shellcheck disable=SC2016 # jq's variables, here and below
expect_json '.log | contains($last | rtrimstr("\n"))' "the log ends as dmesg does" --rawfile last "$work/last"
run ps "$dump" --json
json '.tasks[] | select(.pid > 0 and .pid == .tid) | .pid' | sort -n >"$work/pids"
run_program cat "$work/text.json"
# shellcheck disable=SC2016
expect_json '.tasks as $text | [$pids | split("\n")[] | select(. != "") | select(. as $pid | $text | test("(^|\n)\($pid)\t") | not)] == []' \
    "every process is in the table" --rawfile pids "$work/pids"
expect_json '.modules | contains("Live")' "modules are listed"

# Pictures: the deadlock as a ring of two threads and two locks, and the longest chain up to its end.
python3 - "$page" >"$work/pictures" <<'PY'
import re, sys
page = open(sys.argv[1], encoding="utf-8").read()
for figure in re.findall(r"<figure[^>]*><figcaption.*?</figure>", page, re.S)[:2]:
    caption = re.search(r"<figcaption>(.*?)</figcaption>", figure).group(1)
    first = re.findall(r'<text class="l1"[^>]*>(?:[0-9]+ )?([^<(]*?) *(?:\(.*?)?</text>', figure)
    print(caption.split(",")[0], "|", *first, "|", figure.count('class="ring"'), figure.count('"tip arrow"'))
PY
printf '%s\n' "Deadlock of 2 threads | lock-ab B lock-ba A | 4 0" \
    "5 threads wait for /fz (ext4 on loop0) | /fz kworker/u4:0 frozen /dev/loop1 jbd2/loop1-8 journal of loop1-8 dir-holder i_rwsem:/in/d dir-wanter | 0 8" >"$work/expected"
expect_same "$work/expected" "$work/pictures" "waits are drawn"

# From a process to its stack, its wait and its memory, and back; and what the filters go by.
python3 - "$page" "$(actor FZ)" >"$work/links" <<'PY'
import re, sys
page, pid = open(sys.argv[1], encoding="utf-8").read(), sys.argv[2]
row = re.search(rf'<tr id="p{pid}"[^>]*>.*?</tr>', page, re.S).group(0)
print(*re.findall(r'href="#([swm])' + pid, row), re.search(r'data-s="(.*?)" data-c="(.*?)" data-w="(.*?)"', row).groups())
print(len(re.findall(rf'id="s{pid}" href="#p{pid}"', page)), len(re.findall(rf'<tr id="w{pid}"[^>]*>.*?href="#s{pid}"', page)))
core = re.search(r'<tr id="p(\d+)"(?:(?!</tr>).)*href="#m\1"', page, re.S).group(1)
print(len(re.findall(rf'<tr id="m{core}"><td class="name"><a href="#p{core}">', page)))
print(re.search(r'<tr id="p[0-9]+"[^>]*data-c="([^"]*lock-ab[^"]*)"', page).group(1).count("lock-ba"))
PY
printf '%s\n' "s w ('D', 'frozen', 'frozen')" "1 1" 1 1 >"$work/expected"
expect_same "$work/expected" "$work/links" "a process leads to its stack, its wait and its memory, and they lead back"

# What memory is used for, as `mem` has it, and the parts of the bar fill it.
run mem "$dump" --json
json '.processes[:3][] | .pid' | sort -n >"$work/expected"
python3 - "$page" >"$work/usage" <<'PY'
import re, sys
page = open(sys.argv[1], encoding="utf-8").read()
section = re.search(r'<section id="usage">.*?</section>', page, re.S).group(0)
pids = re.findall(r'<td class="name">(\d+) ', section)[:3]
print(*sorted(map(int, pids)), sep="\n")
PY
expect_same "$work/expected" "$work/usage" "the largest processes are those of mem"
run_program python3 - "$page" <<'PY'
import re, sys
page = open(sys.argv[1], encoding="utf-8").read()
section = re.search(r'<section id="usage">.*?</section>', page, re.S).group(0)
bar = re.search(r'<span class="bar">(.*?)</span>', section, re.S).group(1)
sys.exit(not 99 < sum(float(part) for part in re.findall(r"width:([0-9.]+)%", bar)) < 101)
PY
expect_status 0 "the parts of the bar fill it"
# Who waited for 56 s stands left of who waited for 20 s; the panic is at the right.
python3 - "$page" >"$work/times" <<'PY'
import re, sys
page = open(sys.argv[1], encoding="utf-8").read()
at = {name: float(x) for x, name in re.findall(r'<circle class="[^"]*" cx="([0-9.]+)"[^>]*><title>([^:<]*)', page)}
ab, frozen, end = at["130 lock-ab"], at["332 frozen"], float(re.search(r'<line class="error" x1="(\d+)"', page).group(1))
print(ab < frozen < end)
PY
echo True >"$work/expected"
expect_same "$work/expected" "$work/times" "the time line has threads, the older the further left"

# Names that mean harm stay text.
expect grep -q '\\x1b\[31mred\\x1b\[2J' "$page" "an escape code in a name is shown, not sent"
expect grep -q '&lt;/td&gt;\\x09&quot;&amp;' "$page" "markup in a name is text"
# shellcheck disable=SC2251
! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$page"
report $? "no control character is in the page"

run report "$dump" -o "$page"
expect_error 1 'exists.*--force' "an existing output is refused"
cp "$dump" "$work/dump.1"
run report "$work/dump.1" --quiet
expect_file "$work/dump.1.html" "the default output is the input's name with .html"
run_program python3 "$top/tests/cli/html_check.py" --text "$work/dump.1.html"
expect_status 0 "without cores it is well-formed too"
expect_json '(.cores | contains("No core was given")) and (has("memory") | not)' "and says that it had none"
run report "$work/dump.1" -o "$work/dump.1" --force
expect_error 1 'is an input' "the dump is never written over"
expect_same "$dump" "$work/dump.1" "it is as it was"
# A deadlock: each of its threads once, with its stack, what it waits for and a link to who has that.
python3 - "$work/report.html" >"$work/deadlock" <<'PY'
import re, sys
page = open(sys.argv[1], encoding="utf-8").read()
box = re.search(r'<div class="cycle">.*?</div>\n(?=<h3>|<div class="cycle">|<p)', page, re.S).group(0)
for tid, item in re.findall(r'<li id="t(\d+)">(.*?)</li>', box, re.S):
    stack = re.search(r"<pre>.*?</pre>", item, re.S)
    link = re.search(r'<a href="#t(\d+)">', item)
    print(tid, "stack" if stack and "futex_wait" in stack.group(0) else "none", link and link.group(1))
rows = re.findall(r"<tr[^>]*><td class=\"name\">(.*?)</td>", page[page.index("Every wait"):], re.S)
print("first", *(re.sub("<.*?>", "", row).split()[0] for row in rows[:2]), rows[0].count('href="#t130"'))
PY
printf '%s\n' "130 stack 131" "131 stack 130" "first 130 131 1" >"$work/expected"
expect_same "$work/expected" "$work/deadlock" "the deadlock's threads have their stacks and links; who is stuck comes first"

# Of four threads that wait for each other two are off the shortest way round; one more waits for lock-ab.
if [ -n "${FBUNDLE_DATA:-}" ]; then
    run merge "$FBUNDLE_DATA"/6.1/dump.* "$FBUNDLE_DATA"/6.1/core.* -o "$work/real.fbundle"
    run report "$work/real.fbundle" -o "$work/real.html"
    run_program python3 "$top/tests/cli/html_check.py" --text "$work/real.html"
    expect_json '.waits | test("Deadlock of 4 threads; first a shortest way round\\s+129 pipe-owner.*133 holder.*In it too, each waiting for others of it:\\s+136 waiter.*137 waiter"; "p")' \
        "every thread of a deadlock is listed"
    expect_json '.waits | test("1 more thread waits for one of them: 126 actors")' "who waits for it is named"
else
    skip "a deadlock of four, and who waits for one: FBUNDLE_DATA is not set"
fi
finish
