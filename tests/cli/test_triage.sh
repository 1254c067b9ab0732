#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# triage: dumps of several crashes made of the sample; groups, copies, runs that go on, shares, and hostile databases.
# shellcheck source=tests/cli/harness.sh
# shellcheck disable=SC2016 # variables of jq
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
dumps=$work/dumps
db=$work/triage.db
week=604800
newest=1763900000

# Two crashes of one kind on two hosts and weeks, one of another kind, one in a folder of its own, and what is no dump.
python3 "$(dirname "$0")/made_crashes.py" "$dump" "$dumps" \
    one/dump.1 "report=kernel BUG at x.c:1234" "panic=Fatal exception" host=db0001 time=$newest -- \
    two/dump.1 "report=kernel BUG at x.c:99" "panic=Fatal exception" host=db0002 time=$((newest - week)) -- \
    three/vmcore "report=." "panic=bad disk 17" host=db0001 time=$((newest - 20)) || report 1 "dumps are made"
mkdir -p "$dumps/four/deeper" "$dumps/five"
cp "$dumps/one/dump.1" "$dumps/four/deeper/dump.copy"
head -c 100000 /dev/zero >"$dumps/five/dump.broken"
echo "no dump" >"$dumps/five/notes.txt"
ln -s "$dumps" "$dumps/five/round"

run triage --db "$db" "$dumps"
expect_status 3 "some could not be read"
expect_line stdout '^5 dumps: 4 examined, 0 known already, 1 failed$' "dumps are found by their names, at any depth"
expect_line stdout '^ +.*/five/dump\.broken: ' "what could not be read, and why"
expect_line stderr '1 dump could not be read' "is a warning"
expect [ "$(stat -c %a "$db")" = 600 ] "nobody else may read the database"
run triage --db "$db" --json
expect_status 0 "the database alone"
expect_json '[.groups[] | [.kind, .crashes, .dumps, .host_count]] == [["bug", 2, 3, 2], ["panic", 1, 1, 1]]' \
    "groups: a copy is no further crash"
expect_json ".groups[0].last == $newest and .groups[0].first == $((newest - week))" "first and last seen"
expect_json '.groups[0].weeks == [0,0,0,0,0,0,0,0,0,0,1,1] and .groups[0].hosts == ["db0001", "db0002"]' \
    "crashes of each week, and the hosts"
expect_json '.groups[0].place == "proc_reg_write" and (.groups[0].example | test("/one/dump.1$|/four/"))' "what, and which"
signature=$(json '.groups[0].signature')
top=$("$FBUNDLE" signature "$dumps/one/dump.1" --level top)
expect [ "$signature" = "$top" ] "the signature is that of the command signature"
run triage --db "$db" --level kind --json
expect_json '.level == "kind" and ([.groups[].kind] == ["bug", "panic"])' "groups by another level"
run triage --db "$db" --group "${signature:0:6}" --json
expect_json '(.members | length) == 3 and all(.members[]; .sig_top == $signature and .state == "complete")' \
    "the members of a group" --arg signature "$signature"
run triage --db "$db" --group "$signature"
expect_lines stdout 4 "as a table"
run triage --db "$db" --group 0000000000000000
expect_status 1 "no such group"

# Again: nothing is opened twice; a dump that changed, and with --retry a failed one, is.
run triage --db "$db" "$dumps" --json
expect_json '.run == {"found": 5, "examined": 0, "known": 5, "failed": 0, "left": 0}' "nothing is examined twice"
touch "$dumps/two/dump.1"
run triage --db "$db" "$dumps" --json
expect_json '.run.examined == 1 and .run.known == 4' "but what changed"
run triage --db "$db" "$dumps" --retry --json
expect_json '.run.failed == 1 and .run.known == 4' "--retry"

# A list, and single dumps.
printf '%s\n' '# a list' "$dumps/one/dump.1" "$dumps/three" "$work/missing" >"$work/list"
run triage --db "$work/list.db" "$work/list" --json
expect_status 3 "a list with a missing file"
expect_json '.run.found == 2 and .run.examined == 2 and any(.warnings[]; test("missing"))' "a list of dumps and folders"

