// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_interfaces.h. */
#include "tests/kernel/net/made_interfaces.h"

#include <net/if.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"

#define BUCKETS 256u
#define CPUS 2u

enum { STATE_STARTED = 1, STATE_NO_CARRIER = 4, OPER_DOWN = 2 };

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

static uint64_t add_device(struct made_interfaces *w, const char *name, unsigned index,
			   uint64_t function)
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

static uint64_t add_ipv4(struct made_interfaces *w, uint64_t next, const uint8_t ip[4],
			 unsigned prefix, unsigned scope)
{
	uint64_t entry = made_alloc(w->made, 64);

	MADE_SET(w->made, entry, ifaddr_next, next);
	memcpy(made_at(w->made, entry + w->made->kernel.layout.ifaddr_local.offset), ip, 4);
	MADE_SET(w->made, entry, ifaddr_prefix, prefix);
	MADE_SET(w->made, entry, ifaddr_scope, scope);
	return entry;
}

static void add_addresses(struct made_interfaces *w)
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
uint64_t made_interfaces_percpu(struct made_interfaces *w, unsigned count)
{
	uint64_t area = made_alloc_pages(w->made, CPUS * FB_PAGE_SIZE);

	for (uint64_t cpu = 0; cpu < CPUS; cpu++)
		for (uint64_t i = 0; i < count; i++)
			made_put(w->made, area + cpu * FB_PAGE_SIZE + 8 * i, (cpu + 1) * (i + 1),
				 8);
	return area;
}

void made_interfaces_begin(struct made_interfaces *w)
{
	static const char *const names[] = {"loopback_get_stats64", "dev_get_tstats64", NULL};
	static const uint64_t addresses[] = {LOOPBACK_FUNCTION, SOFTWARE_FUNCTION};
	static uint64_t offsets[CPUS] = {0, FB_PAGE_SIZE};
	struct made_kernel *made = made_kernel_create();

	*w = (struct made_interfaces){.made = made};
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
	w->percpu = made_interfaces_percpu(w, 2);
	MADE_SET(made, w->loopback, netdev_percpu_stats, w->percpu);
	MADE_SET(made, w->loopback, netdev_state, STATE_STARTED);
	MADE_SET(made, w->loopback, netdev_flags, IFF_UP | IFF_LOOPBACK | IFF_PROMISC);
	MADE_SET(made, w->port, netdev_percpu_stats, made_interfaces_percpu(w, 4));
	MADE_SET(made, w->port, netdev_core_stats, made_interfaces_percpu(w, 2));
	add_addresses(w);
	FB_OK_FATAL(fb_module_types_create(&made->kernel, &w->modules));
}

void made_interfaces_describe(struct made_interfaces *w)
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

struct fb_interfaces made_interfaces_load(struct made_interfaces *w)
{
	struct fb_interfaces interfaces = {0};
	uint64_t left = FB_MAX_INTERFACES;

	FB_OK_FATAL(fb_interfaces_load(&w->made->kernel, w->modules, w->net, &left, &interfaces));
	return interfaces;
}

size_t made_interfaces_warnings(const struct made_interfaces *w)
{
	return fb_warnings_count(w->made->warnings);
}

void made_interfaces_end(struct made_interfaces *w)
{
	w->made->kernel.percpu_offsets = w->own_offsets;
	fb_module_types_destroy(w->modules);
	made_kernel_destroy(w->made);
}
