// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces of a made namespace, and of real kernels: what is read of each, what is found where the list or the table
 * of indexes is broken, and what is said of what cannot be read.
 */
#include "kernel/net/interfaces.h"

#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "kernel/net/net_namespaces.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/real_kernel.h"

#define BUCKETS 256u
#define CPUS 2u
#define LOWER_UP 0x10000u
#define LOOPBACK_FUNCTION 0x1000u
#define SOFTWARE_FUNCTION 0x2000u
#define DRIVER_FUNCTION 0x3000u

enum { STATE_STARTED = 1, STATE_NO_CARRIER = 4, OPER_DOWN = 2, OPER_UP = 6 };

struct world {
	struct made_kernel *made;
	uint64_t net, table;
	uint64_t loopback, port; /* struct net_device */
	uint64_t first_address;  /* struct in_ifaddr */
	uint64_t *own_offsets;   /* the made kernel's */
	uint64_t percpu;         /* of loopback's counters on CPU 0 */
};

static void put_device_members(struct made_kernel *made)
{
	MADE_FIELD(made, net_devices, 0, 16);
	MADE_FIELD(made, net_devices_by_index, 16, 8);
	MADE_FIELD(made, netdev_list, 8, 16);
	MADE_FIELD(made, netdev_index_node, 24, 16);
	MADE_FIELD(made, netdev_name, 40, 16);
	MADE_FIELD(made, netdev_index, 56, 4);
	MADE_FIELD(made, netdev_flags, 60, 4);
	MADE_FIELD(made, netdev_gflags, 64, 4);
	MADE_FIELD(made, netdev_operstate, 68, 1);
	MADE_FIELD(made, netdev_link_size, 69, 1);
	MADE_FIELD(made, netdev_type, 70, 2);
	MADE_FIELD(made, netdev_state, 72, 8);
	MADE_FIELD(made, netdev_mtu, 80, 4);
	MADE_FIELD(made, netdev_queue_length, 84, 4);
	MADE_FIELD(made, netdev_link, 88, 8);
	MADE_FIELD(made, netdev_ip, 96, 8);
	MADE_FIELD(made, netdev_ip6, 104, 8);
	MADE_FIELD(made, netdev_qdisc, 112, 8);
	MADE_FIELD(made, netdev_link_ops, 120, 8);
	MADE_FIELD(made, netdev_ops, 128, 8);
	MADE_FIELD(made, netdev_percpu_stats, 136, 8);
	MADE_FIELD(made, netdev_core_stats, 144, 8);
	MADE_FIELD(made, netdev_stat_type, 152, 4);
	MADE_FIELD(made, netdev_stats, 160, 184);
}

static void put_other_members(struct made_kernel *made)
{
	MADE_FIELD(made, netdev_ops_stats64, 0, 8);
	MADE_FIELD(made, netdev_ops_stats, 8, 8);
	MADE_FIELD(made, core_rx_dropped, 0, 8);
	MADE_FIELD(made, core_tx_dropped, 8, 8);
	MADE_FIELD(made, lstats_packets, 0, 8);
	MADE_FIELD(made, lstats_bytes, 8, 8);
	MADE_FIELD(made, tstats_rx_packets, 0, 8);
	MADE_FIELD(made, tstats_rx_bytes, 8, 8);
	MADE_FIELD(made, tstats_tx_packets, 16, 8);
	MADE_FIELD(made, tstats_tx_bytes, 24, 8);
	MADE_FIELD(made, qdisc_ops, 8, 8);
	MADE_FIELD(made, qdisc_ops_id, 16, 16);
	MADE_FIELD(made, link_ops_kind, 8, 8);
	MADE_FIELD(made, in_device_addresses, 8, 8);
	MADE_FIELD(made, ifaddr_next, 0, 8);
	MADE_FIELD(made, ifaddr_local, 8, 4);
	MADE_FIELD(made, ifaddr_prefix, 12, 1);
	MADE_FIELD(made, ifaddr_scope, 13, 1);
	MADE_FIELD(made, inet6_dev_addresses, 8, 16);
	MADE_FIELD(made, inet6_ifaddr_list, 24, 16);
	MADE_FIELD(made, inet6_ifaddr_ip, 0, 16);
	MADE_FIELD(made, inet6_ifaddr_prefix, 16, 4);
	MADE_FIELD(made, inet6_ifaddr_scope, 20, 2);
}

