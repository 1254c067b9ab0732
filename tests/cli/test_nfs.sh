#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nfs: a host without the kernel's RPC client, and one whose types are lost. That the values are the kernel's own is held
# by tests/truth/check, on a guest whose NFS server is gone.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run nfs "$dump"
expect_status 0 "nfs"
expect_line stdout "^Nothing is mounted by NFS: the kernel's RPC client is not loaded.$" "and why there is nothing"
run nfs "$dump" --json
expect_status 0 "nfs --json"
expect_json '.mounts == [] and .transports == [] and .clients == [] and .calls == [] and .complete' "nothing is missing"
run nfs "$dump" more
expect_status 2 "no argument but the input"
finish
