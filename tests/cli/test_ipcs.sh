#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ipcs: the tables for people, and the JSON. That its values are the kernel's own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run ipcs "$dump"
expect_status 0 "ipcs"
expect_line stdout '^IPC namespace [0-9]+, of PID 1: no objects$' "the host's namespace"
run ipcs "$dump" --json
expect_json '.namespaces[0].pid == 1' "JSON of the namespace"
cp "$work/stdout" "$work/all"
for option in -s -m -q; do
    run ipcs "$dump" "$option"
    expect_status 0 "ipcs $option"
done
run ipcs "$dump" 1
expect_status 2 "no argument"
finish
