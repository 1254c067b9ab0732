/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for kernel/net. Included only by layout_table.h, several times, so that it has no include
 * guard.
 */

/* Namespaces (include/net/net_namespace.h) */
FB_PART("network namespaces")
FB_FIELD(net_list, "net", "list")
FB_FIELD(net_inum, "net", "ns.inum")

/* The tables that sockets are found by (include/net/inet_hashtables.h, udp.h, raw.h, ping.h, netns/unix.h) */
FB_PART("sockets that no process has open, and those of processes whose descriptors are lost")
FB_SIZE(inet_listen_hashbucket, "inet_listen_hashbucket")
FB_FIELD(listen_bucket_head, "inet_listen_hashbucket", "nulls_head")
FB_FIELD(hashinfo_listening_hash, "inet_hashinfo", "listening_hash")
FB_FIELD(hashinfo_lhash2, "inet_hashinfo", "lhash2")
FB_FIELD(hashinfo_lhash2_mask, "inet_hashinfo", "lhash2_mask")
FB_FIELD(hashinfo_ehash, "inet_hashinfo", "ehash")
FB_FIELD(hashinfo_ehash_mask, "inet_hashinfo", "ehash_mask")
FB_FIELD(udp_table_hash, "udp_table", "hash")
FB_FIELD(udp_table_mask, "udp_table", "mask")
FB_SIZE(udp_hslot, "udp_hslot")
FB_FIELD(udp_hslot_head, "udp_hslot", "head")
FB_FIELD(net_udp_table, "net", "ipv4.udp_table") /* 9804985bf27f, 6.2 */
FB_FIELD(raw_hashinfo_table, "raw_hashinfo", "ht")
FB_FIELD(ping_table_hash, "ping_table", "hash")
FB_FIELD(net_unix_buckets, "net", "unx.table.buckets") /* b6e811383062, 6.0 */
FB_FIELD(net_packet_list, "net", "packet.sklist")
FB_SIZE(netlink_table, "netlink_table")
FB_FIELD(netlink_table_hash, "netlink_table", "hash.tbl")
FB_FIELD(bucket_table_size, "bucket_table", "size")
FB_FIELD(bucket_table_nest, "bucket_table", "nest")
FB_FIELD(bucket_table_next, "bucket_table", "future_tbl")
FB_FIELD(bucket_table_buckets, "bucket_table", "buckets")
FB_FIELD(netlink_node, "netlink_sock", "node")

/* Queues and timers of sockets (include/net/sock.h, inet_connection_sock.h, include/linux/tcp.h, udp.h, skbuff.h) */
FB_PART("queues and timers of sockets")
FB_FIELD(sock_receive_memory, "sock", "sk_backlog.rmem_alloc")
FB_FIELD(sock_send_memory, "sock", "sk_wmem_alloc")
FB_FIELD(sock_receive_limit, "sock", "sk_rcvbuf")
FB_FIELD(sock_send_limit, "sock", "sk_sndbuf")
FB_FIELD(sock_drops, "sock", "sk_drops")
FB_FIELD(sock_drop_counters, "sock",
	 "sk_drop_counters") /* besides sk_drops since c51613fa276f, 6.18 */
FB_FIELD(numa_drops_0, "numa_drop_counters", "drops0")
FB_FIELD(numa_drops_1, "numa_drop_counters", "drops1")
FB_FIELD(sock_receive_queue, "sock", "sk_receive_queue")
FB_FIELD(skb_queue_length, "sk_buff_head", "qlen")
FB_FIELD(skb_length, "sk_buff", "len")
FB_FIELD(skb_control, "sk_buff", "cb")
FB_FIELD(unix_skb_consumed, "unix_skb_parms", "consumed")
FB_FIELD(unix_receive_length, "unix_sock", "inq_len") /* f4e1fb04c123, 6.18 */
FB_FIELD(tcp_unread_from, "tcp_sock", "copied_seq")
FB_FIELD(tcp_written, "tcp_sock", "write_seq")
FB_FIELD(tcp_total_retransmits, "tcp_sock", "total_retrans")
FB_FIELD(tcp_pending_timer, "inet_connection_sock", "icsk_pending")
FB_FIELD(tcp_retransmits, "inet_connection_sock", "icsk_retransmits")
FB_FIELD(tcp_probes, "inet_connection_sock", "icsk_probes_out")
/* The timer's own time since a7c428ee8f59 (6.15) */
FB_FIELD(tcp_timeout, "inet_connection_sock", "icsk_timeout",
	 "icsk_inet.sk.tcp_retransmit_timer.expires", "icsk_retransmit_timer.expires")
/* 08dfe370239e, 7.0, and later versions of 6.12 */
FB_FIELD(tcp_keepalive_pending, "inet_connection_sock", "icsk_keepalive_timer.entry.pprev",
	 "icsk_inet.sk.sk_timer.entry.pprev")
