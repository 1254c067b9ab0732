// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the tables of neighbours (net/core/neighbour.c). Called by the command net. */
#include "kernel/net/neighbours.h"

#include <inttypes.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/net/hash_chains.h"

/* States in which the link address is known (NUD_VALID). */
#define VALID (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)
/* Chains of proxies (PNEIGH_HASHMASK + 1). */
#define PROXY_CHAINS 16u

struct neighbour_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	uint16_t family;
	uint32_t key_bytes;
	uint64_t left; /* entries */
	struct fb_neighbours found;
	size_t room;
};

static struct fb_error *append(struct neighbour_walk *walk, const struct fb_neighbour *neighbour)
{
	struct fb_error *err =
		fb_grow_array(&walk->found.neighbours, &walk->room, walk->found.count,
			      sizeof(*neighbour), FB_MAX_NEIGHBOURS, "neighbours");

	if (!err)
		walk->found.neighbours[walk->found.count++] = *neighbour;
	return err;
}

/* Name, index and namespace of its interface, and the length of link addresses there. */
static struct fb_error *read_device(struct neighbour_walk *walk, struct fb_neighbour *neighbour,
				    uint64_t device, uint64_t *link_size)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t index = 0;
	struct fb_error *err = fb_kernel_field(walk->kernel, device, &layout->netdev_index, &index);

	if (!err)
		err = fb_kernel_field(walk->kernel, device, &layout->netdev_link_size, link_size);
	if (!err)
		err = fb_kernel_field(walk->kernel, device, &layout->netdev_net, &neighbour->net);
	if (!err)
		err = fb_layout_require(&layout->netdev_name);
	if (!err)
		err = fb_space_read(fb_kernel_space(walk->kernel),
				    device + layout->netdev_name.offset, neighbour->name,
				    sizeof(neighbour->name));
	neighbour->name[sizeof(neighbour->name) - 1] = '\0';
	neighbour->interface = (int32_t)index;
	return err;
}

static struct fb_error *read_link(struct neighbour_walk *walk, struct fb_neighbour *neighbour,
				  uint64_t size)
{
	const struct fb_field *field = &walk->layout->neighbour_link;
	struct fb_error *err;

	if (!(neighbour->state & VALID) || !size)
		return NULL;
	err = fb_layout_require(field);
	if (!err && (size > sizeof(neighbour->link_address) || size > field->size))
		err = fb_error_create(FB_CORRUPT, "a link address of %" PRIu64 " bytes", size);
	if (!err)
		err = fb_space_read(fb_kernel_space(walk->kernel),
				    neighbour->address + field->offset, neighbour->link_address,
				    size);
	if (!err)
		neighbour->link_address_size = (uint8_t)size;
	return err;
}

static struct fb_error *read_state(struct neighbour_walk *walk, struct fb_neighbour *neighbour)
{
	const struct fb_layout *layout = walk->layout;
	struct {
		const struct fb_field *field;
		uint64_t value;
	} words[] = {
		{&layout->neighbour_state, 0},      {&layout->neighbour_flags, 0},
		{&layout->neighbour_probes, 0},     {&layout->neighbour_queue, 0},
		{&layout->neighbour_references, 0}, {&layout->neighbour_used, 0},
		{&layout->neighbour_confirmed, 0},  {&layout->neighbour_updated, 0},
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(words) && !err; i++)
		err = fb_kernel_field(walk->kernel, neighbour->address, words[i].field,
				      &words[i].value);
	neighbour->state = (uint8_t)words[0].value;
	neighbour->flags = (uint8_t)words[1].value;
	neighbour->probes = (uint32_t)words[2].value;
	neighbour->queued = (uint32_t)words[3].value;
	neighbour->references = (uint32_t)words[4].value;
	neighbour->used = words[5].value;
	neighbour->confirmed = words[6].value;
	neighbour->updated = words[7].value;
	return err;
}

static struct fb_error *read_neighbour(struct neighbour_walk *walk, struct fb_neighbour *neighbour)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t device = 0, link_size = 0, protocol = 0;
	struct fb_error *err = fb_space_read(fb_kernel_space(walk->kernel),
					     neighbour->address + layout->neighbour_address.offset,
					     neighbour->ip, walk->key_bytes);

	if (!err)
		err = read_state(walk, neighbour);
	if (!err && layout->neighbour_protocol.found) /* df9b0e30d44c, 5.0 */
		err = fb_kernel_field(walk->kernel, neighbour->address, &layout->neighbour_protocol,
				      &protocol);
	neighbour->protocol = (uint8_t)protocol;
	if (!err)
		err = fb_kernel_field(walk->kernel, neighbour->address, &layout->neighbour_device,
				      &device);
	if (err)
		return err;
	err = read_device(walk, neighbour, device, &link_size);
	if (!err)
		err = read_link(walk, neighbour, link_size);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err,
			    "the interface of neighbour 0x%" PRIx64, neighbour->address);
}

static struct fb_error *add(void *context, uint64_t node)
{
	struct neighbour_walk *walk = context;
	struct fb_neighbour neighbour = {.address = node - walk->layout->neighbour_chain.offset,
					 .family = walk->family};
	struct fb_error *err = read_neighbour(walk, &neighbour);

	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "neighbour 0x%" PRIx64,
				    neighbour.address);
	return append(walk, &neighbour);
}

