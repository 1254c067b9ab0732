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
[ "$status" = 0 ] || [ "$status" = 3 ]
report $? "merge --redact"
expect_json '.pages_added == 0 and .cores[0].match.verdict == "certain"' "it matches, and adds no page"
run verify "$work/redacted"
expect_status 0 "verify"
[ "$(stat -c %a "$work/redacted")" = 600 ]
report $? "it has mode 0600"

run info "$work/redacted" --json
# shellcheck disable=SC2016 # jq variables
expect_json '.redacted and ([.threads[].user | length] | add) == $frames and $frames > 0' \
    "its stacks are those of the unredacted input" --argjson frames "$frames"
run info "$work/whole" --json
expect_json '(.redacted | not) and .threads == null' "an unredacted bundle says so"

run extract "$work/redacted" "$pid" -o "$work/extracted"
expect_status 0 "extract"
[ "$(readelf -lW "$work/extracted" | awk '$1 == "LOAD" && $5 !~ /^0x0+$/' | wc -l)" -eq 0 ]
report $? "no segment of the core has a byte in the file"
[ "$(readelf -lW "$work/extracted" | grep -c LOAD)" -eq "$(readelf -lW "$core" | grep -c LOAD)" ]
report $? "all segments are there"
run_program readelf -nW "$work/extracted"
expect_line stdout 'NT_PRSTATUS' "general registers stay"
expect_no_line stdout 'NT_FPREGSET|NT_X86_XSTATE' "vector registers go"

# Strings of the core's memory that the dump alone has not: none may be in the redacted core, stored
# or as part of anything else.
strings -n 12 "$core" | sort -u >"$work/strings"
strings -n 12 "$work/extracted" | sort -u >"$work/left"
comm -12 "$work/strings" "$work/left" | grep -v '^/' >"$work/common" || true
[ ! -s "$work/common" ]
report $? "no text of its memory but the mapped files' paths is left"

address=$(readelf -lW "$core" | awk '$1 == "LOAD" && $7 == "RW" && $5 !~ /^0x0+$/ { print $3; exit }')
run rd "$work/whole" "$pid:$address" 64 --json
expect_json 'any(.runs[]; .source == "vmcore" or .source == "core")' "the whole bundle has the page at $address"
run rd "$work/redacted" "$pid:$address" 64 --json
expect_json 'all(.runs[]; .source != "core")' "the redacted one has nothing of the core there"

run merge "$work/whole" "$core" --redact -o "$work/again"
expect_error 1 'is a bundle' "a bundle cannot be redacted"
expect_no_file "$work/again" "nothing is written then"
finish
