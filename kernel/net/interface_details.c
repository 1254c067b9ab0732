// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads addresses, counters and the queue of an interface. Called by interfaces.c. */
#include "kernel/net/interface_details.h"

#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"

/* inet6_ifaddr.scope: bits of ipv6_addr_type() (include/net/ipv6.h). */
#define IPV6_LOOPBACK 0x10u
#define IPV6_LINK_LOCAL 0x20u
#define IPV6_SITE_LOCAL 0x40u

/* enum netdev_stat_type */
#define STATS_NONE 0u
#define STATS_TSTATS 2u

struct adding {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_interface *interface;
	size_t room;
	struct fb_u64_map seen; /* addresses of struct in_ifaddr */
};

static struct fb_error *append(struct adding *adding, const struct fb_interface_address *address)
{
	struct fb_interface *interface = adding->interface;
	struct fb_error *err =
		fb_grow_array(&interface->addresses, &adding->room, interface->address_count,
			      sizeof(*address), FB_MAX_INTERFACE_ADDRESSES, "addresses");

	if (!err)
		interface->addresses[interface->address_count++] = *address;
	return err;
}

static struct fb_error *read_ip(struct fb_kernel *kernel, uint64_t base,
				const struct fb_field *field, size_t size, uint8_t *to)
{
	struct fb_error *err = fb_layout_require(field);

	if (!err && field->size != size)
		err = fb_error_create(FB_UNSUPPORTED, "%s has %u bytes", field->name, field->size);
	return err ? err : fb_space_read(fb_kernel_space(kernel), base + field->offset, to, size);
}

static struct fb_error *read_ipv4(struct adding *adding)
{
	const struct fb_layout *layout = adding->layout;
	uint64_t device = 0, entry = 0;
	struct fb_error *err = fb_kernel_field(adding->kernel, adding->interface->address,
					       &layout->netdev_ip, &device);

	if (!err && device)
		err = fb_kernel_field(adding->kernel, device, &layout->in_device_addresses, &entry);
	while (entry && !err) {
		struct fb_interface_address address = {.family = AF_INET};
		uint64_t prefix = 0, scope = 0;
		bool fresh = false;

		err = fb_u64_set_add(&adding->seen, entry, FB_MAX_INTERFACE_ADDRESSES, "addresses",
				     &fresh);
		if (!err && !fresh)
			err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is in the list twice",
					      entry);
		if (!err)
			err = read_ip(adding->kernel, entry, &layout->ifaddr_local, 4, address.ip);
		if (!err)
			err = fb_kernel_field(adding->kernel, entry, &layout->ifaddr_prefix,
					      &prefix);
		if (!err)
			err = fb_kernel_field(adding->kernel, entry, &layout->ifaddr_scope, &scope);
		address.prefix = (uint8_t)prefix;
		address.scope = (uint8_t)scope;
		if (!err)
			err = append(adding, &address);
		if (!err)
			err = fb_kernel_field(adding->kernel, entry, &layout->ifaddr_next, &entry);
	}
	return err;
}

static uint8_t ipv6_scope(uint64_t type)
{
	return type & IPV6_LOOPBACK     ? RT_SCOPE_HOST
	       : type & IPV6_LINK_LOCAL ? RT_SCOPE_LINK
	       : type & IPV6_SITE_LOCAL ? RT_SCOPE_SITE
					: RT_SCOPE_UNIVERSE;
}

static struct fb_error *add_ipv6(void *context, uint64_t node)
{
	struct adding *adding = context;
	const struct fb_layout *layout = adding->layout;
	struct fb_interface_address address = {.family = AF_INET6};
	uint64_t entry = node - layout->inet6_ifaddr_list.offset, prefix = 0, scope = 0;
	struct fb_error *err =
		read_ip(adding->kernel, entry, &layout->inet6_ifaddr_ip, 16, address.ip);

	if (!err)
		err = fb_kernel_field(adding->kernel, entry, &layout->inet6_ifaddr_prefix, &prefix);
	if (!err)
		err = fb_kernel_field(adding->kernel, entry, &layout->inet6_ifaddr_scope, &scope);
	address.prefix = (uint8_t)prefix;
	address.scope = ipv6_scope(scope);
	return err ? err : append(adding, &address);
}

static struct fb_error *read_ipv6(struct adding *adding)
{
	const struct fb_layout *layout = adding->layout;
	uint64_t device = 0;
	struct fb_error *err = fb_kernel_field(adding->kernel, adding->interface->address,
					       &layout->netdev_ip6, &device);