static uint64_t add_device(struct world *w, const char *name, unsigned index, uint64_t function)
{
	struct made_kernel *made = w->made;
	const struct fb_layout *layout = &made->kernel.layout;
	uint64_t device = made_alloc_pages(made, 512), ops = made_alloc(made, 16);
	uint64_t qdisc = made_alloc(made, 16), qdisc_ops = made_alloc(made, 32);

	memcpy(made_at(made, device + layout->netdev_name.offset), name, strlen(name));
	memcpy(made_at(made, qdisc_ops + layout->qdisc_ops_id.offset), "noqueue", 7);
	MADE_SET(made, device, netdev_index, index);
	MADE_SET(made, device, netdev_qdisc, qdisc);
	MADE_SET(made, qdisc, qdisc_ops, qdisc_ops);
	MADE_SET(made, device, netdev_ops, ops);
	MADE_SET(made, ops, netdev_ops_stats64, function);
	made_list_add(made, w->net + layout->net_devices.offset,
		      device + layout->netdev_list.offset);
	made_put(made, w->table + 8ull * (index % BUCKETS),
		 device + layout->netdev_index_node.offset, 8);
	return device;
}

static uint64_t add_ipv4(struct world *w, uint64_t next, const uint8_t ip[4], unsigned prefix,
			 unsigned scope)
{
	uint64_t entry = made_alloc(w->made, 64);

	MADE_SET(w->made, entry, ifaddr_next, next);
	memcpy(made_at(w->made, entry + w->made->kernel.layout.ifaddr_local.offset), ip, 4);
	MADE_SET(w->made, entry, ifaddr_prefix, prefix);
	MADE_SET(w->made, entry, ifaddr_scope, scope);
	return entry;
}

static void add_addresses(struct world *w)
{
	static const uint8_t link_local[16] = {0xfe, 0x80, [15] = 9};
	struct made_kernel *made = w->made;
	uint64_t ip = made_alloc(made, 64), ip6 = made_alloc(made, 64), entry;
	uint64_t second = add_ipv4(w, 0, (const uint8_t[]){10, 1, 2, 4}, 32, 0);

	w->first_address = add_ipv4(w, second, (const uint8_t[]){10, 1, 2, 3}, 24, 253);
	MADE_SET(made, w->port, netdev_ip, ip);
	MADE_SET(made, ip, in_device_addresses, w->first_address);
	MADE_SET(made, w->port, netdev_ip6, ip6);
	made_list_init(made, ip6 + made->kernel.layout.inet6_dev_addresses.offset);
	entry = made_alloc(made, 64);
	memcpy(made_at(made, entry), link_local, sizeof(link_local));
	MADE_SET(made, entry, inet6_ifaddr_prefix, 64);
	MADE_SET(made, entry, inet6_ifaddr_scope, 0x20);
	made_list_add(made, ip6 + made->kernel.layout.inet6_dev_addresses.offset,
		      entry + made->kernel.layout.inet6_ifaddr_list.offset);
}

/* On each CPU: the first `count` words of a per-CPU struct are 1, 2, 3... times the CPU's number plus one. */
static uint64_t put_percpu(struct world *w, unsigned count)
{
	uint64_t area = made_alloc_pages(w->made, CPUS * FB_PAGE_SIZE);

	for (uint64_t cpu = 0; cpu < CPUS; cpu++)
		for (uint64_t i = 0; i < count; i++)
			made_put(w->made, area + cpu * FB_PAGE_SIZE + 8 * i, (cpu + 1) * (i + 1),
				 8);
	return area;
}

