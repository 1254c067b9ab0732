#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# merge --redact: no byte of process memory goes into the bundle, stacks and states do.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
core=$(find "$samples" -name 'core.[0-9]*.zst' | sort | head -n 1)
pid=$(basename "$core" | cut -d. -f2)
zstd -dqfo "$work/core.$pid" "$core"
core=$work/core.$pid
sysroot=(--sysroot "$samples/sysroot")

run bt "$dump" "$pid" --core "$core" "${sysroot[@]}" --json
frames=$(json '[.threads[].user | length] | add')
run merge "$dump" "$core" -o "$work/whole"
expect_status 0 "merge as ever"
run merge "$dump" "$core" --redact -o "$work/redacted" "${sysroot[@]}" --json
expect test "${status/3/0}" = 0 "merge --redact answers"
expect_json '.pages_added == 0 and .cores[0].match.verdict == "certain"' "it matches, and adds no page"
run verify "$work/redacted"
expect_status 0 "verify"
expect test "$(stat -c %a "$work/redacted")" = 600 "it has mode 0600"

run info "$work/redacted" --json
# shellcheck disable=SC2016 # jq variables
expect_json '.redacted and ([.threads[].user | length] | add) == $frames and $frames > 0' \
    "its stacks are those of the unredacted input" --argjson frames "$frames"
run info "$work/whole" --json
expect_json '(.redacted | not) and .threads == null' "an unredacted bundle says so"

run extract "$work/redacted" "$pid" -o "$work/extracted"
expect_status 0 "extract"
filled=$(readelf -lW "$work/extracted" | awk '$1 == "LOAD" && $5 !~ /^0x0+$/' | wc -l)
expect test "$filled" -eq 0 "no segment of the core has a byte in the file"
segments=$(readelf -lW "$core" | grep -c LOAD)
expect test "$(readelf -lW "$work/extracted" | grep -c LOAD)" -eq "$segments" "all segments are there"
run_program readelf -nW "$work/extracted"
expect_line stdout 'NT_PRSTATUS' "general registers stay"
expect_no_line stdout 'NT_FPREGSET|NT_X86_XSTATE' "vector registers go"

# Strings of the core's memory that the dump alone has not: none may be in the redacted core, stored
# or as part of anything else.
strings -n 12 "$core" | sort -u >"$work/strings"
strings -n 12 "$work/extracted" | sort -u >"$work/left"
comm -12 "$work/strings" "$work/left" | grep -v '^/' >"$work/common" || true
expect test ! -s "$work/common" "no text of its memory but the mapped files' paths is left"

address=$(readelf -lW "$core" | awk '$1 == "LOAD" && $7 == "RW" && $5 !~ /^0x0+$/ { print $3; exit }')
run rd "$work/whole" "$pid:$address" 64 --json
expect_json 'any(.runs[]; .source == "vmcore" or .source == "core")' "the whole bundle has the page at $address"
run rd "$work/redacted" "$pid:$address" 64 --json
expect_json 'all(.runs[]; .source != "core")' "the redacted one has nothing of the core there"

# The stored user halves: of every process that a core is of, each stack of the redacted bundle is that
# of the whole one, frame for frame, in JSON and as text (but for the line that marks it).
mapfile -t cores < <(find "$samples" -name 'core.*' | sort)
run merge "$dump" "${cores[@]}" -o "$work/all" --json
mapfile -t pids < <(json '[.cores[].match.pid | select(.)] | unique[]')
"$FBUNDLE" merge "$dump" "${cores[@]}" -o "$work/all-redacted" --redact "${sysroot[@]}" >/dev/null 2>&1
stacks='[.threads[] | {tid, kernel, user, user_complete, user_regs_from, user_regs, "end": .end, waits_for}]'
run bt "$work/all" "${pids[@]}" "${sysroot[@]}" --json
expect_json 'all(.threads[]; .user_stored | not) and ([.threads[].user | length] | add) > 30' "whole: all are unwound"
json "$stacks" >"$work/all.json"
for how in with without; do
    [ $how = with ] && options=("${sysroot[@]}") || options=()
    run bt "$work/all-redacted" "${pids[@]}" "${options[@]}" --json
    expect_json 'all(.threads[]; .user_stored)' "redacted, $how the sysroot: all are stored ones"
    json "$stacks" >"$work/all-redacted.json"
    expect_same "$work/all.json" "$work/all-redacted.json" "each frame is that of the whole bundle"
