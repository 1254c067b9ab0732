// SPDX-License-Identifier: GPL-2.0-or-later
/* The counters of interfaces whose drivers count in structs of their own, and in the kernel's. */
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_types.h"
#include "tests/kernel/net/made_interfaces.h"

/* Where members are that these tests alone give types: of a net_device, behind those above, and of the drivers' own. */
enum {
	DEVICE_BYTES = 528, /* so that what follows begins behind a gap */
	DEVICE_QUEUES = 520,
	PRIVATE = 544,
	PRIVATE_BYTES = 64,
	QUEUE_BYTES = 64,
};

static void make_driver_types(struct made_types *types)
{
	uint32_t counted, stats;

	made_types_begin(types);
	made_struct(types, "net_device", DEVICE_BYTES,
		    MADE_MEMBERS_OF({"num_rx_queues", types->half, DEVICE_QUEUES}));
	made_struct(types, "pcpu_dstats", 48,
		    MADE_MEMBERS_OF({"rx_packets", types->word, 0}, {"rx_bytes", types->word, 8},
				    {"rx_drops", types->word, 16}, {"tx_packets", types->word, 24},
				    {"tx_bytes", types->word, 32}, {"tx_drops", types->word, 40}));
	made_struct(types, "vlan_dev_priv", 16,
		    MADE_MEMBERS_OF({"vlan_pcpu_stats", types->word, 8}));
	made_struct(types, "vlan_pcpu_stats", 48,
		    MADE_MEMBERS_OF({"rx_packets", types->word, 0}, {"rx_bytes", types->word, 8},
				    {"tx_packets", types->word, 16}, {"tx_bytes", types->word, 24},
				    {"rx_errors", types->half, 32},
				    {"tx_dropped", types->half, 40}));
	counted = made_struct(
		types, "veth_stats", 40,
		MADE_MEMBERS_OF({"rx_drops", types->word, 0}, {"xdp_packets", types->word, 8},
				{"xdp_bytes", types->word, 16}, {"xdp_tx_err", types->word, 24},
				{"peer_tq_xdp_xmit_err", types->word, 32}));
	stats = made_struct(types, "veth_rq_stats", 40, MADE_MEMBERS_OF({"vs", counted, 0}));
	made_struct(types, "veth_rq", QUEUE_BYTES, MADE_MEMBERS_OF({"stats", stats, 8}));
	made_struct(types, "veth_priv", 32,
		    MADE_MEMBERS_OF({"peer", types->word, 0}, {"dropped", types->word, 8},
				    {"rq", types->word, 16}));
}

/* The port's driver is of this kind, and has a function of its own that counts. */
static void make_driver(struct made_interfaces *w, const char *kind)
{
	uint64_t links = made_alloc(w->made, 16), ops = made_alloc(w->made, 64);

	MADE_SET(w->made, links, link_ops_kind, made_string(w->made, kind));
	MADE_SET(w->made, w->port, netdev_link_ops, links);
	MADE_SET(w->made, ops, netdev_ops_stats64, DRIVER_FUNCTION);
	MADE_SET(w->made, w->port, netdev_ops, ops);
	MADE_SET(w->made, w->port, netdev_core_stats, 0);
}

/* Loads the interfaces, with types or without, and gives the counters of the port. */
static bool count_port(struct made_interfaces *w, struct fb_interface_counters *counters)
{
	struct fb_interfaces interfaces = made_interfaces_load(w);
	bool counted = interfaces.count == 2 && interfaces.interfaces[1].counted;

	*counters = counted ? interfaces.interfaces[1].counters : (struct fb_interface_counters){0};
	fb_interfaces_deinit(&interfaces);
	return counted;
}

static void expect_counters(const struct fb_interface_counters *got,
			    const struct fb_interface_counters *wanted)
{
	CU_ASSERT_EQUAL(memcmp(got, wanted, sizeof(*got)), 0);
}

