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
