#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who waits for whom in the sample, held against what its workload noted of itself (waits.txt), and in
# the real dumps where there are any.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
bundle=$work/sample.fbundle
run merge "$dump" "$samples"/core.* -o "$bundle"
expect_status 0 "the sample is merged"

run waits "$bundle" --sysroot "$samples/sysroot" --json
expect_status 0 "waits answers"
expect_json '.schema == 1 and .command == "waits" and .warnings == []' "schema and command are named"

# value LINE KEY: of a fact of waits.txt.
value() { sed -n "s/.* $2=\([^ ]*\).*/\1/p" <<<"$1 "; }

# Locks in the memory of a process without a core: their kind and owner cannot be known.
has_core=$(jq -r '[.edges[] | select(.detail // "" | contains("give a core")) | .tid] | unique | .[]' "$work/stdout")

while read -r line; do
    tid=$(value "$line" tid)
    kind=$(value "$line" kind)
    owner=$(value "$line" owner)
    object=$(value "$line" object)
    text="$(value "$line" actor): $tid waits, $kind"
    if grep -qx "$tid" <<<"$has_core"; then
        expect_json '[.edges[] | select(.tid == $tid)] | length == 1 and .[0].kind == "futex"
            and .[0].owner_tid == null' "$text: without a core no owner is named" --argjson tid "$tid"
        continue
    fi
    expect_json '[.edges[] | select(.tid == $tid and .kind == $kind)] | length > 0' "$text" \
        --argjson tid "$tid" --arg kind "$kind"
    if [ "$owner" != - ]; then
        expect_json '[.edges[] | select(.tid == $tid) | .owner_tid] | index($owner) != null' \
            "$text: for $owner" --argjson tid "$tid" --argjson owner "$owner"
    else
        expect_json '[.edges[] | select(.tid == $tid) | .owner_tid] | all(. == null)
            or $kind == "jbd2-commit"' "$text: for nobody that can be known" \
            --argjson tid "$tid" --arg kind "$kind"
    fi
    case $object in
    0x*) expect_json '[.edges[] | select(.tid == $tid) | .object + (.detail // "") | contains($object)] | any' \
        "$text: at $object" --argjson tid "$tid" --arg object "$object" ;;
    fd:*) expect_json '[.edges[] | select(.tid == $tid) | .object + " " + (.detail // "") | test("fd " + $fd + "\\b")] | any
        or $kind == "frozen"' "$text: at descriptor ${object#fd:}" \
        --argjson tid "$tid" --arg fd "${object#fd:}" --arg kind "$kind" ;;
    esac
done < <(grep '^wait ' "$samples/waits.txt")

waiting=$(sed -n 's/^wait .*tid=\([0-9]*\).*/\1/p' "$samples/waits.txt")
while read -r tid; do
    grep -qx "$tid" <<<"$waiting" && continue
    expect_json '[.edges[] | select(.tid == $tid)] == []' "$tid idles, or runs: it has no edge" --argjson tid "$tid"
done < <(sed -n 's/^\(idle\|runs\) .*tid=\([0-9]*\).*/\2/p' "$samples/waits.txt")

cycle=$(sed -n 's/^cycle .*tids=//p' "$samples/waits.txt")
expect_json '.cycles | map(sort) == [$cycle]' "the deadlock, and no other" --argjson cycle "[$cycle]"
expect_json '[.edges[] | select(.kind == "mutex" and .stuck) | .object | split(" ")[0]] | sort == ["A", "B"]' \
    "its mutexes have their symbols' names"
frozen=$(sed -n 's/^wait actor=FZ tid=\([0-9]*\).*/\1/p' "$samples/waits.txt")
expect_json '[.edges[] | select(.tid == $tid)][0] | (.object | startswith("/fz ")) and .seconds > 1
    and (.detail | test("frozen; for at least"))' "the frozen file system, and since when at least" --argjson tid "$frozen"
expect_json '.roots[0] | .tid == null and (.object | startswith("/fz ")) and .threads == 5 and .depth == 4' \
    "five threads wait for it, through a directory, a journal, a loop device and its worker"
expect_json '[.edges[] | select(.kind == "rwsem")][0].object | startswith("i_rwsem:/in/d ")' \
    "the directory whose i_rwsem is wanted is named"

run waits "$bundle" --sysroot "$samples/sysroot"
expect_status 0 "waits answers as text"
expect_line stdout '^Deadlock: 2 threads wait for each other' "deadlocks come first"
expect [ "$(head -1 "$work/stdout" | grep -c '^Deadlock: 2 threads wait.*at fault: 130 lock-ab, 131 lock-ba')" = 1 ] "the first line says what hangs, and who is at fault"
expect_line stdout '^  [0-9]+ lock-ab  mutex B \(0x[0-9a-f]+\) <- [0-9]+ lock-ba$' "with threads and locks"
expect_line stdout '^      kernel  futex_wait_queue' "and where they sleep"
expect_no_line stdout '.{101}' "no line is longer than 100 columns"
expect_no_line stdout $'\033' "no escape code of the dump gets through"

