#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bpf: of the sample, which has no BPF objects, that there are none. That those of a guest are found is held by
# tests/truth/check, and how they are read by the unit tests.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run bpf "$dump"
expect_status 0 "bpf"
expect_line stdout '^no BPF programs$' "no programs"
expect_line stdout '^no BPF maps$' "no maps"
expect_line stdout '^no BPF links$' "no links"
run bpf "$dump" --maps
expect [ "$(cat "$work/stdout")" = "no BPF maps" ] "one kind alone"
run bpf "$dump" --json
expect_json '(.progs | length) == 0 and (.maps | length) == 0 and (.links | length) == 0' "JSON"
finish
