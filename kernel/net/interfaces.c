// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the interfaces of a namespace, and reads what user space sees of each. Called by the command net. */
#include "kernel/net/interfaces.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/net/hash_chains.h"
#include "kernel/net/interface_details.h"

/* NETDEV_HASHENTRIES (include/linux/netdevice.h) */
#define INDEX_BUCKETS 256u

/* __LINK_STATE_* */
#define STATE_START 0x01u
#define STATE_NO_CARRIER 0x04u
#define STATE_DORMANT 0x10u
#define IF_OPER_UNKNOWN 0u
#define IF_OPER_DOWN 2u
#define IF_OPER_UP 6u
/* include/uapi/linux/if.h; the C library's headers end before them. */
#define FLAG_LOWER_UP 0x10000u
#define FLAG_DORMANT 0x20000u

struct walk {
	struct fb_kernel *kernel;
	struct fb_module_types *types;
	const struct fb_layout *layout;
	struct fb_u64_map seen;
	struct fb_interfaces interfaces;
	size_t room;
	uint64_t *left; /* how many more there may be */
};

static struct fb_error *read_flags(struct walk *walk, struct fb_interface *interface)
{
	const struct fb_layout *layout = walk->layout;
	const uint32_t computed =
		IFF_PROMISC | IFF_ALLMULTI | IFF_RUNNING | FLAG_LOWER_UP | FLAG_DORMANT;
	uint64_t flags = 0, asked = 0, state = 0, operstate = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, interface->address, &layout->netdev_flags, &flags);

	if (!err)
		err = fb_kernel_field(walk->kernel, interface->address, &layout->netdev_gflags,
				      &asked);
	if (!err)
		err = fb_kernel_field(walk->kernel, interface->address, &layout->netdev_state,
				      &state);
	if (!err)
		err = fb_kernel_field(walk->kernel, interface->address, &layout->netdev_operstate,
				      &operstate);
	if (err)
		return err;
	interface->state = state & STATE_START ? (uint8_t)operstate : IF_OPER_DOWN;
	interface->flags =
		((uint32_t)flags & ~computed) | ((uint32_t)asked & (IFF_PROMISC | IFF_ALLMULTI));
	if (!(state & STATE_START))
		return NULL;
	if (operstate == IF_OPER_UP || operstate == IF_OPER_UNKNOWN)
		interface->flags |= IFF_RUNNING;
	if (!(state & STATE_NO_CARRIER))
		interface->flags |= FLAG_LOWER_UP;
	if (state & STATE_DORMANT)
		interface->flags |= FLAG_DORMANT;
	return NULL;
}

static struct fb_error *read_numbers(struct walk *walk, struct fb_interface *interface)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t mtu = 0, length = 0, type = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, interface->address, &layout->netdev_mtu, &mtu);

	if (!err)
		err = fb_kernel_field(walk->kernel, interface->address,
				      &layout->netdev_queue_length, &length);
	if (!err)
		err = fb_kernel_field(walk->kernel, interface->address, &layout->netdev_type,
				      &type);
	if (!err)
		err = read_flags(walk, interface);
	if (err)
		return err;
	interface->mtu = (uint32_t)mtu;
	interface->queue_length = (uint32_t)length;
	interface->link_type = (uint16_t)type;
	interface->described = true;
	return NULL;
}

static struct fb_error *read_identity(struct walk *walk, struct fb_interface *interface)
{
	const struct fb_layout *layout = walk->layout;
	int64_t index = 0;
	struct fb_error *err = fb_kernel_field_signed(walk->kernel, interface->address,
						      &layout->netdev_index, &index);

	if (!err)
		err = fb_layout_require(&layout->netdev_name);
	if (!err)
		err = fb_space_read(fb_kernel_space(walk->kernel),
				    interface->address + layout->netdev_name.offset,
				    interface->name, sizeof(interface->name));
	interface->name[sizeof(interface->name) - 1] = '\0';
	interface->index = (int32_t)index;
	return err;
}

static struct fb_error *add(struct walk *walk, uint64_t address)
{
	struct fb_interface interface = {.address = address};
	bool fresh;
	struct fb_error *err =
		fb_u64_set_add(&walk->seen, address, FB_MAX_INTERFACES, "interfaces", &fresh);

