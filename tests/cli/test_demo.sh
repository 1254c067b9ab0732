#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# samples/demo: it shows what README shows, keeps its bundle, and what it says to type next works.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

export FBUNDLE
cd "$top" || exit 1
run_program samples/demo "$work/demo out"
expect_status 0 "the demo runs"
expect_no_line stderr 'installing|building' "a program that is named is not built again"
while read -r command; do
    expect_line stdout "^\\$ fbundle $command " "it shows $command, as README does"
done < <(sed -n 's/^    \$ fbundle \([a-z]*\) .*/\1/p' README.md)
expect_line stdout '^Deadlock: 2 threads' "waits finds the deadlock"
expect_line stdout ' main\+0x' "bt leads to main()"
expect_file "$work/demo out/sample.fbundle" "the bundle is kept"

run_program samples/demo "$work/out"
expect_status 0 "the demo runs once more"
sed -n '/What to type next/,/^And with/s/^    //p' "$work/stdout" >"$work/next"
expect test "$(wc -l <"$work/next")" -ge 4 "it says what to type next"
while read -ra words; do
    run_program "${words[@]}"
    expect test "${status/3/0}" = 0 "typed next: ${words[*]:1:1}"
done <"$work/next"
expect_file "$work/out/sample.html" "the report is where it said"
finish
