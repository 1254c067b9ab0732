# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2086 # LAB_DIR has no spaces; words of $what are meant
# The network of the full workload: a bridge, a VLAN, a dummy and a pair of veth between two namespaces, with routes,
# rules and neighbours of every kind, and what ip(8) and tc(8) say of them. Sourced by guest.

# In the second namespace, where NW sleeps.
inside() { nsenter --net --target "$(pid_of NW)" "$@"; }

# What a kernel lacks is missing in its truth too.
try() { "$@" || say "no $*"; }

# make_network: NW's namespace is at the other end of port0.
make_network() {
    unshare --net sleep 100000 &
    echo "NW=$!" >>/out/actors
    echo "idle actor=NW tid=$!" >>$LAB_DIR/waits.txt
    while [ "$(readlink "/proc/$!/ns/net")" = "$(readlink /proc/self/ns/net)" ] || ! grep -q sleep "/proc/$!/comm"; do
        sleep 0.1
    done
    ip link add lan0 address 02:00:00:00:01:01 type bridge
    ip link add port0 address 02:00:00:00:01:02 type veth peer name peer0 address 02:00:00:00:02:01
    ip link set peer0 netns "$!"
    ip link set port0 master lan0
    ip link add spare0 address 02:00:00:00:01:03 mtu 1400 txqueuelen 50 type dummy
    ip link add link lan0 name lan0.7 address 02:00:00:00:01:04 type vlan id 7
    ip address add 192.0.2.1/24 broadcast 192.0.2.255 dev lan0
    ip address add 192.0.2.9/24 dev lan0
    ip address add 198.51.100.1/24 dev spare0 label spare0:1
    ip address add 203.0.113.1 peer 203.0.113.2 dev lan0.7
    ip address add 2001:db8:1::1/64 dev lan0 nodad
    ip address add 2001:db8:2::1/64 dev spare0 nodad
    for name in port0 lan0 lan0.7 spare0; do ip link set "$name" up; done
    inside ip link set lo up
    inside ip address add 192.0.2.5/24 dev peer0
    inside ip address add 2001:db8:1::5/64 dev peer0 nodad
    inside ip link set peer0 up
    make_routes
    make_neighbours
    # One that nobody has, and that is asked for again and again.
    /lab/busybox ping 192.0.2.66 >/dev/null &
    # Packets that a queue drops, and packets that arrive.
    try tc qdisc replace dev spare0 root pfifo limit 7
    /lab/busybox ping -c 3 -i 0.2 -W 1 192.0.2.5 >/dev/null
    /lab/busybox ping -c 2 -W 1 2001:db8:1::5 >/dev/null
}

make_routes() {
    ip route add default via 192.0.2.2 dev lan0 proto static
    ip route add 10.1.0.0/16 via 192.0.2.2 metric 50
    ip route add 10.1.0.0/16 via 192.0.2.3 metric 60 src 192.0.2.9
    ip route add 10.1.2.0/24 dev spare0 mtu 1300 advmss 1200
    ip route add 10.2.0.0/16 nexthop via 192.0.2.2 dev lan0 weight 2 nexthop via 198.51.100.2 dev spare0 weight 1
    ip route add 10.3.0.0/16 via 192.0.2.77 dev lan0 onlink
    ip route add blackhole 10.91.0.0/16
    ip route add unreachable 10.92.0.0/16
    ip route add prohibit 10.93.0.0/16
    ip -6 route add blackhole 2001:db8:910::/48
    ip -6 route add unreachable 2001:db8:920::/48
    ip -6 route add prohibit 2001:db8:930::/48
    ip route add throw 10.80.0.0/16 table 100
    ip route add default via 198.51.100.2 dev spare0 table 100
    ip route add 10.81.1.1 dev spare0 scope link table 1000
    ip rule add from 198.51.100.0/24 table 100 priority 1000
    ip rule add to 10.81.0.0/16 fwmark 0x7/0xff iif lan0 table 1000 priority 1001
    ip rule add from 10.82.0.1 prohibit priority 1002
    ip -6 rule add from 2001:db8:2::/64 table 100 priority 1000
    ip -6 route add default via 2001:db8:1::2 dev lan0 proto static
    ip -6 route add 2001:db8:100::/48 via 2001:db8:1::3 dev lan0 metric 50
    ip -6 route add 2001:db8:200::/48 nexthop via 2001:db8:1::2 dev lan0 weight 3 nexthop via 2001:db8:2::2 dev spare0
    ip -6 route add 2001:db8:300::1 dev spare0 table 100
    # Nexthops that are objects of their own.
    try ip nexthop add id 7 via 192.0.2.2 dev lan0
    try ip nexthop add id 8 via 198.51.100.2 dev spare0
    try ip nexthop add id 9 group 7,2/8,3
    try ip nexthop add id 16 via 2001:db8:1::2 dev lan0
    try ip route add 10.4.0.0/16 nhid 7
    try ip route add 10.5.0.0/16 nhid 9
    try ip route add 10.6.0.0/16 via inet6 2001:db8:1::2 dev lan0
    try ip -6 route add 2001:db8:400::/48 nhid 16
    inside ip route add default via 192.0.2.1
    inside ip -6 route add 2001:db8::/32 via 2001:db8:1::1
}

make_neighbours() {
    ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev lan0 nud permanent
    ip neighbour add 192.0.2.3 lladdr 02:00:00:00:00:03 dev lan0 nud noarp
    ip neighbour add 192.0.2.4 lladdr 02:00:00:00:00:04 dev lan0 nud stale
    ip -6 neighbour add 2001:db8:1::2 lladdr 02:00:00:00:00:02 dev lan0 nud permanent router
    ip neighbour add proxy 192.0.2.40 dev lan0
    inside ip neighbour add 192.0.2.77 lladdr 02:00:00:00:00:77 dev peer0 nud permanent
}

# note_network: "NAMESPACE.WHAT" for each, as JSON.
note_network() {
    local where what to=/out/truth/host/ip
    mkdir -p $to
    for where in init NW; do
        what=
        [ $where = init ] || what=inside
        $what ip -details -json address >$to/$where.address
        $what ip -details -json -statistics link >$to/$where.link
        $what ip -4 -details -json route show table all >$to/$where.route
        $what ip -details -json -6 route show table all >$to/$where.route6
        $what ip -json rule >$to/$where.rule
        $what ip -json -6 rule >$to/$where.rule6
        $what ip -json -statistics neighbour >$to/$where.neighbour
        $what tc -json -statistics qdisc >$to/$where.qdisc
        $what cat /proc/net/fib_trie >$to/$where.fib_trie
        $what cat /proc/net/ipv6_route >$to/$where.ipv6_route
        $what cat /proc/net/dev >$to/$where.dev
    done
    sync -f /out
}