static void counts_what_drivers_count(void)
{
	struct fb_interface_counters counters;
	struct made_types types;
	struct made_interfaces w;

	made_interfaces_begin(&w);
	make_driver(&w, "dummy");
	CU_ASSERT_TRUE(count_port(&w, &counters));
	expect_counters(&counters, &(struct fb_interface_counters){.tx_packets = 3, .tx_bytes = 6});
	make_driver(&w, "vlan");
	CU_ASSERT_FALSE(count_port(&w, &counters)); /* without its types */
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 0);
	make_driver_types(&types);
	made_types_give(&types, w.made);
	made_put(w.made, w.port + PRIVATE + 8, made_interfaces_percpu(&w, 6), 8);
	CU_ASSERT_TRUE(count_port(&w, &counters));
	expect_counters(&counters, &(struct fb_interface_counters){.rx_packets = 3,
								   .rx_bytes = 6,
								   .tx_packets = 9,
								   .tx_bytes = 12,
								   .rx_errors = 15,
								   .tx_dropped = 18});
	/* A driver that is not known here. */
	make_driver(&w, "team");
	CU_ASSERT_FALSE(count_port(&w, &counters));
	/* The kernel's own counters with drops, where the driver has no function. */
	MADE_SET(w.made, w.port, netdev_ops, made_alloc(w.made, 64));
	MADE_SET(w.made, w.port, netdev_stat_type, 3);
	MADE_SET(w.made, w.port, netdev_percpu_stats, made_interfaces_percpu(&w, 6));
	CU_ASSERT_TRUE(count_port(&w, &counters));
	expect_counters(&counters, &(struct fb_interface_counters){.rx_packets = 3,
								   .rx_bytes = 6,
								   .rx_dropped = 9,
								   .tx_packets = 12,
								   .tx_bytes = 15,
								   .tx_dropped = 18});
	MADE_SET(w.made, w.port, netdev_stat_type, 1);
	CU_ASSERT_TRUE(count_port(&w, &counters));
	expect_counters(&counters, &(struct fb_interface_counters){0});
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 0);
	made_interfaces_end(&w);
	made_types_end(&types);
}

/* One end of a pair, whose one queue has counted `base` times 1, 2, 3, 4, 5. */
static void make_end(struct made_interfaces *w, uint64_t device, uint64_t peer, uint64_t dropped,
		     uint64_t base)
{
	uint64_t queue = made_alloc(w->made, QUEUE_BYTES);

	made_put(w->made, device + PRIVATE, peer, 8);
	made_put(w->made, device + PRIVATE + 8, dropped, 8);
	made_put(w->made, device + PRIVATE + 16, queue, 8);
	made_put(w->made, device + DEVICE_QUEUES, 1, 4);
	for (uint64_t i = 0; i < 5; i++)
		made_put(w->made, queue + 8 + 8 * i, base * (i + 1), 8);
}

