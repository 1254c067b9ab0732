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
    # It is extracted uncompressed, under a name that says so.
    name=$(sed -E 's/\.(zst|xz|gz|lz4)$//' <<<"$name")
    expect_same "$work/plain" "$work/cores/$name" "$name comes back bit for bit"
done

run merge "$dump" "${cores[0]}" -o "$bundle"
expect_error 1 'exists.*--force' "an existing output is refused"
run merge "$dump" "${cores[1]}" -o "$bundle" --force
expect_status 0 "--force replaces it"

for method in zlib lzo snappy zstd none; do
    run merge "$dump" "${cores[1]}" -o "$work/$method.fbundle" --compress "$method"
    expect_status 0 "added pages are stored by $method"
    run verify "$work/$method.fbundle"
    expect_status 0 "and verify finds them right"
    run extract "$work/$method.fbundle" --all -o "$work/cores" --force
    plain "${cores[1]}" "$work/plain"
    name=$(basename "${cores[1]}" | sed -E 's/\.(zst|xz|gz|lz4)$//')
    expect_same "$work/plain" "$work/cores/$name" "and the core comes back by $method"
done
expect_same "$work/zlib.fbundle" "$bundle" "a dump of zlib gets zlib's without being asked"
expect [ "$(stat -c %s "$work/none.fbundle")" -gt "$(stat -c %s "$work/lzo.fbundle")" ] "none takes more room than lzo"
expect [ "$(stat -c %s "$work/lzo.fbundle")" -gt "$(stat -c %s "$work/zlib.fbundle")" ] "and lzo more than zlib"
run info "$work/lzo.fbundle" --json
expect_json '.dump.compression == "mixed"' "info says that there are two methods"
run merge "$dump" "${cores[1]}" -o "$work/gzip.fbundle" --compress gzip
expect_status 2 "another method is refused"
expect grep -q "'gzip': zlib, lzo, snappy, zstd or none" "$work/stderr" "and the methods are named"

run merge "$bundle" "${cores[2]}" -o "$work/second.fbundle" --json
expect_status 0 "a bundle can be merged with further cores"
expect_json '.cores | length == 2' "the second bundle has both cores"
run verify "$work/second.fbundle"
expect_status 0 "the second bundle verifies"

# No core is of this dump: said, with what differs.
xz -dc "$samples"/core.reused.*.xz >"$work/reused"
run merge "$dump" "$work/reused" -o "$work/useless.fbundle" --json
expect_status 3 "a bundle of cores that match nothing is half an answer"
expect_json '.warnings | length == 1 and (.[0] | test("^the core given is not that of a process of this dump; of reused: "))' \
    "it is said"
expect_json '.warnings[0] | test("written .* after the panic: it is of a later boot, or its file was copied since .the same kernel ran there.$")' \
    "a file younger than the panic may be a copy"
touch -d 2001-01-01 "$work/reused"
run merge "$dump" "$work/reused" -o "$work/useless.fbundle" --force
expect_line stderr 'warning: .*of reused: its file was written .* before this boot: it is of an earlier one' "an older one is no copy"
named=core.sleep.0.0123456789abcdef0123456789abcdef.328.1900000000000000
cp "$work/reused" "$work/$named"
run info "$dump" --core "$work/$named"
expect_status 3 "not with merge alone"
expect_line stderr "of $named: it was taken .* after the panic: it is of a later boot " "systemd-coredump's name has the time"
python3 - "$work/reused" "$work/other-host" <<'PY'
import re, struct, sys
core = open(sys.argv[1], "rb").read()
# AT_SYSINFO_EHDR (33), maybe AT_MINSIGSTKSZ (51), AT_HWCAP (16): the vector's first, on the stack too.
word = lambda value: re.escape(struct.pack("<Q", value))
vector = b"(" + word(33) + b".{8}(?:" + word(51) + b".{8})?" + word(16) + b").{8}"
open(sys.argv[2], "wb").write(re.sub(vector, rb"\1" + struct.pack("<Q", 0x1234567), core, flags=re.S))
PY
run merge "$dump" "$work/reused" "$work/other-host" -o "$work/useless.fbundle" --force
expect_line stderr 'warning: none of the cores given is one of a process of this dump; of other-host: it is of another host: the processor there had other features .AT_HWCAP 0x1234567, here 0x[0-9a-f]+.$' \
    "the most telling of several is told"
run merge "$dump" "$work/reused" "${cores[1]}" -o "$work/useless.fbundle" --force
expect_status 0 "one that matches will do"

mkdir "$work/folder"
cp "$dump" "$work/folder/"
echo text >"$work/folder/dmesg.202601010000"
run ps "$work/folder" --json
expect_status 0 "the folder that kdump-tools leaves is an input"
run merge "$work/folder"
expect_error 1 'nothing to merge: no core' "with no core in it there is nothing to merge"

# The folder's bundle is what it means, else its dump with its cores; a folder of cores means these.
cp "${cores[@]:0:3}" "$work/folder/"
echo text >"$work/folder/core.notes"
run info "$work/folder" --json
expect_status 0 "a folder with cores is an input"
expect_json '.cores | length == 3' "they are joined"
expect_line stderr "^fbundle: $work/folder: reading dump.[0-9]+ with the 4 cores that lie beside it$" "a line says so"
expect_line stderr "core.notes.*no ELF core|core.notes" "and that one of them is none"
run info "$work/folder" --json --quiet
expect_lines stderr 0 "none with --quiet"
run info "$work/folder" --core "${cores[3]}" --json
expect_json '.cores | length == 1' "cores that are named are the only ones"
run merge "$work/folder" --json
expect_status 0 "merge takes the cores of the folder"
expect_json ".cores | length == 3" "all of them"
expect_json ".output == \"$work/folder/$(basename "$dump").fbundle\"" "and writes beside the dump"
run info "$work/folder" --json
expect_status 0 "then the folder means its bundle"
expect_json '.cores | map(.path) == ["'"$(basename "${cores[0]}")"'", "'"$(basename "${cores[1]}")"'", "'"$(basename "${cores[2]}")"'"]' "with its cores"
expect_line stderr "^fbundle: $work/folder: reading the bundle in this folder, $(basename "$dump").fbundle$" "a line says so"
run verify "$work/folder"
expect_line stdout "/$(basename "$dump").fbundle: every checksum and count is right" "verify takes it too"
run merge "$work/folder" "$work/folder"/core.[0-9]* --force --json
expect_json ".cores | length == 2" "merge takes the folder's dump all the same"
mkdir "$work/cores-only"
cp "${cores[@]:0:2}" "$work/cores-only/"
run merge "$dump" "$work/cores-only" -o "$work/of-folder.fbundle" --json
expect_status 0 "a folder of cores"
expect_json '.cores | length == 2' "stands for them"
run merge "$dump" "$samples/sysroot" -o "$work/none.fbundle"
expect_error 1 'sysroot: no core in this folder' "one without is named"
cp "$work/folder/$(basename "$dump").fbundle" "$work/folder/second.fbundle"
run info "$work/folder"
expect_error 1 '2 bundles in this folder' "of two bundles one must be named"

live=$(find "$samples" -name "core.[0-9]*" | sort | head -n 1)
run ps "$dump" --core "$live" --json
expect_status 0 "--core joins for one command"
expect_json '[.tasks[] | select(.core != null)] | length > 0' "the core shows at its process"
finish
