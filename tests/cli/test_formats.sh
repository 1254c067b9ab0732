#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The sample's dump as makedumpfile writes it in its formats: the same answers from each.
# tests/kernel/dump/test_formats.c does the same with a writer of our own, snappy and zstd included.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)
if ! command -v makedumpfile >/dev/null; then
    run info "$dump"
    expect_status 0 "the sample as it is"
    skip "plain, lzo, uncompressed, split, flattened and reassembled: makedumpfile is not installed"
    finish
fi

# answers INPUT...: what has to be equal, in one text: all of ps, and of info what is of the kernel.
answers() {
    "$FBUNDLE" ps "$@" --json | jq -S 'del(.warnings)'
    "$FBUNDLE" info "$@" --json | jq -S '{kernel, panic, pages: .dump.pages_dumped}'
    "$FBUNDLE" log "$@"
}

# check TEXT COMPRESSION INPUT...
check() {
    local text=$1 compression=$2
    shift 2
    answers "$@" >"$work/answers"
    expect_same "$work/answers" "$work/expected" "$text: the same answers"
    run info "$@" --json
    expect_status 0 "$text: complete"
    expect_json ".dump.compression == \"$compression\"" "$text: pages are $compression"
}

answers "$dump" >"$work/expected"
makedumpfile -R "$work/plain" <"$dump" >/dev/null 2>&1
report $? "makedumpfile rearranges the flattened dump"
check plain zlib "$work/plain"

for method in -c:zlib -l:lzo :none; do
    name=${method#*:}
    option=${method%%:*}
    # shellcheck disable=SC2086 # none or one option
    run_program makedumpfile $option -d 31 "$work/plain" "$work/$name"
    expect_status 0 "makedumpfile writes $name"
    check "$name" "$name" "$work/$name"
    # shellcheck disable=SC2086
    makedumpfile -F $option -d 31 "$work/plain" >"$work/flat" 2>/dev/null
    check "flattened, $name" "$name" "$work/flat"
    zstd -qf "$work/$name" -o "$work/stream.zst"
    check "$name inside zstd" "$name" "$work/stream.zst"
    rm -f "$work/$name" "$work/flat" "$work/stream.zst"
done
run_program makedumpfile --split -c -d 31 "$work/plain" "$work/part1" "$work/part2" "$work/part3"
expect_status 0 "makedumpfile splits"
check split zlib "$work/part2" --part "$work/part3" --part "$work/part1"
# The guest is so small that makedumpfile gives all its pages to the first part.
run ps "$work/part2" --part "$work/part3" --json
expect_status 1 "a missing part is said"
finish