static void begin(struct world *w)
{
	static const char *const names[] = {"loopback_get_stats64", "dev_get_tstats64", NULL};
	static const uint64_t addresses[] = {LOOPBACK_FUNCTION, SOFTWARE_FUNCTION};
	static uint64_t offsets[CPUS] = {0, FB_PAGE_SIZE};
	struct made_kernel *made = made_kernel_create();

	*w = (struct world){.made = made};
	put_device_members(made);
	put_other_members(made);
	w->own_offsets = made->kernel.percpu_offsets;
	made->kernel.percpu_offsets = offsets;
	made->kernel.cpu_limit = CPUS;
	w->net = made_alloc(made, 64);
	made_list_init(made, w->net);
	w->table = made_alloc_pages(made, BUCKETS * 8);
	MADE_SET(made, w->net, net_devices_by_index, w->table);
	w->port = add_device(w, "port7", 7, SOFTWARE_FUNCTION);
	w->loopback = add_device(w, "lo", 1, LOOPBACK_FUNCTION);
	made_symbols(made, names, addresses);
	w->percpu = put_percpu(w, 2);
	MADE_SET(made, w->loopback, netdev_percpu_stats, w->percpu);
	MADE_SET(made, w->loopback, netdev_state, STATE_STARTED);
	MADE_SET(made, w->loopback, netdev_flags, IFF_UP | IFF_LOOPBACK | IFF_PROMISC);
	MADE_SET(made, w->port, netdev_percpu_stats, put_percpu(w, 4));
	MADE_SET(made, w->port, netdev_core_stats, put_percpu(w, 2));
	add_addresses(w);
}

static void describe_port(struct world *w)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0xab, 0xcd};
	struct made_kernel *made = w->made;
	uint64_t link_ops = made_alloc(made, 16), link = made_alloc(made, 8);

	MADE_SET(made, link_ops, link_ops_kind, made_string(made, "veth"));
	MADE_SET(made, w->port, netdev_link_ops, link_ops);
	memcpy(made_at(made, link), mac, sizeof(mac));
	MADE_SET(made, w->port, netdev_link, link);
	MADE_SET(made, w->port, netdev_link_size, sizeof(mac));
	MADE_SET(made, w->port, netdev_mtu, 1500);
	MADE_SET(made, w->port, netdev_queue_length, 1000);
	MADE_SET(made, w->port, netdev_type, 1);
	MADE_SET(made, w->port, netdev_state, STATE_STARTED | STATE_NO_CARRIER);
	MADE_SET(made, w->port, netdev_operstate, OPER_DOWN);
	MADE_SET(made, w->port, netdev_flags, IFF_UP | IFF_BROADCAST | IFF_RUNNING);
	MADE_SET(made, w->port, netdev_gflags, IFF_PROMISC);
	made_put(made, w->port + made->kernel.layout.netdev_stats.offset, 100, 8);
}

static struct fb_interfaces load(struct world *w)
{
	struct fb_interfaces interfaces = {0};
	uint64_t left = FB_MAX_INTERFACES;

	FB_OK_FATAL(fb_interfaces_load(&w->made->kernel, w->net, &left, &interfaces));
	return interfaces;
}

static size_t warnings(const struct world *w)
{
	return fb_warnings_count(w->made->warnings);
}

static void end(struct world *w)
{
	w->made->kernel.percpu_offsets = w->own_offsets;
	made_kernel_destroy(w->made);
}

static void reads_all_of_an_interface(void)
{
	struct world w;
	struct fb_interfaces interfaces;
	const struct fb_interface *lo, *port;

	begin(&w);
	describe_port(&w);
	interfaces = load(&w);
	CU_ASSERT_EQUAL(warnings(&w), 0);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	lo = &interfaces.interfaces[0];
	port = &interfaces.interfaces[1];
	CU_ASSERT_STRING_EQUAL(lo->name, "lo");
	CU_ASSERT_EQUAL(lo->index, 1);
	CU_ASSERT_STRING_EQUAL(fb_interface_state_name(lo->state), "UNKNOWN");
	CU_ASSERT_EQUAL(lo->flags, IFF_UP | IFF_LOOPBACK | IFF_RUNNING | LOWER_UP);
	CU_ASSERT_EQUAL(lo->address_count, 0);
	CU_ASSERT_EQUAL(lo->link_address_size, 0);
	CU_ASSERT_EQUAL(port->address, w.port);
	CU_ASSERT_STRING_EQUAL(port->name, "port7");
	CU_ASSERT_STRING_EQUAL(port->kind, "veth");
	CU_ASSERT_STRING_EQUAL(port->qdisc, "noqueue");
	CU_ASSERT(port->described);
	CU_ASSERT_EQUAL(port->mtu, 1500);
	CU_ASSERT_EQUAL(port->queue_length, 1000);
	CU_ASSERT_EQUAL(port->link_type, 1);
	CU_ASSERT_STRING_EQUAL(fb_interface_state_name(port->state), "DOWN");
	CU_ASSERT_EQUAL(port->flags, IFF_UP | IFF_BROADCAST | IFF_PROMISC);
	CU_ASSERT_EQUAL(port->link_address_size, 6);
	CU_ASSERT_EQUAL(port->link_address[5], 0xcd);
	CU_ASSERT_EQUAL_FATAL(port->address_count, 3);
	CU_ASSERT_EQUAL(port->addresses[0].prefix, 24);
	CU_ASSERT_EQUAL(port->addresses[0].scope, 253);
	CU_ASSERT_EQUAL(port->addresses[1].ip[3], 4);
	CU_ASSERT_EQUAL(port->addresses[2].family, AF_INET6);
	CU_ASSERT_EQUAL(port->addresses[2].ip[15], 9);
	CU_ASSERT_EQUAL(port->addresses[2].prefix, 64);
	CU_ASSERT_EQUAL(port->addresses[2].scope, 253);
	fb_interfaces_deinit(&interfaces);
	end(&w);
}

