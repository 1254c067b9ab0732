#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the dump has lost, a matched core has: threads whose task_struct is not in the dump, and pages whose bytes
# are damaged there. What lost mappings and page tables are taken from, tests/hostile/lost_memory shows.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

lossy=$top/tests/cli/lossy_dump.py
python3 "$lossy" plain "$samples"/dump.* "$work/plain"
report $? "a plain dump"
cores=(--core "$samples/core.128.xz" --core "$samples/core.132.xz")

# The pages of two task_structs: of a process, and of a thread of another.
run ps "$work/plain" "${cores[@]}" --json
cp "$work/stdout" "$work/whole"
frames=()
for tid in 132 130; do
    task=$(jq -r ".tasks[] | select(.tid == $tid).task" "$work/whole")
    for page in 0 1 2; do
        run vtop "$work/plain" "$(printf '%x' $((task + 4096 * page)))" --json
        frames+=("$(printf '0x%x' $(($(json .physical) >> 12)))")
    done
done
python3 "$lossy" spoil "$work/plain" "$work/lost" "${frames[@]}"
report $? "a dump that has lost task_structs"

run ps "$work/lost" "${cores[@]}" --json
expect_status 3 "ps of it"
expect_json '.lost_tids | contains([130, 132])' "their numbers are known"
for tid in 132 130; do
    expect_json "(.lost[] | select(.tid == $tid)) as \$lost | (\$whole[0].tasks[] | select(.tid == $tid)) |
        \$lost.pid == .pid and \$lost.uid == .uid and \$lost.core == .core" \
        "TID $tid: PID, user and core are as with its task_struct" --slurpfile whole "$work/whole"
done
expect_json '(.lost[] | select(.tid == 132)) as $lost | ($whole[0].tasks[] | select(.tid == 132)) |
    $lost.comm == .comm and $lost.cmdline == .cmdline and (.cmdline | length) > 0' "and name and arguments" \
    --slurpfile whole "$work/whole"
expect_json '(.lost | map(.tid)) - .lost_tids == [] and (.tasks | map(.tid)) - (.lost | map(.tid)) == (.tasks | map(.tid))' \
    "nothing that is known otherwise is among them"
run ps "$work/lost" "${cores[@]}"
expect_line stdout '^known by TID only:.* 130 132' "the text lists the numbers"
expect_line stdout '^132  132    0  core\.132\.xz  actors  /lab/actors' "and what the core tells"
expect_line stdout '^128  130    0  core\.128\.xz  actors' "of the thread too"
run ps "$work/lost" --json
expect_json '(.lost_tids | contains([130, 132])) and .lost == []' "without cores nothing is told"

# Their user half begins with the registers of the core.
run bt "$work/plain" 132 "${cores[@]}" --json
json '.threads[0].user | map([.pc, .symbol])' >"$work/user"
run bt "$work/lost" 132 "${cores[@]}" --json
expect_status 3 "bt of a thread whose task_struct is lost"
expect_json '.threads | length == 1 and (.[0] | .pid == 132 and .state == "?" and .kernel == []
    and .user_regs_from == "core")' "shows it, without a kernel half"
json '.threads[0].user | map([.pc, .symbol])' | cmp -s - "$work/user"
report $? "its user half is that of the whole dump: it had not moved"
expect [ "$(jq length "$work/user")" -gt 1 ] "which has frames"
run bt "$work/lost" 132 "${cores[@]}"
expect_line stdout 'ends: its task_struct, which has the place of its kernel stack, is not in the dump' "and says why"
for what in 128 -a; do
    run bt "$work/lost" "$what" "${cores[@]}" --json
    expect_json '.threads | map(.tid) | contains([128, 130, 131])' "bt $what has the lost thread beside the others"
    expect_json '.threads | map(.tid | select(. > 0)) | group_by(.) | all(length == 1)' "each once"