static void counts_pairs_at_both_ends(void)
{
	struct fb_interface_counters counters, wanted = {
						       .tx_packets = 3 + 200,
						       .tx_bytes = 6 + 300,
						       .tx_dropped = 7 + 40 + 500,
						       .rx_packets = 20 + 3,
						       .rx_bytes = 30 + 6,
						       .rx_dropped = 10 + 50 + 400,
					       };
	struct made_types types;
	uint64_t peer;
	struct made_interfaces w;

	made_interfaces_begin(&w);
	make_driver_types(&types);
	made_types_give(&types, w.made);
	make_driver(&w, "veth");
	peer = made_alloc_pages(w.made, PRIVATE + PRIVATE_BYTES);
	make_end(&w, w.port, peer, 7, 10);
	make_end(&w, peer, w.port, 8, 100);
	MADE_SET(w.made, peer, netdev_percpu_stats, made_interfaces_percpu(&w, 4));
	MADE_SET(w.made, w.port, netdev_stat_type, 1);
	MADE_SET(w.made, peer, netdev_stat_type, 1);
	CU_ASSERT_TRUE(count_port(&w, &counters));
	expect_counters(&counters, &wanted);
	/* Sent and received in one struct: what is sent comes second. */
	MADE_SET(w.made, w.port, netdev_stat_type, 2);
	wanted.tx_packets += 6;
	wanted.tx_bytes += 6;
	wanted.rx_packets += 3;
	wanted.rx_bytes += 6;
	CU_ASSERT_TRUE(count_port(&w, &counters));
	expect_counters(&counters, &wanted);
	/* The other end is gone. */
	made_put(w.made, w.port + PRIVATE, 0, 8);
	CU_ASSERT_TRUE(count_port(&w, &counters));
	expect_counters(&counters, &(struct fb_interface_counters){.tx_packets = 9,
								   .tx_bytes = 12,
								   .tx_dropped = 7 + 40,
								   .rx_packets = 20 + 3,
								   .rx_bytes = 30 + 6,
								   .rx_dropped = 10 + 50});
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 0);
	made_put(w.made, w.port + DEVICE_QUEUES, UINT32_MAX, 4);
	CU_ASSERT_FALSE(count_port(&w, &counters));
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 1);
	made_interfaces_end(&w);
	made_types_end(&types);
}

/* Without a member that says so the helper tells that the function calls: here behind a byte that looks like a call. */
static void tells_sums_by_their_helper(void)
{
	static const char *const names[] = {"dev_lstats_read", "dev_fetch_sw_netstats", NULL};
	const uint64_t addresses[] = {MADE_BASE + 0x10000000, MADE_BASE + 0x10000100};
	struct fb_interface_counters counters;
	struct made_types types;
	struct made_interfaces w;
	uint64_t function, ops;

	made_interfaces_begin(&w);
	make_driver_types(&types);
	made_types_give(&types, w.made);
	make_driver(&w, "veth");
	make_end(&w, w.port, 0, 0, 0);
	w.made->kernel.layout.netdev_stat_type.found = false;
	made_symbols(w.made, names, addresses);
	ops = made_alloc(w.made, 64);
	function = made_alloc_pages(w.made, 256);
	MADE_SET(w.made, ops, netdev_ops_stats64, function);
	MADE_SET(w.made, w.port, netdev_ops, ops);
	CU_ASSERT_TRUE(count_port(&w, &counters));
	CU_ASSERT_EQUAL(counters.tx_packets, 3); /* neither is called */
	made_put(w.made, function + 3, 0xe8, 1);
	for (unsigned i = 0; i < 2; i++) {
		made_put(w.made, function + 40, 0xe8, 1);
		made_put(w.made, function + 41, (uint32_t)(addresses[i] - (function + 45)), 4);
		CU_ASSERT_TRUE(count_port(&w, &counters));
		CU_ASSERT_EQUAL(counters.tx_packets, i ? 9 : 3);
		CU_ASSERT_EQUAL(counters.rx_packets, i ? 3 : 0);
	}
	/* Too far into the code. */
	made_put(w.made, function + 40, 0, 8);
	made_put(w.made, function + 124, 0xe8, 1);
	made_put(w.made, function + 125, (uint32_t)(addresses[1] - (function + 129)), 4);
	CU_ASSERT_TRUE(count_port(&w, &counters));
	CU_ASSERT_EQUAL(counters.tx_packets, 3);
	made_lose(w.made, function);
	CU_ASSERT_TRUE(count_port(&w, &counters));
	CU_ASSERT_EQUAL(counters.tx_packets, 3);
	made_interfaces_end(&w);
	made_types_end(&types);
}

FB_TEST_MAIN("kernel/interface_counters", FB_TEST(counts_what_drivers_count),
	     FB_TEST(counts_pairs_at_both_ends), FB_TEST(tells_sums_by_their_helper))
