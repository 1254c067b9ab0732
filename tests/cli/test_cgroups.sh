#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cgroups: the tree for people, one group with its processes, and what is said where there is none. That its values are the
# kernel's own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run cgroups "$dump"
expect_status 0 "cgroups"
expect_line stdout '^version 2: cpuset,cpu,io,memory,hugetlb,pids,rdma,misc$' "the hierarchy"
expect_line stdout '^GROUP +PROCS +MEMORY +MEM-HIGH +MEM-MAX +PIDS +PIDS-MAX +WEIGHT +CPU-MAX +STATE$' "headings"
expect_line stdout '^/ +[0-9]+ +- +- +- +- +- +- +-$' "the root, of which nothing is counted"
expect_lines stdout 3 "and no other"

for which in / /sys/fs/cgroup/ memory:/ 0:/ 2; do
    run cgroups "$dump" "$which"
    expect_status 0 "$which"
    expect_line stdout '^ +1 +1 +guest$' "$which: its processes"
done
run cgroups "$dump" 1 --json
json '.hierarchies[] | "\(.version) \(.id) \(.groups | length) \(.groups[0].path) \(.groups[0].state)"' >"$work/got"
printf '2 0 1 / online\n' >"$work/wanted"
expect_same "$work/got" "$work/wanted" "JSON of the group"
expect_json '.hierarchies[0].groups[0].processes == ([.tasks[] | select(.pid == .tid)] | length)' "as many as are listed"

run cgroups "$dump" /none
expect_status 1 "no such group"
expect_line stderr 'no control group /none' "and it is named"
run cgroups "$dump" net_cls:/
expect_status 1 "version 2 has no such controller"
run cgroups "$dump" 999999
expect_status 1 "no such process"
run cgroups "$dump" 1 2
expect_status 2 "one group at most"
finish
