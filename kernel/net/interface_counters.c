// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds up the counters of an interface, as dev_get_stats() does (net/core/dev.c): each driver has them where it likes,
 * most in a struct per CPU. Called by interface_details.c.
 */
#include "kernel/net/interface_counters.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/driver_types.h"

/* enum netdev_stat_type */
#define STATS_NONE 0u
#define STATS_LSTATS 1u
#define STATS_TSTATS 2u
#define STATS_DSTATS 3u

#define CALL_REL32 0xe8u
#define CALL_BYTES 5u
/* How far into a driver's function it calls what adds up its counters. */
#define SUMS_WITHIN 128u

/* NETDEV_ALIGN: where the driver's own part of a net_device begins (include/linux/netdevice.h). */
#define PRIVATE_ALIGNMENT 32u

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

/* A driver that counts in a struct of its own. */
struct driver {
	struct fb_driver_types types;
	struct fb_interface *interface;
};

/* One counter of a struct that each CPU has. */
struct named_sum {
	const char *member;
	uint64_t *to;
};

static struct fb_error *add_named(const struct driver *driver, uint64_t percpu, const char *type,
				  const struct named_sum *sums, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && percpu && !err; i++) {
		struct fb_field field;

		err = fb_driver_field(&driver->types, type, sums[i].member, &field);
		if (!err)
			err = add_percpu(driver->types.kernel, percpu, &field, sums[i].to);
	}
	return err;
}

/* dev_get_dstats64(): received, sent and dropped. */
static struct fb_error *read_dropping(const struct driver *driver, uint64_t percpu)
{
	struct fb_interface_counters *counters = &driver->interface->counters;
	const struct named_sum sums[] = {
		{"rx_packets", &counters->rx_packets}, {"rx_bytes", &counters->rx_bytes},
		{"rx_drops", &counters->rx_dropped},   {"tx_packets", &counters->tx_packets},
		{"tx_bytes", &counters->tx_bytes},     {"tx_drops", &counters->tx_dropped},
	};
	struct fb_error *err = read_common_counters(driver->types.kernel, driver->interface);

	return err ? err : add_named(driver, percpu, "pcpu_dstats", sums, FB_ARRAY_SIZE(sums));
}

/* netdev_priv(): a member since 13cabc47f8ae (6.11), before that what follows the struct. */
static struct fb_error *private_of(const struct driver *driver, uint64_t device,
				   uint64_t *private_ret)
{
	struct fb_field field;
	uint32_t size = 0;
	struct fb_error *err = fb_driver_field(&driver->types, "net_device", "priv", &field);

	if (!err) {
		*private_ret = device + field.offset;
		return NULL;
	}
	err = fb_part_skip(err);
	if (!err)
		err = fb_driver_size(&driver->types, "net_device", &size);
	if (!err)
		*private_ret = device + (size + PRIVATE_ALIGNMENT - 1) / PRIVATE_ALIGNMENT *
						PRIVATE_ALIGNMENT;
	return err;
}

static struct fb_error *read_dummy(const struct driver *driver, uint64_t percpu)
{
	const struct fb_layout *layout = fb_kernel_layout(driver->types.kernel);
	struct fb_interface_counters *counters = &driver->interface->counters;
	const struct sum sums[] = {{&layout->lstats_packets, &counters->tx_packets},
				   {&layout->lstats_bytes, &counters->tx_bytes}};

	return add_all(driver->types.kernel, percpu, sums, FB_ARRAY_SIZE(sums));
}

static struct fb_error *read_vlan(const struct driver *driver, uint64_t percpu FB_UNUSED)
{
	struct fb_interface_counters *counters = &driver->interface->counters;
	const struct named_sum sums[] = {
		{"rx_packets", &counters->rx_packets}, {"rx_bytes", &counters->rx_bytes},
		{"rx_errors", &counters->rx_errors},   {"tx_packets", &counters->tx_packets},
		{"tx_bytes", &counters->tx_bytes},     {"tx_dropped", &counters->tx_dropped},
	};
	uint64_t own = 0, stats = 0;
	struct fb_error *err = private_of(driver, driver->interface->address, &own);

	if (!err)
		err = fb_driver_value(&driver->types, own, "vlan_dev_priv", "vlan_pcpu_stats",
				      &stats);
	return err ? err : add_named(driver, stats, "vlan_pcpu_stats", sums, FB_ARRAY_SIZE(sums));
}

