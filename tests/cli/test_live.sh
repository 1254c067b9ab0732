#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The running kernel: the sample's memory in the form of /proc/kcore, at rest and while it changes; and what is said where
# there is none to be read. samples/lab/kdump --live reads a real one.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

python3 "$(dirname "$0")/lossy_dump.py" plain "$(echo "$samples"/dump.*)" "$work/plain"
python3 "$top/tests/formats/memory_image.py" "$work/plain" kcore "$work/kcore"
report $? "the sample's memory as /proc/kcore has it"

run info "$work/kcore" --json
expect_status 0 "info"
expect_json '.dump.live and .dump.format == "ELF"' "it is known for the running kernel"
expect_json '.cores == [] and .kernel.cpus == 2' "that no CPU has notes is no damage"
same() {
    run "$1" "$work/plain" "${@:3}"
    json "$2" >"$work/expected"
    run "$1" "$work/kcore" "${@:3}"
    json "$2" >"$work/answer"
    expect test -s "$work/expected" "$1 of the dump answers"
    expect_same "$work/answer" "$work/expected" "$1 answers as of the dump"
}
same ps '.tasks[] | {tid, pid, comm, state, task, found_by}' --json
same waits '.edges[] | {tid, kind, object, owner_tid}' --json
same mods '.modules' --json
# Which CPU ran what, and with which registers, a running kernel does not tell.
same bt '.threads[] | select(.running | not) | {tid, kernel: [.kernel[].pc], user: [.user[].pc]}' -a --json
run log "$work/kcore"
cp "$work/stdout" "$work/answer"
run log "$work/plain"
expect_same "$work/answer" "$work/stdout" "log answers as of the dump"

run dump "$work/kcore" -o "$work/dump" --json
expect_status 0 "dump"
expect_json '.pages_unread == 0 and .keep.threads > 20' "a dump is made of it"
run verify "$work/dump"
expect_status 0 "which is whole"
run info "$work/dump" --json
expect_json '(.dump.live | not) and .dump.pages_dumped > 17000' "and is a dump like others"
run waits "$work/dump" --json
json '.edges[] | {tid, kind, object, owner_tid}' >"$work/answer"
run waits "$work/plain" --json
json '.edges[] | {tid, kind, object, owner_tid}' >"$work/expected"
expect_same "$work/answer" "$work/expected" "with the same waits"

# The task_structs of user processes, each in the next one's place half of the time: lists lead astray, and back.
run ps "$work/kcore" --json
mapfile -t tasks < <(json '.tasks[] | select(.kernel_thread | not) | .task')
size=$("$FBUNDLE" struct "$work/kcore" task_struct --json | jq .size)
places=()
for task in "${tasks[@]}"; do
    run vtop "$work/kcore" "$task" --json
    places+=("$(json .physical):$size")
done
expect test "${#places[@]}" -gt 20 -a "${size:-0}" -gt 4096 "the places of ${#places[@]} tasks are known"
mkfifo "$work/said"
python3 "$(dirname "$0")/changing_memory.py" "$work/kcore" "${places[@]}" >"$work/said" &
changing=$!
read -r said <"$work/said"
expect test "$said" = ready "memory changes"
ended=0
answered=0
warned=0
for _ in 1 2 3 4 5; do
    for words in "ps --json" "waits --json" "bt -a --json" "files 1 --json" "mem --json" "dump -o $work/moving --force --json"; do
        # shellcheck disable=SC2086 # words
        set -- $words
        timeout 60 "$FBUNDLE" "$1" "$work/kcore" "${@:2}" >"$work/stdout" 2>"$work/stderr"
        status=$?
        case $status in 0 | 1 | 3) ended=$((ended + 1)) ;; esac
        case $status in 0 | 3) answered=$((answered + 1)) ;; esac
        [ "$status" -ne 3 ] || warned=$((warned + 1))
    done
done
kill "$changing"
wait "$changing" 2>/dev/null
command_line="fbundle, while memory changes"
expect test "$ended" -eq 30 "30 commands on memory that changes end"
expect test "$answered" -ge 20 "and answer ($answered)"
expect test "$warned" -ge 5 "with warnings ($warned)"
run verify "$work/moving"
expect_status 0 "a dump that was made meanwhile is whole"

# Where /proc/kcore cannot be read, it is said why.
if ! [ -r /proc/kcore ]; then
    run ps live
    expect_error 1 'kcore' "no /proc/kcore: it is said"
    run dump --live -o "$work/none"
    expect_status 1 "for a dump too"
    expect_no_file "$work/none" "nothing is written"
fi
finish