/* Who counts tells where the counters are; those of all CPUs are added up. */
static void adds_up_counters(void)
{
	struct world w;
	struct fb_interfaces interfaces;
	const struct fb_interface_counters *lo, *port;
	uint64_t ops;

	begin(&w);
	describe_port(&w);
	interfaces = load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	lo = &interfaces.interfaces[0].counters;
	port = &interfaces.interfaces[1].counters;
	CU_ASSERT(interfaces.interfaces[0].counted && interfaces.interfaces[1].counted);
	CU_ASSERT(lo->rx_packets == 3 && lo->tx_packets == 3);
	CU_ASSERT(lo->rx_bytes == 6 && lo->tx_bytes == 6);
	CU_ASSERT(lo->rx_dropped == 0 && lo->tx_dropped == 0);
	CU_ASSERT(port->rx_packets == 103 && port->rx_bytes == 6);
	CU_ASSERT(port->tx_packets == 9 && port->tx_bytes == 12);
	CU_ASSERT(port->rx_dropped == 3 && port->tx_dropped == 6);
	fb_interfaces_deinit(&interfaces);

	/* No function: the device's own, or by the kind of struct that it says. */
	memcpy(&ops, made_at(w.made, w.port + w.made->kernel.layout.netdev_ops.offset), 8);
	MADE_SET(w.made, ops, netdev_ops_stats64, 0);
	interfaces = load(&w);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.rx_packets, 100);
	fb_interfaces_deinit(&interfaces);
	MADE_SET(w.made, w.port, netdev_stat_type, 2);
	interfaces = load(&w);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.rx_packets, 103);
	fb_interfaces_deinit(&interfaces);
	/* Structs that are not read: no counters, and no zeros either. */
	MADE_SET(w.made, w.port, netdev_stat_type, 3);
	interfaces = load(&w);
	CU_ASSERT_FALSE(interfaces.interfaces[1].counted);
	fb_interfaces_deinit(&interfaces);
	MADE_SET(w.made, ops, netdev_ops_stats64, DRIVER_FUNCTION);
	interfaces = load(&w);
	CU_ASSERT_FALSE(interfaces.interfaces[1].counted);
	fb_interfaces_deinit(&interfaces);
	CU_ASSERT_EQUAL(warnings(&w), 0);
	end(&w);
}

/* Before 5.18 the device has what the core dropped. */
static void reads_older_kernels(void)
{
	struct world w;
	struct fb_interfaces interfaces;

	begin(&w);
	w.made->kernel.layout.netdev_core_stats.found = false;
	w.made->kernel.layout.netdev_stat_type.found = false;
	MADE_FIELD(w.made, netdev_rx_dropped, 400, 8);
	MADE_FIELD(w.made, netdev_tx_dropped, 408, 8);
	MADE_SET(w.made, w.port, netdev_rx_dropped, 11);
	MADE_SET(w.made, w.port, netdev_tx_dropped, 12);
	interfaces = load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.rx_dropped, 11);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.tx_dropped, 12);
	CU_ASSERT_EQUAL(warnings(&w), 0);
	fb_interfaces_deinit(&interfaces);
	end(&w);
}