	if (err || !fresh)
		return err;
	if (!*walk->left)
		return fb_error_create(FB_LIMIT, "more than %u interfaces", FB_MAX_INTERFACES);
	--*walk->left;
	err = read_identity(walk, &interface);
	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "interface 0x%" PRIx64,
				    address);
	err = fb_part_warn(fb_kernel_warnings(walk->kernel), read_numbers(walk, &interface),
			   "interface %d", interface.index);
	if (!err)
		err = fb_interface_read_details(walk->kernel, walk->types, &interface);
	if (!err)
		err = fb_grow_array(&walk->interfaces.interfaces, &walk->room,
				    walk->interfaces.count, sizeof(interface), FB_MAX_INTERFACES,
				    "interfaces");
	if (err) {
		free(interface.addresses);
		return err;
	}
	walk->interfaces.interfaces[walk->interfaces.count++] = interface;
	return NULL;
}

static struct fb_error *add_listed(void *context, uint64_t entry)
{
	struct walk *walk = context;

	return add(walk, entry - walk->layout->netdev_list.offset);
}

static struct fb_error *add_hashed(void *context, uint64_t node)
{
	struct walk *walk = context;

	return add(walk, node - walk->layout->netdev_index_node.offset);
}

static struct fb_error *walk_hash(struct walk *walk, uint64_t net)
{
	struct fb_hash_chains chains = {
		.what = "interfaces by index", .count = INDEX_BUCKETS, .bucket = sizeof(uint64_t)};
	uint64_t left = FB_MAX_INTERFACES; /* nodes, also of interfaces that the list has */
	bool whole = true;
	struct fb_error *err = fb_layout_require(&walk->layout->netdev_index_node);

	if (!err)
		err = fb_kernel_field(walk->kernel, net, &walk->layout->net_devices_by_index,
				      &chains.address);
	if (err || !chains.address)
		return err;
	return fb_hash_chains_each(walk->kernel, &chains, &left, add_hashed, walk, &whole);
}

static int by_index(const void *a, const void *b)
{
	const struct fb_interface *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

struct fb_error *fb_interfaces_load(struct fb_kernel *kernel, struct fb_module_types *types,
				    uint64_t net, uint64_t *left,
				    struct fb_interfaces *interfaces_ret)
{
	struct walk walk = {
		.kernel = kernel, .types = types, .layout = fb_kernel_layout(kernel), .left = left};
	struct fb_error *err = fb_layout_require(&walk.layout->netdev_list);

	if (!err)
		err = fb_layout_require(&walk.layout->net_devices);
	if (err)
		return err;
	err = fb_kernel_list(kernel, net + walk.layout->net_devices.offset, FB_MAX_INTERFACES,
			     add_listed, &walk);
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "the list of interfaces");
	if (!err)
		err = fb_part_warn(fb_kernel_warnings(kernel), walk_hash(&walk, net),
				   "interfaces by index");
	fb_u64_map_deinit(&walk.seen);
	if (err) {
		fb_interfaces_deinit(&walk.interfaces);
		return err;
	}
	if (walk.interfaces.count)
		qsort(walk.interfaces.interfaces, walk.interfaces.count,
		      sizeof(*walk.interfaces.interfaces), by_index);
	*interfaces_ret = walk.interfaces;
	return NULL;
}

void fb_interfaces_deinit(struct fb_interfaces *interfaces)
{
	for (size_t i = 0; i < interfaces->count; i++)
		free(interfaces->interfaces[i].addresses);
	free(interfaces->interfaces);
	*interfaces = (struct fb_interfaces){0};
}

const char *fb_interface_state_name(uint8_t state)
{
	static const char *const names[] = {
		"UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP",
	};

	return state < FB_ARRAY_SIZE(names) ? names[state] : names[0];
}

const char *fb_interface_flag_name(unsigned bit)
{
	static const char *const names[] = {
		"UP",         "BROADCAST", "DEBUG",     "LOOPBACK", "POINTOPOINT",
		"NOTRAILERS", "RUNNING",   "NOARP",     "PROMISC",  "ALLMULTI",
		"MASTER",     "SLAVE",     "MULTICAST", "PORTSEL",  "AUTOMEDIA",
		"DYNAMIC",    "LOWER_UP",  "DORMANT",   "ECHO",
	};

	return bit < FB_ARRAY_SIZE(names) ? names[bit] : NULL;
}