/* What one end of a pair of veth has sent, and what its receive queues have counted of programs of XDP. */
struct veth_end {
	uint64_t packets, bytes, rx_packets, rx_bytes, dropped, peer;
	uint64_t xdp_packets, xdp_bytes, rx_drops, xdp_tx_err, peer_tq_xdp_xmit_err;
};

static struct fb_error *add_veth_queues(const struct driver *driver, uint64_t device, uint64_t own,
					struct veth_end *end)
{
	const struct named_sum sums[] = {
		{"stats.vs.xdp_packets", &end->xdp_packets},
		{"stats.vs.xdp_bytes", &end->xdp_bytes},
		{"stats.vs.rx_drops", &end->rx_drops},
		{"stats.vs.xdp_tx_err", &end->xdp_tx_err},
		{"stats.vs.peer_tq_xdp_xmit_err", &end->peer_tq_xdp_xmit_err},
	};
	uint64_t queues = 0, count = 0;
	uint32_t size = 0;
	struct fb_error *err =
		fb_driver_value(&driver->types, device, "net_device", "num_rx_queues", &count);

	if (!err)
		err = fb_driver_value(&driver->types, own, "veth_priv", "rq", &queues);
	if (!err)
		err = fb_driver_size(&driver->types, "veth_rq", &size);
	if (!err && count > FB_MAX_INTERFACE_QUEUES)
		err = fb_error_create(FB_CORRUPT, "%" PRIu64 " receive queues", count);
	for (uint64_t i = 0; i < count * FB_ARRAY_SIZE(sums) && !err; i++) {
		const struct named_sum *sum = &sums[i % FB_ARRAY_SIZE(sums)];
		uint64_t value = 0;

		err = fb_driver_value(&driver->types, queues + i / FB_ARRAY_SIZE(sums) * size,
				      "veth_rq", sum->member, &value);
		*sum->to += value;
	}
	return err;
}

/* By which of these helpers the function adds up: *type_ret is left as it is where it calls neither, or its code cannot
 * be read. */
static struct fb_error *type_by_helper(struct fb_kernel *kernel, uint64_t function,
				       uint64_t *type_ret)
{
	static const struct {
		const char *name;
		uint64_t type;
	} helpers[] = {{"dev_lstats_read", STATS_LSTATS}, {"dev_fetch_sw_netstats", STATS_TSTATS}};
	uint8_t code[SUMS_WITHIN];
	struct fb_error *err = fb_space_read(fb_kernel_space(kernel), function, code, sizeof(code));

	if (err)
		return fb_part_skip(err);
	for (size_t at = 0; at + CALL_BYTES <= sizeof(code); at++) {
		int32_t distance;
		uint64_t target;

		if (code[at] != CALL_REL32)
			continue;
		memcpy(&distance, code + at + 1, sizeof(distance));
		target = function + at + CALL_BYTES + (uint64_t)(int64_t)distance;
		for (size_t i = 0; i < FB_ARRAY_SIZE(helpers); i++) {
			uint64_t address;

			if (fb_kernel_find_symbol(kernel, helpers[i].name, &address) &&
			    address == target) {
				*type_ret = helpers[i].type;
				return NULL;
			}
		}
	}
	return NULL;
}

/* What is sent is counted in pcpu_lstats, in newer kernels in pcpu_sw_netstats. net_device.pcpu_stat_type says which;
 * but stable kernels changed over without it (6.1.176 of Debian), where only the code of the function tells. */
static struct fb_error *type_of_sums(const struct driver *driver, uint64_t device,
				     uint64_t *type_ret)
{
	struct fb_kernel *kernel = driver->types.kernel;
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t ops = 0, function = 0;
	struct fb_error *err;

	*type_ret = STATS_LSTATS;
	if (layout->netdev_stat_type.found)
		return fb_kernel_field(kernel, device, &layout->netdev_stat_type, type_ret);
	err = fb_kernel_field(kernel, device, &layout->netdev_ops, &ops);
	if (!err)
		err = fb_kernel_field(kernel, ops, &layout->netdev_ops_stats64, &function);
	return err ? err : type_by_helper(kernel, function, type_ret);
}

static struct fb_error *read_veth_end(const struct driver *driver, uint64_t device,
				      struct veth_end *end)
{
	struct fb_kernel *kernel = driver->types.kernel;
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct sum alone[] = {{&layout->lstats_packets, &end->packets},
				    {&layout->lstats_bytes, &end->bytes}};
	/* Received is what BPF programs put into this end (bpf_redirect_peer()). */
	const struct sum both[] = {{&layout->tstats_tx_packets, &end->packets},
				   {&layout->tstats_tx_bytes, &end->bytes},
				   {&layout->tstats_rx_packets, &end->rx_packets},
				   {&layout->tstats_rx_bytes, &end->rx_bytes}};
	uint64_t own = 0, percpu = 0, type = STATS_NONE;
	struct fb_error *err = private_of(driver, device, &own);

