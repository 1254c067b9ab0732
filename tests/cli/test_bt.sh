#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bt: which files would lead stacks on, and that one does.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
mapfile -t cores < <(find "$samples" -name 'core.*' | sort)
run merge "$dump" "${cores[@]}" -o "$work/bundle" --json
mapfile -t pids < <(json '[.cores[].match.pid | select(.)] | unique[]')

run bt "$work/bundle" "${pids[@]}" --json
expect_status 3 "bt without the host's files"
expect_json '([.files_wanted[].stacks] | add) == ([.threads[] | select(.end // "" | test("is not in dump or core"))
    | select(.end | test("no unwind table"))] | length)' "each stack that lacks a file is counted once"
expect_json '.files_wanted | length > 0 and . == sort_by(-.stacks) and (map(.build_id) | unique | length) == length' \
    "files are told once each, those that end most stacks first"
json '.files_wanted[] | "\(.path) \(.build_id)"' >"$work/wanted"
grep -q '^/lab/actors ' "$work/wanted"
report $? "the program is one of them"
run_program readelf -n "$samples/sysroot/lab/actors"
expect_line stdout "Build ID: $(sed -n 's,^/lab/actors ,,p' "$work/wanted")" "its build-id is the file's"

run bt "$work/bundle" "${pids[@]}"
expect_line stdout '^Stacks end in these files, which would lead on, below --sysroot:$' "the text lists them too"
while read -r path id; do
    expect_line stdout "^ *[0-9]+  $path +$id\$" "$path with its build-id"
done <"$work/wanted"
run report "$work/bundle" -o "$work/report.html"
while read -r path id; do
    run_program cat "$work/report.html"
    expect_line stdout "<td>$path</td><td>[0-9]+ user stacks? ends? in it</td>.*build-id is $id" "the report asks for $path"
done <"$work/wanted"

# By name: a process with all its threads, single threads, and all that have the name.
run ps "$dump" --json
json '[.tasks[] | select(.comm == "lock-ab") | .tid]' >"$work/named"
json '[.tasks[] | select(.comm == "actors" and .pid == .tid) | .pid] as $leaders
    | [.tasks[] | select(.comm == "actors" or (.pid as $pid | $leaders | index($pid))) | .tid] | unique' >"$work/all-named"
run bt "$dump" lock-ab --json
expect_json '[.threads[].tid] == $named[0]' "bt NAME: the thread of that name" --slurpfile named "$work/named"
run bt "$dump" actors --json
expect_json '([.threads[].tid] | sort) == $named[0] and ($named[0] | length > 15)' \
    "all threads of the processes of that name, and threads of it" --slurpfile named "$work/all-named"
run bt "$dump" actors 128 lock-ab actors --json
expect_json '([.threads[].tid] | sort) == $named[0]' "each once" --slurpfile named "$work/all-named"
run bt "$dump" no-such
expect_error 1 "'no-such' is neither a PID nor the name of a process or thread" "a name that nobody has"
for command in vm files; do
    run "$command" "$dump" many-files --json
    cp "$work/stdout" "$work/by-name"
    run "$command" "$dump" "$(sed 's/.*\bFD=\([0-9]*\).*/\1/' "$samples/actors")" --json
    expect_same "$work/by-name" "$work/stdout" "$command takes a name"
    run "$command" "$dump" actors
    expect_error 1 '[0-9]+ processes are named actors: give the PID, of 128, 132, ' "$command: but not one of many"
done

run bt "$work/bundle" "${pids[@]}" --sysroot "$samples/sysroot" --json
expect_json '.files_wanted | all(.path != "/lab/actors")' "with it under --sysroot it is not wanted"
expect_json 'all(.threads[]; .end // "" | startswith("actors: no unwind table") | not)' \
    "and no stack ends for want of it"
run bt "$work/bundle" "${pids[@]}" --sysroot "$samples/sysroot"
expect_no_line stdout ' /lab/actors +[0-9a-f]{40}$' "and the text does not list it"
finish