# Shares have each dump once, and put together are the whole.
for share in 1 2 3; do
    run triage --db "$work/part.$share.db" --share $share/3 "$dumps" --json
    json '.run.found'
done >"$work/found"
expect [ "$(paste -sd+ "$work/found" | bc 2>/dev/null || python3 -c "print($(paste -sd+ "$work/found"))")" = 5 ] \
    "each dump is in one share"
run triage --db "$work/all.db" --join "$work"/part.*.db --json
expect_status 0 "--join"
json '.groups | map(del(.example))' >"$work/joined"
run triage --db "$db" --json
json '.groups | map(del(.example))' >"$work/whole"
expect cmp "$work/joined" "$work/whole" "joined, they are the whole"

# A dump that takes too much costs only itself.
if grep -qa __asan_init "$FBUNDLE"; then
    skip "a limit of memory: a sanitizer build has none"
else
    run triage --db "$work/slow.db" --memory 1 "$dumps/one" "$dumps/three" --json
    expect_status 3 "too little memory"
    expect_json '.run.failed == 2 and (.failures | length) == 2 and all(.failures[]; .why != null)' \
        "each is lost for itself"
fi

# A run that is ended goes on.
for i in 1 2 3 4 5 6 7 8; do ln "$dumps/one/dump.1" "$dumps/five/dump.more$i"; done
"$FBUNDLE" triage --db "$work/ended.db" -j1 "$dumps" >/dev/null 2>"$work/stderr" &
child=$!
sleep 1
kill -TERM $child
wait $child
status=$?
expect grep -qx "[03]" - <<<"$status" "it ends in an orderly way"
examined=$("$FBUNDLE" triage --db "$work/ended.db" --json 2>/dev/null | jq '[.groups[].dumps] + [.failures | length] | add // 0')
run triage --db "$work/ended.db" "$dumps" --json
expect_json '.run.left == 0 and .run.found == 13 and .run.known == $before' "and goes on where it was" \
    --argjson before "${examined:-0}"

# Databases that are not what they should be.
head -c 4096 /dev/urandom >"$work/random.db"
run triage --db "$work/random.db"
expect_status 1 "no database"
expect_line stderr 'random.db' "which one"
: >"$work/empty.db"
run triage --db "$work/empty.db" "$dumps/one"
expect_status 1 "an empty file is none, and is not written over"
run triage --db "$work/none.db"
expect_status 1 "a missing one is made only where there is something to examine"
expect_no_file "$work/none.db" "and not otherwise"
python3 - "$db" "$work" <<'END'
import sqlite3, shutil, sys
db, work = sys.argv[1:]
def changed(name, sql):
    shutil.copy(db, f"{work}/{name}.db")
    connection = sqlite3.connect(f"{work}/{name}.db")
    connection.executescript(sql)
    connection.close()
changed("trigger", "CREATE TRIGGER t AFTER INSERT ON dumps BEGIN DELETE FROM dumps; END;")
changed("version", "PRAGMA user_version = 2;")
changed("other", "PRAGMA application_id = 1;")
changed("escape", "UPDATE dumps SET host = char(27) || '[31m', path = path || char(10) WHERE kind = 'bug';")
with open(db, "rb") as file:
    data = bytearray(file.read())
data[-2000:] = b"\xff" * 2000
open(f"{work}/damaged.db", "wb").write(data)
open(f"{work}/cut.db", "wb").write(data[:5000])
END
for name in trigger version other damaged cut; do
    run triage --db "$work/$name.db" "$dumps/one"
    expect_status 1 "a database with $name"
    expect_line stderr "$name.db" "is refused"
done
run triage --db "$work/escape.db" --group "$signature"
expect_status 0 "texts with control characters"
expect_no_line stdout $'\e' "are escaped"

run triage "$dumps"
expect_status 2 "--db is missing"
run triage --db "$db" --share 4/3 "$dumps"
expect_status 2 "no such share"
run triage --db "$db" --group "$signature" "$dumps"
expect_status 2 "--group takes no input"
run triage --db "$work/x.db" --join
expect_status 2 "--join takes databases"
run triage --db "$work/x.db" "$samples/../nothing"
expect_status 1 "nothing to examine"
finish
