#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# net: the tables for people, whose namespaces are shown, and what is said where there are none. That they are the
# kernel's own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run net "$dump"
expect_status 0 "net"
expect_line stdout '^NETID +STATE +RECV-Q +SEND-Q +LOCAL +PEER +INODE +TIMER +PROCESSES$' "headings"
expect_line stdout '^tcp +LISTEN +0 +1 +\[::\]:5454 +\[::\]:0 +1573 +many-files\[171\] fd 21$' "a listening socket"
expect_line stdout '^tcp +ESTABLISHED +0 +0 +127\.0\.0\.1:9090 +127\.0\.0\.1:54360 +1580 +tcp-reader\[178\] fd 4$' "a connection"
expect_line stdout '^u_str +ESTABLISHED +0 +0 +\* +socket:\[1575\] +1576 +unix-peer\[176\] fd 4$' "a unix socket without a name"
expect_line stdout '^u_dgr +UNCONNECTED +0 +0 +@hidden +\* ' "one in the abstract namespace"
expect_line stdout '^8 netlink sockets of the kernel' "what is left out is counted"

run net "$dump" --json
json '.sockets[] | select(.netid == "tcp" and .state == "LISTEN") | "\(.local) \(.recv_q) \(.send_q) \(.half_open) \(.timer)"' >"$work/listens"
printf '[::]:5454 0 1 0 null\n' >"$work/wanted"
expect_same "$work/listens" "$work/wanted" "JSON of the listening one"
expect_json '[.sockets[] | select(.netid == "nl")] | length == 9' "netlink sockets of the kernel's own too"
expect_json 'all(.sockets[]; .net == 4026531840)' "all are in PID 1's namespace"
expect_json '[.sockets[] | select(.netid != "nl") | .found_in == ["table", "files"]] | all' "both ways lead to each"

expect_json '.interfaces == null' "interfaces are not asked for"

run net "$dump" --if
expect_status 0 "interfaces"
expect_line stdout '^INDEX +NAME +STATE +FLAGS +KIND +MTU +QDISC +LINK +RX-BYTES +TX-BYTES +ERRORS +DROPPED +ADDRESSES$' "their headings"
expect_line stdout '^ +1 +lo +UNKNOWN +UP,LOOPBACK,RUNNING,LOWER_UP +- +65536 +noqueue +00:00:00:00:00:00 +172 +172 +0 +0 +127\.0\.0\.1/8, ::1/128$' "loopback"
expect_no_line stdout '^NETID' "no sockets then"
run net "$dump" --if --sockets
expect_line stdout '^INDEX ' "both are shown where both are asked for"
expect_line stdout '^NETID ' "and sockets"
run net "$dump" --if --json
expect_json '.sockets == null' "sockets are not asked for"
expect_json '.interfaces | length == 1' "JSON has loopback alone"
expect_json '.interfaces[0] | .index == 1 and .name == "lo" and .kind == null and .mtu == 65536 and .link_type == 772' "what it is"
expect_json '.interfaces[0] | .addresses[1] == {"address": "::1", "prefix": 128, "scope": "host"}' "an address"
expect_json '.interfaces[0].counters | .rx_packets == 3 and .tx_packets == 3 and .tx_dropped == 0' "counters"
expect_json '.interfaces[0].net == 4026531840' "its namespace"

run net "$dump" --route
expect_status 0 "routes"
expect_line stdout '^TABLE +DESTINATION +VIA +DEV +PROTO +SCOPE +METRIC +SRC +MORE$' "their headings"
expect_line stdout '^ +32766 +from all +lookup main$' "a rule"
expect_line stdout '^local +local 127\.0\.0\.0/8 +- +lo +kernel +host +0 +127\.0\.0\.1$' "a network of the host's own"
expect_line stdout '^local +local 127\.0\.0\.1 +- +lo ' "an address of the host's own"
expect_line stdout '^local +local ::1 +- +lo +kernel +global +0 +-$' "one of IPv6"
expect_no_line stdout '^NETID' "no sockets then"
run net "$dump" --route --json
expect_json '.sockets == null and .neighbours == null and (.rules | length) == 5' "JSON has rules of both families"
expect_json '[.routes[] | select(.family == "inet" and .prefix == 8)][0] | .destination == "127.0.0.0" and .type == "local" and
    .table == 255 and .hops == [{"via": null, "interface": 1, "dev": "lo", "weight": 1, "flags": []}]' "a route"
run net "$dump" --neigh
expect_status 0 "neighbours"
expect_line stdout '^ADDRESS +DEV +LINK +STATE +FLAGS +QUEUED +PROBES +USED +CONFIRMED$' "their headings"
expect_line stdout '^0\.0\.0\.0 +lo +00:00:00:00:00:00 +NOARP +- +0 +0 ' "that of loopback"
run net "$dump" --neigh --json
expect_json '.routes == null and all(.neighbours[]; .net == 4026531840 and .proxy == false)' "JSON"
run net "$dump" --if --route --neigh
expect_line stdout '^INDEX ' "what is asked for is shown"
expect_line stdout '^ADDRESS ' "all of it"

run net "$dump" --all
expect_status 0 "all namespaces"
expect_line stdout '^Network namespace 4026531840 +100 processes: PID 1 ' "each has a heading"
run net "$dump" 2
expect_status 0 "a kernel thread is in PID 1's namespace"
run net "$dump" 999999
expect_status 1 "no such process"
expect_line stderr '999999' "and it is named"
run net "$dump" 1 --all
expect_status 2 "one process, or all"
finish
