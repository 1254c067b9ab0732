#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job on the small sample: merge, look, verify, and every core back bit for bit.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
mapfile -t cores < <(ls "$samples"/core.* "$samples"/*.crash)
bundle=$work/sample.fbundle

# plain CORE OUT: a core as it is inside what wraps it, by other programs than ours.
plain() {
    case $1 in
    *.zst) zstd -dqfo "$2" "$1" ;;
    *.xz) xz -dc "$1" >"$2" ;;
    *.gz) gzip -dc "$1" >"$2" ;;
    *.lz4) lz4 -dqf "$1" "$2" ;;
    *.crash) sed '1,/^CoreDump: base64/d; /^[^ ]/,$d' "$1" | tr -d ' \n' | base64 -d 2>/dev/null | gzip -dc >"$2" 2>/dev/null ;;
    *) cp "$1" "$2" ;;
    esac
}

run merge "$dump" "${cores[@]}" -o "$bundle" --json
expect_status 0 "merge of the sample is complete"
expect_json '.schema == 1 and .command == "merge"' "schema and command are named"
expect_json '.warnings == []' "nothing is warned of"
expect_json ".cores | length == ${#cores[@]}" "every core is listed"
expect_json 'all(.cores[]; .pages | .total == .same + .filled + .unplaced + .differ)' \
    "the page counts of each core add up"
expect_json '.pages_added > 100' "pages were added"
expect_json 'all(.cores[]; (.match.verdict == "none") == (.match.pid == null))' \
    "a match names a PID, no match names none"
expect_json 'all(.cores[]; .match.evidence | length > 0)' "every verdict has its evidence"
expect_json '[.cores[] | select(.match.verdict == "none") | .path | sub(".*/"; "") | sub("\\.(zst|xz|gz|lz4)$"; "")]
    | sort == (["_lab_actors.0.crash", "core.actors.1", "core.actors.'"$(sed 's/.*CR=\([0-9]*\).*/\1/' "$samples/actors")"'", "core.reused.'"$(sed 's/.*REUSE=\([0-9]*\).*/\1/' "$samples/actors")"'"] | sort)' \
    "the crashed, the container's and the reused PID's core match nothing"
expect_json '[.cores[] | select(.match.verdict != "none") | (.path | capture("core\\.(?<pid>[0-9]+)").pid | tonumber) == .match.pid] | all' \
    "core.N matches the task with host PID N"
expect [ "$(stat -c %a "$bundle")" = 600 ] "the bundle is readable by its owner only"

run verify "$bundle" --json
expect_status 0 "verify passes"
expect_json '.ok and .problems == []' "verify finds no problem"

mkdir "$work/cores"
run extract "$bundle" --all -o "$work/cores"
expect_status 0 "every core can be extracted"
for core in "${cores[@]}"; do
    name=$(basename "$core")
    plain "$core" "$work/plain"
    expect_same "$work/plain" "$work/cores/$name" "$name comes back bit for bit"
done

run merge "$dump" "${cores[0]}" -o "$bundle"
expect_error 1 'exists.*--force' "an existing output is refused"
run merge "$dump" "${cores[0]}" -o "$bundle" --force
expect_status 0 "--force replaces it"

run merge "$bundle" "${cores[1]}" -o "$work/second.fbundle" --json
expect_status 0 "a bundle can be merged with further cores"
expect_json '.cores | length == 2' "the second bundle has both cores"
run verify "$work/second.fbundle"
expect_status 0 "the second bundle verifies"

mkdir "$work/folder"
cp "$dump" "$work/folder/"
echo text >"$work/folder/dmesg.202601010000"
run ps "$work/folder" --json
expect_status 0 "the folder that kdump-tools leaves is an input"

live=$(find "$samples" -name "core.[0-9]*" | sort | head -n 1)
run ps "$dump" --core "$live" --json
expect_status 0 "--core joins for one command"
expect_json '[.tasks[] | select(.core != null)] | length > 0' "the core shows at its process"
finish
