#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A region of the small sample that was swapped out to zram: read from the dump alone, and the same as
# in the core that was taken before.
# shellcheck disable=SC2016 # $name within a jq filter
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}
pid=$(grep -o '\bPT=[0-9]*' "$samples/actors" | cut -d= -f2)
cores=("$samples/core.$pid".*)
# The workload's own words: "region actor=PT ... kind=swapped start=0x... length=... tag=...".
region=$(grep '^region actor=PT .*kind=swapped' "$samples/waits.txt")
start=$(grep -o 'start=0x[0-9a-f]*' <<<"$region" | cut -d= -f2)
length=$(grep -o 'length=[0-9]*' <<<"$region" | cut -d= -f2)
tag=$(grep -o 'tag=[0-9]*' <<<"$region" | cut -d= -f2)
# What was written over at its start is of another pattern.
rewritten=$(grep "^rewritten actor=PT start=$start " "$samples/waits.txt" | grep -o 'length=[0-9]*' | cut -d= -f2)
rewritten=${rewritten:-0}

run vm --json "$dump" "$pid"
expect_json '[.vmas[].pages.swap] | add == 0' "no swapped page stays absent"

run rd --json "$dump" "$pid:$start" "$length"
expect_status 0 "rd of the region"
expect_json '.runs | length == 1 and .[0].source == "vmcore" and .[0].detail == "zram" and .[0].length == $length' \
    "all of it comes out of zram" --argjson length "$length"

run vtop "$dump" "$pid:$start"
expect_line stdout '^ +swap  page [0-9]+ of area 0, /dev/zram0$' "vtop tells the area and the slot"
run vtop "$dump" "$pid:$start" --json
expect_json '.state == "swap" and .swap.type == 0 and .swap.offset > 0 and .swap.area == "/dev/zram0"' "JSON too"

run rd --raw "$dump" "$pid:$start" "$length"
expect_status 0 "its bytes"
cp "$work/stdout" "$work/of-zram"
expect [ "$(stat -c %s "$work/of-zram")" = "$length" ] "as many as there are"
# Each word: the tag in the top 24 bits, below it how far the word stands from the region's start.
od -An -v -t u8 -w8 -j "$rewritten" "$work/of-zram" >"$work/words"
wrong=$(awk -v tag="$tag" -v at="$rewritten" \
    'BEGIN {base = tag * 2 ^ 40} $1 != base + at {wrong++} {at += 8} END {print wrong + 0}' "$work/words")
expect [ "$wrong" = 0 ] "each word holds its tag and its place"

run rd --json --prefer core --core "${cores[0]}" "$dump" "$pid:$start" "$length"
expect_json '[.runs[].source] | unique == ["core"]' "the core has the region as well"
run rd --raw --prefer core --core "${cores[0]}" "$dump" "$pid:$start" "$length"
expect cmp --ignore-initial="$rewritten" "$work/of-zram" "$work/stdout" "with the same bytes"
finish