	if (!err)
		err = type_of_sums(driver, device, &type);
	if (!err)
		err = fb_kernel_field(kernel, device, &layout->netdev_percpu_stats, &percpu);
	if (!err)
		err = type == STATS_TSTATS ? add_all(kernel, percpu, both, FB_ARRAY_SIZE(both))
					   : add_all(kernel, percpu, alone, FB_ARRAY_SIZE(alone));
	if (!err)
		err = fb_driver_value(&driver->types, own, "veth_priv", "dropped", &end->dropped);
	if (!err)
		err = fb_driver_value(&driver->types, own, "veth_priv", "peer", &end->peer);
	return err ? err : add_veth_queues(driver, device, own, end);
}

/* veth_get_stats64(): what one end has received is what the other has sent. */
static struct fb_error *read_veth(const struct driver *driver, uint64_t percpu FB_UNUSED)
{
	struct fb_interface_counters *counters = &driver->interface->counters;
	struct veth_end this = {0}, peer = {0};
	struct fb_error *err = read_veth_end(driver, driver->interface->address, &this);

	if (!err && this.peer)
		err = read_veth_end(driver, this.peer, &peer);
	if (err)
		return err;
	counters->tx_packets = this.packets + peer.xdp_packets;
	counters->tx_bytes = this.bytes + peer.xdp_bytes;
	counters->tx_dropped = this.dropped + this.xdp_tx_err + peer.peer_tq_xdp_xmit_err;
	counters->rx_packets = this.rx_packets + this.xdp_packets + peer.packets;
	counters->rx_bytes = this.rx_bytes + this.xdp_bytes + peer.bytes;
	counters->rx_dropped = this.rx_drops + this.peer_tq_xdp_xmit_err + peer.xdp_tx_err;
	return NULL;
}

/* By the kind of link, which each of these drivers registers with its own functions. */
static const struct {
	const char *kind, *module;
	struct fb_error *(*read)(const struct driver *driver, uint64_t percpu);
} drivers[] = {
	{"dummy", "dummy", read_dummy},
	{"veth", "veth", read_veth},
	{"vlan", "8021q", read_vlan},
};

/* Kernels before 5.11 keep no types of modules: what their drivers count is not known then. */
static struct fb_error *without_types(struct fb_error *err, bool *known)
{
	if (!err || fb_error_code(err) != FB_NOT_FOUND)
		return err;
	fb_error_destroy(err);
	*known = false;
	return NULL;
}

/* A driver that has a function of its own which counts. *known tells whether its structs are read here. */
static struct fb_error *read_driver(struct fb_kernel *kernel, struct fb_module_types *types,
				    struct fb_interface *interface, uint64_t percpu, bool *known)
{
	*known = false;
	for (size_t i = 0; i < FB_ARRAY_SIZE(drivers); i++) {
		const struct driver driver = {{kernel, types, drivers[i].module}, interface};

		if (strcmp(interface->kind, drivers[i].kind) != 0)
			continue;
		*known = true;
		return without_types(drivers[i].read(&driver, percpu), known);
	}
	return NULL;
}

/* Where the driver has no function that counts: the kernel's own counters, of all CPUs where the driver says so. */
static struct fb_error *read_default(struct fb_kernel *kernel, struct fb_module_types *types,
				     struct fb_interface *interface, uint64_t percpu, bool *known)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct driver driver = {{kernel, types, interface->kind}, interface};
	uint64_t type = STATS_NONE;
	struct fb_error *err = NULL;

	if (layout->netdev_stat_type.found)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_stat_type, &type);
	if (err)
		return err;
	switch (type) {
	case STATS_TSTATS:
		return read_software(kernel, interface, percpu);
	case STATS_DSTATS:
		return without_types(read_dropping(&driver, percpu), known);
	default:
		return read_common_counters(kernel, interface);
	}
}

/* What function of the driver counts tells where. */
struct fb_error *fb_interface_count(struct fb_kernel *kernel, struct fb_module_types *types,
				    struct fb_interface *interface)
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
		err = read_default(kernel, types, interface, percpu, &known);
	else
		err = read_driver(kernel, types, interface, percpu, &known);
	if (err || !known)
		return err;
	err = add_core_drops(kernel, interface);
	interface->counted = !err;
	return err;
}