FB_FIELD(tcp_keepalive_expires, "inet_connection_sock", "icsk_keepalive_timer.expires",
	 "icsk_inet.sk.sk_timer.expires")
FB_FIELD(tcp_half_open, "inet_connection_sock", "icsk_accept_queue.qlen")
FB_FIELD(tw_substate, "inet_timewait_sock", "tw_substate")
FB_FIELD(tw_expires, "inet_timewait_sock", "tw_timer.expires")
FB_FIELD(request_expires, "request_sock", "rsk_timer.expires")
FB_FIELD(request_timeouts, "request_sock", "num_timeout")
FB_FIELD(udp_deficit, "udp_sock", "forward_deficit")

/* Interfaces (include/linux/netdevice.h, inetdevice.h, net/if_inet6.h, net/sch_generic.h, net/rtnetlink.h) */
FB_PART("interfaces of networks, their addresses and counters")
FB_FIELD(net_devices, "net", "dev_base_head")
FB_FIELD(net_devices_by_index, "net", "dev_index_head")
FB_FIELD(netdev_list, "net_device", "dev_list")
FB_FIELD(netdev_index_node, "net_device", "index_hlist")
FB_FIELD(netdev_name, "net_device", "name")
FB_FIELD(netdev_index, "net_device", "ifindex")
FB_FIELD(netdev_flags, "net_device", "flags")
FB_FIELD(netdev_gflags, "net_device", "gflags")
FB_FIELD(netdev_state, "net_device", "state")
FB_FIELD(netdev_operstate, "net_device", "operstate")
FB_FIELD(netdev_mtu, "net_device", "mtu")
FB_FIELD(netdev_type, "net_device", "type")
FB_FIELD(netdev_queue_length, "net_device", "tx_queue_len")
FB_FIELD(netdev_link_size, "net_device", "addr_len")
FB_FIELD(netdev_link, "net_device", "dev_addr")
FB_FIELD(netdev_ip, "net_device", "ip_ptr")
FB_FIELD(netdev_ip6, "net_device", "ip6_ptr")
FB_FIELD(netdev_qdisc, "net_device", "qdisc")
FB_FIELD(netdev_link_ops, "net_device", "rtnl_link_ops")
FB_FIELD(netdev_ops, "net_device", "netdev_ops")
FB_FIELD(netdev_ops_stats64, "net_device_ops", "ndo_get_stats64")
FB_FIELD(netdev_ops_stats, "net_device_ops", "ndo_get_stats")
FB_FIELD(netdev_stat_type, "net_device", "pcpu_stat_type") /* 34d21de99cea, 6.8 */
FB_FIELD(netdev_stats, "net_device", "stats")
FB_FIELD(netdev_percpu_stats, "net_device", "lstats")   /* in a union with tstats and dstats */
FB_FIELD(netdev_core_stats, "net_device", "core_stats") /* 625788b58445, 5.18 */
FB_FIELD(core_rx_dropped, "net_device_core_stats", "rx_dropped")
FB_FIELD(core_tx_dropped, "net_device_core_stats", "tx_dropped")
FB_FIELD(netdev_rx_dropped, "net_device", "rx_dropped")
FB_FIELD(netdev_tx_dropped, "net_device", "tx_dropped")
FB_FIELD(lstats_packets, "pcpu_lstats", "packets")
FB_FIELD(lstats_bytes, "pcpu_lstats", "bytes")
FB_FIELD(tstats_rx_packets, "pcpu_sw_netstats", "rx_packets")
FB_FIELD(tstats_tx_packets, "pcpu_sw_netstats", "tx_packets")
FB_FIELD(tstats_rx_bytes, "pcpu_sw_netstats", "rx_bytes")
FB_FIELD(tstats_tx_bytes, "pcpu_sw_netstats", "tx_bytes")
FB_FIELD(qdisc_ops, "Qdisc", "ops")
FB_FIELD(qdisc_ops_id, "Qdisc_ops", "id")
FB_FIELD(link_ops_kind, "rtnl_link_ops", "kind")
FB_FIELD(in_device_addresses, "in_device", "ifa_list")
FB_FIELD(ifaddr_next, "in_ifaddr", "ifa_next")
FB_FIELD(ifaddr_local, "in_ifaddr", "ifa_local")
FB_FIELD(ifaddr_prefix, "in_ifaddr", "ifa_prefixlen")
FB_FIELD(ifaddr_scope, "in_ifaddr", "ifa_scope")
FB_FIELD(inet6_dev_addresses, "inet6_dev", "addr_list")
FB_FIELD(inet6_ifaddr_list, "inet6_ifaddr", "if_list")
FB_FIELD(inet6_ifaddr_ip, "inet6_ifaddr", "addr")
FB_FIELD(inet6_ifaddr_prefix, "inet6_ifaddr", "prefix_len")
FB_FIELD(inet6_ifaddr_scope, "inet6_ifaddr", "scope")
