#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sysctl: the values of /proc/sys as sysctl(8) prints them, patterns, processes, and JSON. That each value is the kernel's
# is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run sysctl "$dump"
expect_status 0 "sysctl"
expect_line stdout '^kernel\.ostype = Linux$' "a name"
expect_line stdout '^kernel\.osrelease = 6\.1\.' "the release"
expect_line stdout '^kernel\.sem = 32000	1024000000	500	32000$' "several numbers"
expect_line stdout '^net\.ipv4\.tcp_keepalive_time = 7200$' "a time, in seconds"
expect_line stdout '^net\.ipv4\.neigh\.lo\.retrans_time_ms = 1000$' "a time, in milliseconds"
expect_line stdout '^net\.ipv4\.ip_local_reserved_ports =$' "an empty bitmap"
expect_line stdout '^net\.ipv4\.tcp_congestion_control = cubic$' "a name elsewhere"
expect_line stdout '^kernel\.random\.uuid: computed by proc_do_uuid\(\)$' "what is computed"
expect_line stdout '^vm\.compact_memory: can only be written$' "what cannot be read"
expect_line stdout '^user\.max_pid_namespaces = [0-9]+$' "the user namespace's"
expect_line stdout '^fs\.mqueue\.msg_max = 10$' "the IPC namespace's"
expect [ "$(wc -l <"$work/stdout")" -gt 800 ] "all of them"
sed 's/[: ].*//' "$work/stdout" | LC_ALL=C sort -c
report $? "in the order of their names"

run sysctl "$dump" kernel.pid_max
expect [ "$(cat "$work/stdout")" = "kernel.pid_max = 32768" ] "one by its name"
run sysctl "$dump" kernel/pid_max
expect [ "$(cat "$work/stdout")" = "kernel.pid_max = 32768" ] "the same with a slash"
run sysctl "$dump" vm
expect_line stdout '^vm\.swappiness = 60$' "a folder"
expect_no_line stdout '^[^v]' "a folder: nothing else"
run sysctl "$dump" vm.swap
expect_status 1 "half a name is none"
expect_line stderr "no value of /proc/sys matches 'vm.swap'" "and that is said"
run sysctl "$dump" '*.lo.rp_filter'
expect [ "$(cut -d= -f1 "$work/stdout")" = "net.ipv4.conf.lo.rp_filter " ] "a pattern"

# Another process of the sample has an IPC and a network namespace of its own.
run sysctl "$dump" net.core.somaxconn --all
expect_line stdout '^net\.core\.somaxconn = 4096  \(net:\[[0-9]+\]\)$' "--all says whose it is"
run sysctl "$dump" --pid 1 kernel.hostname
expect_line stdout '^kernel\.hostname = ' "--pid"
run sysctl "$dump" --pid 999999
expect_status 1 "--pid of no process"

run sysctl "$dump" --json
expect_json '.values | map(.name) | . == sort' "JSON: in order"
expect_json '[.values[] | select(.state == "value") | .value] | length > 800 and all(type == "string")' "JSON: values"
expect_json '[.values[] | select(.state != "value") | .value] | length > 0 and all(. == null)' "JSON: what has none"
expect_json '.values[] | select(.name == "kernel.printk") | .value == "15\t4\t1\t7" and .handler == "proc_dointvec" and .length == 16' "JSON: tabs"
expect_json '[.values[] | select(.name | startswith("net.ipv6.conf")).namespace] | length > 50 and all(. == "net")' "JSON: namespaces"
finish
