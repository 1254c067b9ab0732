#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check: what it finds in the sample, whose workload is known, and what it says where data are missing.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

dump=$(echo "$samples"/dump.*)

run check "$dump"
expect_status 0 "check"
expect_line stdout '^[0-9]+ findings: [0-9]+ grave, [0-9]+ serious, [0-9]+ notable$' "how many of each weight"
expect_line stdout '^grave +/fz \(ext4, 7:0\) is frozen$' "the frozen file system"
expect_line stdout '^ +super_block 0x[0-9a-f]+: s_writers\.frozen is 4' "and what shows it"
expect_line stdout '^ +more: fbundle mounts$' "and where there is more"
expect_no_line stdout '^not checked' "all was checked"

run check "$dump" --json
json '.findings[] | "\(.weight) \(.kind)"' >"$work/kinds"
expect_json '[.findings[].weight] == ([.findings[].weight] | sort_by({"grave": 0, "serious": 1, "notable": 2}[.]))' \
    "the gravest first"
expect_json 'all(.checks[]; .done)' "every check was made"
expect_json 'any(.findings[]; .kind == "stuck-io" and .command == "block" and (.text | test("of loop1 has not ended")))' \
    "the write to the disk whose file is in the frozen file system"
expect_json 'any(.findings[]; .kind == "work-stuck" and .command == "workqueues" and (.text | test("queue loop1 ")))' \
    "and the worker of that disk"
# The deadlock of two processes needs their memory.
expect_json 'all(.findings[]; .kind != "deadlock")' "no deadlock without cores"
cores=()
for core in "$samples"/core.*; do cores+=(--core "$core"); done
run check "$dump" "${cores[@]}" --json
expect_json 'any(.findings[]; .kind == "deadlock" and .weight == "grave" and (.evidence | length) >= 2)' \
    "with the cores the deadlock is a finding, with the waits that show it"

run check "$dump" more
expect_status 2 "no arguments"
finish
