#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A bundle keeps what user stacks need of the files that they are in: bt of the bundle alone is then bt with
# the sysroot.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
mapfile -t cores < <(find "$samples" -name 'core.[0-9]*' | sort)
sysroot=(--sysroot "$samples/sysroot")
# Inlined functions and lines need the file itself.
frames='[.threads[] | {tid, user: [.user[] | select(.inlined or .language | not) | {pc, symbol, object, build_id, found}]}]'

run merge "$dump" "${cores[@]}" --no-objects -o "$work/without" --json
expect_json '.objects.added == []' "--no-objects keeps nothing"
run bt "$work/without" -a "${sysroot[@]}" --json
json "$frames" >"$work/expected"
run bt "$work/without" -a --json
json "$frames" >"$work/bare"
expect test "$(cmp -s "$work/bare" "$work/expected"; echo $?)" = 1 "without the sysroot stacks are shorter"

run merge "$dump" "${cores[@]}" "${sysroot[@]}" -o "$work/with" --json
expect_json '(.objects.added | length) > 0 and all(.objects.added[]; .bytes > 0)' "merge says what it keeps"
expect_json '(.objects.added | map(.build_id) | unique | length) == (.objects.added | length)' "each build-id once"
expect_json 'any(.objects.wanted[]; .build_id and (.path | test("libc")))' "and what is missing, by build-id"
run bt "$work/with" -a --json
json "$frames" >"$work/found"
expect cmp "$work/found" "$work/expected" "bt of the bundle alone is bt with the sysroot"
run verify "$work/with"
expect_status 0 "verify"
run merge "$dump" "${cores[@]}" "${sysroot[@]}" -o "$work/text"
expect_line stdout 'what user stacks need of [0-9]+ files? \(.*\) is kept' "merge says so in words too"
expect_line stdout '  [0-9a-f]{40}  /usr/lib/.*libc' "with the build-ids of what is missing"

# Later, where there are no new cores.
run merge "$work/without" "${sysroot[@]}" -o "$work/later" --json
expect test "${status/3/0}" = 0 "merge BUNDLE --sysroot adds it later"
run bt "$work/later" -a --json
json "$frames" >"$work/found"
expect cmp "$work/found" "$work/expected" "to the same end"
run merge "$work/later" "${sysroot[@]}" -o "$work/again"
expect_status 1 "what is there already is not added again"
expect_line stderr 'nothing to merge' "and that is said"

# An object that is damaged costs the stacks in it.
cp "$work/with" "$work/damaged"
python3 - "$work/damaged" <<'PYTHON'
import struct, sys
with open(sys.argv[1], "r+b") as file:
    data = file.read()
    parts, = struct.unpack_from("<I", data, len(data) - 52)
    table, = struct.unpack_from("<Q", data, len(data) - 32)
    for i in range(parts):
        kind, _, offset, size = struct.unpack_from("<IIQQ", data, table + 48 * i)
        if kind == 8:
            file.seek(offset + size // 2)
            file.write(bytes([data[offset + size // 2] ^ 0xff]))
PYTHON
run bt "$work/damaged" -a --json
expect test "${status/3/0}" = 0 "bt answers with damaged objects"
json "$frames" >"$work/found"
expect cmp "$work/found" "$work/bare" "as without them"
run verify "$work/damaged"
expect_status 3 "verify finds the damage"
expect_line stdout "^what stacks need of a file: checksum differs" "and names it"

# A redacted bundle keeps its stacks, and no files.
run merge "$dump" "${cores[@]}" "${sysroot[@]}" --redact -o "$work/redacted" --json
expect_json '.objects.added == [] and .objects.wanted == []' "a redacted bundle keeps none"
# On the host of the dump its own files are taken where their build-ids are the dump's: here this host with the
# sample's /lab in its root, whose uname() is the dump's.
own_root='
mount -t tmpfs none "$1"
for entry in /*; do
    if [ -L "$entry" ]; then cp -P "$entry" "$1"
    elif [ -d "$entry" ]; then mkdir "$1$entry" && mount --rbind "$entry" "$1$entry"
    fi
done
mkdir -p "$1/lab" && cp "$2" "$1/lab/actors" && shift 2 && chroot "$@"'
# on_host PROGRAM ARG...: merge in such a root, of which $work/actors is /lab/actors.
on_host() {
    command_line="$*, on another host"
    OTHER_RELEASE=$release OTHER_NODE=$node timeout 300 unshare -rm bash -ec "$own_root" - "$work/root" "$work/actors" \
        "$work/root" env LD_PRELOAD="$work/other.so" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    status=$?
}
objects='.objects.added | map(select(.path == "/lab/actors") | .build_id)'
cp "$samples/sysroot/lab/actors" "$work/actors"
mkdir "$work/root"
run info "$dump" --json
release=$(json .kernel.release)
node=$(json '.kernel.node // ""')
if grep -qa __asan_init "$FBUNDLE"; then
    skip "the host's own files: the sanitizer wants to be loaded first"
elif on_host true; [ "$status" -ne 0 ]; then
    skip "the host's own files: no namespace of one's own here"
else
    expect gcc -shared -fPIC -O1 -o "$work/other.so" "$top/tests/cli/other_uname.c" "another uname() builds"
    merge=("$FBUNDLE" merge "$dump" "${cores[@]}" -f -o "$work/host" --json)
    on_host "${merge[@]}"
    expect_json "$objects == [\$id[0]]" "on the dump's host merge takes the program from /" \
        --argjson id "$(jq -c "$objects" <(run merge "$dump" "${cores[@]}" "${sysroot[@]}" -f -o "$work/with" --json; cat "$work/stdout"))"
    node=another
    on_host "${merge[@]}"
    expect_json "$objects == []" "on a host of another name it does not look there"
    node=$(jq -r '.kernel.node // ""' <(run info "$dump" --json; cat "$work/stdout"))
    release=6.1.0-other
    on_host "${merge[@]}"
    expect_json "$objects == []" "nor where another kernel runs"
    run info "$dump" --json
    release=$(json .kernel.release)
    cp /bin/true "$work/actors"
    on_host "${merge[@]}"
    expect_json "$objects == []" "a file of another build-id is not taken"
    expect_json 'any(.objects.wanted[]; .path == "/lab/actors" and .build_id)' "and listed as missing by its build-id"
fi
finish