	if (err || !device)
		return err;
	err = fb_layout_require(&layout->inet6_dev_addresses);
	if (!err)
		err = fb_layout_require(&layout->inet6_ifaddr_list);
	if (err)
		return err;
	return fb_kernel_list(adding->kernel, device + layout->inet6_dev_addresses.offset,
			      FB_MAX_INTERFACE_ADDRESSES, add_ipv6, adding);
}

static struct fb_error *read_link_address(struct fb_kernel *kernel, struct fb_interface *interface)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t size = 0, address = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, interface->address, &layout->netdev_link_size, &size);

	if (!err)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_link, &address);
	if (!err && size > sizeof(interface->link_address))
		err = fb_error_create(FB_CORRUPT, "a link address of %" PRIu64 " bytes", size);
	if (!err && size)
		err = fb_space_read(fb_kernel_space(kernel), address, interface->link_address,
				    size);
	if (!err)
		interface->link_address_size = (uint8_t)size;
	return err;
}

/* The names of its queue's discipline, and of the kind of link. */
static struct fb_error *read_names(struct fb_kernel *kernel, struct fb_interface *interface)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t queue = 0, ops = 0, links = 0, kind = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, interface->address, &layout->netdev_qdisc, &queue);

	if (!err && queue)
		err = fb_kernel_field(kernel, queue, &layout->qdisc_ops, &ops);
	if (!err)
		err = fb_layout_require(&layout->qdisc_ops_id);
	if (!err && ops)
		err = fb_space_string_whole(fb_kernel_space(kernel),
					    ops + layout->qdisc_ops_id.offset, interface->qdisc,
					    sizeof(interface->qdisc));
	if (!err)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_link_ops, &links);
	if (!err && links)
		err = fb_kernel_field(kernel, links, &layout->link_ops_kind, &kind);
	if (!err && kind)
		err = fb_space_string_whole(fb_kernel_space(kernel), kind, interface->kind,
					    sizeof(interface->kind));
	return err;
}

/* struct net_device_stats begins as struct rtnl_link_stats64 does (include/uapi/linux/if_link.h). */
static struct fb_error *read_common_counters(struct fb_kernel *kernel,
					     struct fb_interface *interface)
{
	const struct fb_field *stats = &fb_kernel_layout(kernel)->netdev_stats;
	struct fb_error *err = fb_layout_require(stats);

	if (!err && stats->size < sizeof(interface->counters))
		err = fb_error_create(FB_UNSUPPORTED, "%s has %u bytes", stats->name, stats->size);
	return err ? err
		   : fb_space_read(fb_kernel_space(kernel), interface->address + stats->offset,
				   &interface->counters, sizeof(interface->counters));
}

/* Adds up one counter of all CPUs' parts of a per-CPU struct. */
static struct fb_error *add_percpu(struct fb_kernel *kernel, uint64_t percpu,
				   const struct fb_field *field, uint64_t *sum)
{
	struct fb_error *err = NULL;

	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(kernel) && !err; cpu++) {
		uint64_t base = 0, value = 0;

		err = fb_kernel_percpu(kernel, cpu, percpu, &base);
		if (err && !fb_error_is_fatal(err)) { /* no such CPU */
			err = fb_part_skip(err);
			continue;
		}
		if (!err)
			err = fb_kernel_field(kernel, base, field, &value);
		*sum += value;
	}
	return err;
}

struct sum {
	const struct fb_field *field;
	uint64_t *to;
};

static struct fb_error *add_all(struct fb_kernel *kernel, uint64_t percpu, const struct sum *sums,
				size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && percpu && !err; i++)
		err = add_percpu(kernel, percpu, sums[i].field, sums[i].to);
	return err;
}

/* What the core dropped before or behind the driver: per CPU since 625788b58445 (5.18), in the device before. */
static struct fb_error *add_core_drops(struct fb_kernel *kernel, struct fb_interface *interface)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_interface_counters *counters = &interface->counters;
	const struct sum sums[] = {{&layout->core_rx_dropped, &counters->rx_dropped},
				   {&layout->core_tx_dropped, &counters->tx_dropped}};
	uint64_t percpu = 0, received = 0, sent = 0;
	struct fb_error *err;

	if (layout->netdev_core_stats.found) {
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_core_stats,
				      &percpu);
		return err ? err : add_all(kernel, percpu, sums, FB_ARRAY_SIZE(sums));
	}
	err = fb_kernel_field(kernel, interface->address, &layout->netdev_rx_dropped, &received);
	if (!err)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_tx_dropped,
				      &sent);
	counters->rx_dropped += received;
	counters->tx_dropped += sent;
	return err;
}