/* Either of the list and the table leads to all, and each is there once. */
static void finds_them_in_two_ways(void)
{
	struct world w;
	struct fb_interfaces interfaces;

	begin(&w);
	made_put(w.made, w.net, 0x1230, 8);
	made_put(w.made, w.net + 8, 0x1230, 8);
	interfaces = load(&w);
	CU_ASSERT_EQUAL(interfaces.count, 2);
	CU_ASSERT(warnings(&w) > 0);
	fb_interfaces_deinit(&interfaces);
	end(&w);

	begin(&w);
	made_lose(w.made, w.table);
	interfaces = load(&w);
	CU_ASSERT_EQUAL(interfaces.count, 2);
	CU_ASSERT(warnings(&w) > 0);
	fb_interfaces_deinit(&interfaces);
	end(&w);
}

static void damage_costs_its_part(void)
{
	struct world w;
	struct fb_interfaces interfaces;
	uint64_t left = 1;

	begin(&w);
	describe_port(&w);
	MADE_SET(w.made, w.port, netdev_link_size, 33); /* MAX_ADDR_LEN is 32 */
	MADE_SET(w.made, w.first_address, ifaddr_next, w.first_address);
	MADE_SET(w.made, w.port, netdev_qdisc, 0x1230);
	made_lose(w.made, w.percpu + FB_PAGE_SIZE);
	interfaces = load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	CU_ASSERT_EQUAL(warnings(&w), 4);
	CU_ASSERT_FALSE(interfaces.interfaces[0].counted);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].link_address_size, 0);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].address_count, 2); /* one, and one of IPv6 */
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[1].qdisc, "");
	CU_ASSERT(interfaces.interfaces[1].counted);
	fb_interfaces_deinit(&interfaces);
	/* An interface of which nothing can be read is missing. */
	made_lose(w.made, w.loopback);
	interfaces = load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 1);
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[0].name, "port7");
	fb_interfaces_deinit(&interfaces);
	end(&w);

	begin(&w);
	w.made->kernel.layout.netdev_mtu.found = false;
	FB_OK_FATAL(fb_interfaces_load(&w.made->kernel, w.net, &left, &interfaces));
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 1); /* that was how many there may be */
	CU_ASSERT_EQUAL(left, 0);
	CU_ASSERT_FALSE(interfaces.interfaces[0].described);
	CU_ASSERT(warnings(&w) > 1);
	fb_interfaces_deinit(&interfaces);
	end(&w);
}

static struct fb_error *ask(void *context)
{
	struct world *w = context;
	struct fb_interfaces interfaces = {0};
	uint64_t left = FB_MAX_INTERFACES;
	struct fb_error *err = fb_interfaces_load(&w->made->kernel, w->net, &left, &interfaces);

	fb_interfaces_deinit(&interfaces);
	return err;
}

static void errors_are_passed_on(void)
{
	struct world w;

	begin(&w);
	describe_port(&w);
	CU_ASSERT(failing_made_must_pass(w.made, ask, &w) > 40);
	end(&w);
}

/* The first namespace of each guest has its loopback interface alone. */
static void check_real(const struct real_kernel *real)
{
	struct fb_interfaces interfaces = {0};
	struct fb_nets nets = {0};
	uint64_t left = FB_MAX_INTERFACES;

	FB_OK_FATAL(fb_nets_load(real->kernel, real->tasks, &nets));
	CU_ASSERT_FATAL(nets.count >= 1);
	FB_OK_FATAL(fb_interfaces_load(real->kernel, nets.nets[0].address, &left, &interfaces));
	CU_ASSERT_FATAL(interfaces.count >= 1);
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[0].name, "lo");
	CU_ASSERT_EQUAL(interfaces.interfaces[0].mtu, 65536);
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[0].qdisc, "noqueue");
	CU_ASSERT(interfaces.interfaces[0].counted);
	CU_ASSERT(interfaces.interfaces[0].counters.rx_packets > 0);
	CU_ASSERT_EQUAL_FATAL(interfaces.interfaces[0].address_count, 2);
	CU_ASSERT_EQUAL(interfaces.interfaces[0].addresses[0].ip[0], 127);
	fb_interfaces_deinit(&interfaces);
	fb_nets_deinit(&nets);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/interfaces", FB_TEST(reads_all_of_an_interface), FB_TEST(adds_up_counters),
	     FB_TEST(reads_older_kernels), FB_TEST(finds_them_in_two_ways),
	     FB_TEST(damage_costs_its_part), FB_TEST(errors_are_passed_on),
	     FB_TEST(agrees_with_real_kernels))