run waits "$bundle" --why 337
expect_status 0 "waits tells why"
expect_line stdout '^337 dir-wanter  rwsem i_rwsem:/in/d' "why begins with the thread"
expect_line stdout '^  9 kworker/u4:0  frozen /fz' "and goes on to the end of the chain"
expect_line stdout 'kernel  rwsem_down_' "with stacks"
expect [ "$(grep -c 'lock-ab' "$work/stdout")" = 0 ] "and tells of nothing else"
run waits "$bundle" --why 4194303
expect_error 1 'no thread or process has PID 4194303' "why of nobody"
run waits "$bundle" --why 337 --json
expect_error 2 'excludes' "why is a text"
run waits "$bundle" --dot
expect_status 0 "waits draws"
expect_line stdout '^digraph waits \{$' "a graph begins"
expect_line stdout '^}$' "and ends"
if command -v dot >/dev/null; then
    run_program dot -Tsvg "$work/stdout" -o "$work/graph.svg"
    expect_status 0 "Graphviz takes it"
fi

run waits "$dump" --json
expect_status 0 "waits answers without cores"
expect_json '.cycles == []' "what only process memory tells is not guessed"
expect_json '[.edges[] | select(.kind == "futex") | .owner_tid] | length > 5 and all(. == null)' \
    "nor are owners"

# bt and ps say it too.
tid=$(cut -d, -f1 <<<"$cycle")
run bt "$bundle" "$tid" --json
expect_json '.threads[] | select(.tid == $tid) | .waits_for | startswith("mutex ")' "bt says what a thread waits for" \
    --argjson tid "$tid"
run ps "$bundle" --threads --waits
expect_line stdout " mutex 0x[0-9a-f]+, by " "ps says it"

# Names stand at both ends of each edge.
run ps "$dump" --json
json '[.tasks[] | {key: (.tid | tostring), value: .comm}] | from_entries' >"$work/comms"
run waits "$dump" --json
expect_json '$comms[0] as $comm | (.edges | length > 20) and all(.edges[]; .comm == $comm[.tid | tostring]
    and .owner_comm == (if .owner_tid then $comm[.owner_tid | tostring] else null end))' \
    "waits: the names of who waits and of who is waited for" --slurpfile comms "$work/comms"
expect_json 'any(.edges[]; .owner_comm)' "some have an owner"

data=${FBUNDLE_DATA:-}
if [ -z "$data" ]; then
    skip "the real dumps: FBUNDLE_DATA is not set"
    finish
fi
for folder in "$data"/*/; do
    if [ ! -f "$folder/dump.flat-zlib-d31" ] || [ ! -f "$folder/truth/actors" ]; then
        continue
    fi
    name=$(basename "$folder")
    run merge "$folder/dump.flat-zlib-d31" "$folder"/core.* -o "$work/$name.fbundle"
    run waits "$work/$name.fbundle" --sysroot "$data/sysroot" --json
    actor() { tr ' ' '\n' <"$folder/truth/actors" | sed -n "s/^$1=//p"; }
    expect_json '[.edges[] | select(.kind == "mutex") | {object: .object[:1], tid, owner_tid}]
        | length == 2 and (map(.object) | sort) == ["A", "B"] and .[0].tid == .[1].owner_tid
        and .[1].tid == .[0].owner_tid' "$name: DL waits for itself, by A and B"
    expect_json '.cycles | length == 2' "$name: DL's cycle, and PS's, whose pipe only its own waiters can write to"
    expect_json '[.edges[] | select(.kind == "mutex-shared")] | length == 2 and (map(.owner_tid) | unique | length) == 1' \
        "$name: PS: both wait for the holder"
    expect_json '[.edges[] | select(.kind == "mutex-shared")][0].owner_tid as $holder
        | [.edges[] | select(.tid == $holder and .kind == "pipe-read") | .owner_tid]
        | length == 3 and index($owner) != null and index($holder) == null' \
        "$name: PS: all others that can write to its pipe are named" --argjson owner "$(actor PS)"
    expect_json '[.edges[] | select(.kind == "flock")] | length == 1 and .[0].tid == $second and .[0].owner_tid == $first' \
        "$name: L2 waits for L1's flock" --argjson first "$(actor L1)" --argjson second "$(actor L2)"
    expect_json '[.edges[] | select(.tid == $tid)] | length == 1 and .[0].kind == "frozen" and (.[0].object | startswith("/mnt/fz "))' \
        "$name: FZ waits in a frozen file system" --argjson tid "$(actor FZ)"
    expect_json '[.edges[] | select(.pid == $pid)] == []' "$name: TH idles" --argjson pid "$(actor TH)"
done
finish