done
marked='as stored when the bundle was redacted'
for how in "" -g; do
    # shellcheck disable=SC2086 # "" is no argument
    run bt "$work/all" "${pids[@]}" $how "${sysroot[@]}"
    # Behind a blank line, the files that would lead them on: no file leads a stored stack on.
    expect_line stdout '^Stacks end in these files' "bt $how asks for files"
    sed '/^Stacks end in these files/,$d' "$work/stdout" | sed '$d' >"$work/all.text"
    # shellcheck disable=SC2086
    run bt "$work/all-redacted" "${pids[@]}" $how
    expect_line stdout "$marked" "bt $how marks stored stacks"
    expect_no_line stdout '^Stacks end in these files' "bt $how asks for none"
    grep -v -e "$marked" "$work/stdout" >"$work/all-redacted.text"
    expect_same "$work/all.text" "$work/all-redacted.text" "bt $how: the text is the same"
done
run bt "$work/all-redacted" -a --json
expect_json 'any(.threads[]; .user_stored) and ([.threads[].tid] | length) > 60' "bt -a shows them among all"
run bt "$work/all-redacted" --panic
expect_no_line stderr 'stored stack' "bt --panic finds nothing wrong"
run bt "$work/redacted" "$pid"
expect_line stderr '3 user stacks ended early when the bundle was redacted' "what ends early did so then"
run bt "$work/redacted" "$pid" --core "$core" "${sysroot[@]}"
expect_no_line stdout "$marked" "a core given beside the bundle is unwound instead"
run report "$work/all-redacted" -o "$work/page.html"
grep -q 'as stored when the bundle was' "$work/page.html"
report $? "report shows stored stacks, marked"
run merge "$work/redacted" "${cores[0]}" -o "$work/more"
run bt "$work/more" "$pid" --json
expect_json 'all(.threads[]; .user_stored)' "a bundle that gets more cores keeps its stored stacks"

# damage_manifest FROM TO: changes one text of the manifest in a copy, checksums and all.
damage_manifest() {
    python3 "$top/tests/hostile/manifest.py" "$work/redacted" "$work/damaged" "$1" "$2"
}
damage_manifest '"user_complete":false' '"user_complete":12345'
run bt "$work/damaged" "$pid" --json
expect_status 3 "a damaged stored stack costs itself"
expect_json 'any(.warnings[]; contains("TID \($tid): its stored stack is damaged")) and ([.threads[] | select(.user_stored | not) | .tid] == [$tid])' \
    "and is named" --argjson tid "$pid"
damage_manifest "\"tid\":$pid" '"tid":-1'
run bt "$work/damaged" "$pid" --json
expect_json 'any(.warnings[]; contains("a stored stack is left out")) and ([.threads[] | select(.user_stored | not) | .tid] == [$tid])' \
    "one of no thread is left out" --argjson tid "$pid"
damage_manifest '"rip":"0x' '"rip":"0x1'
run bt "$work/damaged" "$pid" --json
expect_json 'any(.warnings[]; contains("of another thread or moment")) and ([.threads[] | select(.user_stored | not) | .tid] == [$tid])' \
    "one that begins elsewhere is left out" --argjson tid "$pid"
damage_manifest '"kernel":[{"pc":"0xf' '"kernel":[{"pc":"0xe'
run bt "$work/damaged" "$pid" --json
expect_json "any(.warnings[]; contains(\"is not the dump's\"))" "a kernel half that is not the dump's is named"
damage_manifest '"threads":[' '"threads":{['
run bt "$work/damaged" "$pid" --json
expect_json 'any(.warnings[]; contains("no JSON"))' "a manifest that is no JSON costs the stored stacks only"

run merge "$work/whole" "$core" --redact -o "$work/again"
expect_error 1 'is a bundle' "a bundle cannot be redacted"
expect_no_file "$work/again" "nothing is written then"
finish