/* Loopback counts each packet once, for both directions. */
static struct fb_error *read_loopback(struct fb_kernel *kernel, struct fb_interface *interface,
				      uint64_t percpu)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_interface_counters *counters = &interface->counters;
	const struct sum sums[] = {{&layout->lstats_packets, &counters->rx_packets},
				   {&layout->lstats_bytes, &counters->rx_bytes}};
	struct fb_error *err = add_all(kernel, percpu, sums, FB_ARRAY_SIZE(sums));

	counters->tx_packets = counters->rx_packets;
	counters->tx_bytes = counters->rx_bytes;
	return err;
}

/* dev_get_tstats64(): of tunnels and other interfaces that are software alone. */
static struct fb_error *read_software(struct fb_kernel *kernel, struct fb_interface *interface,
				      uint64_t percpu)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_interface_counters *counters = &interface->counters;
	const struct sum sums[] = {
		{&layout->tstats_rx_packets, &counters->rx_packets},
		{&layout->tstats_tx_packets, &counters->tx_packets},
		{&layout->tstats_rx_bytes, &counters->rx_bytes},
		{&layout->tstats_tx_bytes, &counters->tx_bytes},
	};
	struct fb_error *err = read_common_counters(kernel, interface);

	return err ? err : add_all(kernel, percpu, sums, FB_ARRAY_SIZE(sums));
}

/* Where the driver has no function that counts: the kernel's own counters, of all CPUs where the driver says so. *known
 * tells whether they are in a struct that is read here. */
static struct fb_error *read_default(struct fb_kernel *kernel, struct fb_interface *interface,
				     uint64_t percpu, bool *known)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t type = STATS_NONE;
	struct fb_error *err = NULL;

	if (layout->netdev_stat_type.found)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_stat_type, &type);
	*known = type == STATS_NONE || type == STATS_TSTATS;
	if (err || !*known)
		return err;
	return type == STATS_TSTATS ? read_software(kernel, interface, percpu)
				    : read_common_counters(kernel, interface);
}

/* dev_get_stats(): what function of the driver counts tells where. */
static struct fb_error *read_counters(struct fb_kernel *kernel, struct fb_interface *interface)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t ops = 0, function = 0, older = 0, percpu = 0, loopback = 0, software = 0;
	bool known = true;
	struct fb_error *err =
		fb_kernel_field(kernel, interface->address, &layout->netdev_ops, &ops);

	if (!err)
		err = fb_kernel_field(kernel, ops, &layout->netdev_ops_stats64, &function);
	if (!err)
		err = fb_kernel_field(kernel, ops, &layout->netdev_ops_stats, &older);
	if (!err)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_percpu_stats,
				      &percpu);
	if (err)
		return err;
	(void)fb_kernel_find_symbol(kernel, "loopback_get_stats64", &loopback);
	(void)fb_kernel_find_symbol(kernel, "dev_get_tstats64", &software);
	if (function && function == loopback)
		err = read_loopback(kernel, interface, percpu);
	else if (function && function == software)
		err = read_software(kernel, interface, percpu);
	else if (!function && !older)
		err = read_default(kernel, interface, percpu, &known);
	else
		known = false;
	if (err || !known)
		return err;
	err = add_core_drops(kernel, interface);
	interface->counted = !err;
	return err;
}

struct fb_error *fb_interface_read_details(struct fb_kernel *kernel, struct fb_interface *interface)
{
	struct adding adding = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .interface = interface};
	struct fb_warnings *warnings = fb_kernel_warnings(kernel);
	int32_t index = interface->index;
	struct fb_error *err = fb_part_warn(warnings, read_link_address(kernel, interface),
					    "the link address of interface %d", index);

	if (!err)
		err = fb_part_warn(warnings, read_names(kernel, interface),
				   "the queue and kind of interface %d", index);
	if (!err)
		err = fb_part_warn(warnings, read_ipv4(&adding), "IPv4 addresses of interface %d",
				   index);
	fb_u64_map_deinit(&adding.seen);
	if (!err && adding.layout->netdev_ip6.found) /* CONFIG_IPV6 */
		err = fb_part_warn(warnings, read_ipv6(&adding), "IPv6 addresses of interface %d",
				   index);
	return err ? err
		   : fb_part_warn(warnings, read_counters(kernel, interface),
				  "the counters of interface %d", index);
}