static struct fb_error *add_proxy(void *context, uint64_t node)
{
	struct neighbour_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	struct fb_neighbour neighbour = {.address = node, .family = walk->family, .proxy = true};
	uint64_t device = 0, flags = 0, unused = 0;
	struct fb_error *err = fb_layout_require(&layout->proxy_address);

	if (!err)
		err = fb_space_read(fb_kernel_space(walk->kernel),
				    node + layout->proxy_address.offset, neighbour.ip,
				    walk->key_bytes);
	if (!err)
		err = fb_kernel_field(walk->kernel, node, &layout->proxy_net, &neighbour.net);
	if (!err)
		err = fb_kernel_field(walk->kernel, node, &layout->proxy_flags, &flags);
	neighbour.flags = (uint8_t)flags;
	if (!err)
		err = fb_kernel_field(walk->kernel, node, &layout->proxy_device, &device);
	if (!err && device)
		err = read_device(walk, &neighbour, device, &unused);
	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "proxy 0x%" PRIx64,
				    node);
	return append(walk, &neighbour);
}

static struct fb_error *walk_entries(struct neighbour_walk *walk, uint64_t table, const char *what)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_hash_chains chains = {.what = what, .bucket = sizeof(uint64_t)};
	uint64_t hash = 0, shift = 0;
	bool whole = true;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, table, &layout->neigh_table_hash, &hash);

	if (!err)
		err = fb_kernel_field(walk->kernel, hash, &layout->neigh_hash_heads,
				      &chains.address);
	if (!err)
		err = fb_kernel_field(walk->kernel, hash, &layout->neigh_hash_shift, &shift);
	if (!err)
		err = fb_layout_require(&layout->neighbour_chain);
	if (!err)
		err = fb_layout_require(&layout->neighbour_address);
	if (!err && shift > FB_MAX_NEIGHBOUR_SHIFT)
		err = fb_error_create(
			FB_CORRUPT, "a hash table of 2 to the power of %" PRIu64 " chains", shift);
	if (err)
		return err;
	chains.count = 1ull << shift;
	return fb_hash_chains_each(walk->kernel, &chains, &walk->left, add, walk, &whole);
}

static struct fb_error *walk_proxies(struct neighbour_walk *walk, uint64_t table, const char *what)
{
	struct fb_hash_chains chains = {
		.what = what, .count = PROXY_CHAINS, .bucket = sizeof(uint64_t)};
	bool whole = true;
	struct fb_error *err = fb_kernel_field(walk->kernel, table,
					       &walk->layout->neigh_table_proxies, &chains.address);

	if (err || !chains.address)
		return err;
	return fb_hash_chains_each(walk->kernel, &chains, &walk->left, add_proxy, walk, &whole);
}

static struct fb_error *walk_table(struct neighbour_walk *walk, uint64_t table, uint16_t family)
{
	struct fb_warnings *warnings = fb_kernel_warnings(walk->kernel);
	const char *what = family == AF_INET ? "neighbours of IPv4" : "neighbours of IPv6";
	uint64_t bytes = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, table, &walk->layout->neigh_table_key_bytes, &bytes);

	if (!err && bytes != (family == AF_INET ? 4 : 16))
		err = fb_error_create(FB_CORRUPT, "addresses of %" PRIu64 " bytes", bytes);
	if (err)
		return fb_part_warn(warnings, err, "%s", what);
	walk->family = family;
	walk->key_bytes = (uint32_t)bytes;
	err = fb_part_warn(warnings, walk_entries(walk, table, what), "%s", what);
	return err ? err
		   : fb_part_warn(warnings, walk_proxies(walk, table, what), "proxies among %s",
				  what);
}

static int by_address(const void *a, const void *b)
{
	const struct fb_neighbour *x = a, *y = b;
	int order = (x->family == AF_INET6) - (y->family == AF_INET6);

	if (!order)
		order = memcmp(x->ip, y->ip, sizeof(x->ip));
	if (!order)
		order = x->interface < y->interface ? -1 : x->interface > y->interface;
	return order ? order : x->address < y->address ? -1 : x->address > y->address;
}

struct fb_error *fb_neighbours_load(struct fb_kernel *kernel, struct fb_neighbours *neighbours_ret)
{
	struct neighbour_walk walk = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .left = FB_MAX_NEIGHBOURS};
	uint64_t table = 0;
	struct fb_error *err = fb_layout_require(&walk.layout->neigh_table_hash);

	if (!err)
		err = fb_kernel_symbol(kernel, "arp_tbl", &table);
	if (!err)
		err = walk_table(&walk, table, AF_INET);
	if (!err && fb_kernel_find_symbol(kernel, "nd_tbl", &table)) /* CONFIG_IPV6 */
		err = walk_table(&walk, table, AF_INET6);
	if (err) {
		fb_neighbours_deinit(&walk.found);
		return err;
	}
	if (walk.found.count)
		qsort(walk.found.neighbours, walk.found.count, sizeof(*walk.found.neighbours),
		      by_address);
	*neighbours_ret = walk.found;
	return NULL;
}

void fb_neighbours_deinit(struct fb_neighbours *neighbours)
{
	free(neighbours->neighbours);
	*neighbours = (struct fb_neighbours){0};
}