done
run bt "$work/lost" 132
expect_error 1 'PID 132 existed, but its task_struct is not in the dump' "without its core there is nothing to show"
run waits "$work/lost" "${cores[@]}" --why 132
expect_error 1 'PID 132 existed, but its task_struct is not in the dump' "what it waits for only the dump knew"

# A core that is built has them, as the core had.
for pid in 128 132; do
    run extract "$work/lost" $pid "${cores[@]}" --from-dump -f -o "$work/built" --json
    expect_status 3 "a core of PID $pid is built"
    expect_json ".threads == $([ $pid = 128 ] && echo 3 || echo 1)" "with all its threads"
done
expect [ "$(readelf -n "$work/built" | grep -c NT_PRSTATUS)" = 1 ] "so do its notes say"

# A page whose descriptor is right and whose bytes are not: the kernel's page of zeros, which this process's stack
# has too.
run vm "$work/plain" 132 "${cores[@]}" --json
stack=$(json '.vmas[] | select(.name == "[stack]").start')
expect_json '.vmas[] | select(.name == "[stack]").pages | .vmcore > 0 and .core > 0' "a stack that both have pages of"
pages=$(json '.vmas[] | select(.name == "[stack]").pages | .vmcore + .core')
run vtop "$work/plain" "132:$stack" "${cores[@]}" --json
python3 "$lossy" garble "$work/plain" "$work/garbled" "0x$(printf '%x' $(($(json .physical) >> 12)))"
report $? "a dump with a damaged page"
run rd "$work/plain" "132:$stack" 4096 "${cores[@]}" --json
expect_json '.runs | length == 1 and .[0].source == "vmcore"' "of the whole dump the page is the dump's"
json .hex >"$work/hex"
run rd "$work/garbled" "132:$stack" 4096 "${cores[@]}" --json
expect_status 0 "rd of the damaged page"
expect_json '.runs | length == 1 and (.[0] | .source == "core" and .detail == "core.132.xz")' "it is the core's, and marked"
json .hex | cmp -s - "$work/hex"
report $? "with the same bytes"
run vm "$work/garbled" 132 "${cores[@]}" --json
expect_json ".vmas[] | select(.name == \"[stack]\").pages | .core == $pages and .vmcore == 0" "vm counts it as the core's"
run extract "$work/garbled" 132 "${cores[@]}" --from-dump -f -o "$work/built"
expect_status 3 "extract builds a core"
run extract "$work/plain" 132 "${cores[@]}" --from-dump -f -o "$work/built.plain"
expect_same "$work/built" "$work/built.plain" "to the byte as of the whole dump"
run bt "$work/garbled" 132 "${cores[@]}" --json
json '.threads[0].user | map([.pc, .symbol])' | cmp -s - "$work/user"
report $? "bt has the frames of the whole dump"
run merge "$work/garbled" "$samples/core.132.xz" -o "$work/bundle" --json
expect_status 0 "merge fills it"
run rd "$work/bundle" "132:$stack" 4096 --json
expect_json '.runs[0].source == "core"' "and the bundle has it as the core's"

# Without a core that page is lost, and no other.
run rd "$work/garbled" "132:$(printf '%x' $((stack - 4096)))" 12288 --json
expect_status 3 "without the core rd goes on"
expect_json ".runs | map(.source) == [\"absent\", \"absent\", \"absent\"] and .[0].detail == \"not mapped\"
    and (.[1] | .start == \"$stack\" and .length == 4096 and (.detail | test(\"damaged\")))" "and says which page is damaged"
expect_json '.warnings | any(test("do not unpack to a page"))' "and how"
run rd "$work/garbled" "132:$stack" 16 --raw
expect_status 3 "raw it ends there"
expect [ ! -s "$work/stdout" ] "with no byte"
run rd "$work/garbled" "132:$stack" 16 --raw --fill
expect [ "$(wc -c <"$work/stdout")" = 16 ] "or has zeros"
finish
