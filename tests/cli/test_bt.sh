#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bt: which files would lead stacks on, and that one does.
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

run bt "$work/bundle" "${pids[@]}" --sysroot "$samples/sysroot" --json
expect_json '.files_wanted | all(.path != "/lab/actors")' "with it under --sysroot it is not wanted"
expect_json 'all(.threads[]; .end // "" | startswith("actors: no unwind table") | not)' \
    "and no stack ends for want of it"
run bt "$work/bundle" "${pids[@]}" --sysroot "$samples/sysroot"
expect_no_line stdout ' /lab/actors +[0-9a-f]{40}$' "and the text does not list it"
finish
