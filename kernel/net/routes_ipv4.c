// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the tries of IPv4's routes (net/ipv4/fib_trie.c). A node has the bits [pos, pos + bits) of a key as the index
 * of its children; a leaf has no bits, and a list of routes (struct fib_alias) that differ in length, type of service
 * or metric. A child's key has the node's bits above its own and its index in it, so that a node that a walk reaches
 * can be reached in one way only, whatever a damaged trie has for children. Called by routes.c.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/net/hash_chains.h"
#include "kernel/net/routes_private.h"

/* FIB_TABLE_HASHSZ, with CONFIG_IP_MULTIPLE_TABLES and without. */
#define BUCKETS 256u
#define FEW_BUCKETS 2u
#define KEY_BITS 32u
/* Children that are read at a time. */
#define BLOCK 512u

struct vector {
	uint64_t address;
	uint32_t key, pos, bits;
};

struct trie_walk {
	struct fb_route_walk *walk;
	uint32_t table; /* that it was found by: of kernels whose fib_alias do not name theirs */
	struct vector *nodes; /* owned; inner nodes whose children are still to be read */
	size_t count, room;
	uint32_t key; /* of the leaf */
};

static struct fb_error *read_vector(struct fb_route_walk *walk, uint64_t address,
				    struct vector *vector_ret)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t key = 0, pos = 0, bits = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, address, &layout->key_vector_key, &key);

	if (!err)
		err = fb_kernel_field(walk->kernel, address, &layout->key_vector_pos, &pos);
	if (!err)
		err = fb_kernel_field(walk->kernel, address, &layout->key_vector_bits, &bits);
	if (!err && pos + bits > KEY_BITS)
		err = fb_error_create(FB_CORRUPT,
				      "node 0x%" PRIx64 " has bits %" PRIu64 " to %" PRIu64,
				      address, pos, pos + bits);
	if (!err)
		*vector_ret =
			(struct vector){address, (uint32_t)key, (uint32_t)pos, (uint32_t)bits};
	return err;
}

static struct fb_error *read_hops(struct fb_route_walk *walk, struct fb_route *route, uint64_t info)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t nexthop = 0, count = 0;
	struct fb_error *err = NULL;

	if (layout->fib_info_nexthop.found) /* 4c7e8084fd46, 5.3 */
		err = fb_kernel_field(walk->kernel, info, &layout->fib_info_nexthop, &nexthop);
	if (!err && nexthop)
		return fb_route_add_nexthop(walk, route, nexthop);
	if (!err)
		err = fb_kernel_field(walk->kernel, info, &layout->fib_info_hop_count, &count);
	if (!err)
		err = fb_layout_require(&layout->fib_info_hops);
	if (!err)
		err = fb_layout_require(&layout->fib_nh_common);
	if (!err && (count > FB_MAX_ROUTE_HOPS || !layout->fib_nh.size))
		err = fb_error_create(FB_CORRUPT, "%" PRIu64 " next hops", count);
	for (uint64_t i = 0; i < count && !err; i++)
		err = fb_route_add_hop(walk, route,
				       info + layout->fib_info_hops.offset +
					       i * layout->fib_nh.size +
					       layout->fib_nh_common.offset,
				       0);
	return err;
}

static struct fb_error *read_info(struct fb_route_walk *walk, struct fb_route *route, uint64_t info)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t protocol = 0, scope = 0, source = 0, metric = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, info, &layout->fib_info_protocol, &protocol);

	if (!err)
		err = fb_kernel_field(walk->kernel, info, &layout->fib_info_scope, &scope);
	if (!err)
		err = fb_kernel_field(walk->kernel, info, &layout->fib_info_source, &source);
	if (!err)
		err = fb_kernel_field(walk->kernel, info, &layout->fib_info_metric, &metric);
	if (!err)
		err = fb_kernel_field(walk->kernel, info, &layout->fib_info_metrics,
				      &route->metrics);
	if (err)
		return err;
	route->protocol = (uint8_t)protocol;
	route->scope = (uint8_t)scope;
	route->metric = (uint32_t)metric;
	memcpy(route->preferred, &source, sizeof(uint32_t));
	return fb_route_hops_lost(walk, route, read_hops(walk, route, info));
}

static struct fb_error *read_alias(struct trie_walk *trie, uint64_t address, struct fb_route *route)
{
	struct fb_route_walk *walk = trie->walk;
	const struct fb_layout *layout = walk->layout;
	uint64_t info = 0, suffix = 0, tos = 0, type = 0, table = trie->table;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, address, &layout->fib_alias_info, &info);

	if (!err)
		err = fb_kernel_field(walk->kernel, address, &layout->fib_alias_suffix, &suffix);
	if (!err)
		err = fb_kernel_field(walk->kernel, address, &layout->fib_alias_tos, &tos);
	if (!err)
		err = fb_kernel_field(walk->kernel, address, &layout->fib_alias_type, &type);
	if (!err && layout->fib_alias_table.found)
		err = fb_kernel_field(walk->kernel, address, &layout->fib_alias_table, &table);
	if (!err && suffix > KEY_BITS)
		err = fb_error_create(FB_CORRUPT, "a destination without %" PRIu64 " of its bits",
				      suffix);
	if (err)
		return err;
	route->prefix = (uint8_t)(KEY_BITS - suffix);
	route->tos = (uint8_t)tos;
	route->type = (uint8_t)type;
	route->table = (uint32_t)table;
	return read_info(walk, route, info);
}

static struct fb_error *add_alias(void *context, uint64_t node)
{
	struct trie_walk *trie = context;
	struct fb_route_walk *walk = trie->walk;
	struct fb_route route = {.family = AF_INET,
				 .address = node - walk->layout->fib_alias_node.offset,
				 .first_hop = walk->routes.hop_count};
	uint32_t destination = htonl(trie->key);
	struct fb_error *err = read_alias(trie, route.address, &route);

	memcpy(route.destination, &destination, sizeof(destination));
	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "route 0x%" PRIx64,
				    route.address);
	return fb_route_add(walk, &route);
}

static struct fb_error *add_leaf(struct trie_walk *trie, const struct vector *leaf)
{
	struct fb_route_walk *walk = trie->walk;
	const struct fb_hash_chains chain = {.what = "routes of IPv4",
					     .address = leaf->address +
							walk->layout->key_vector_leaf.offset,
					     .count = 1,
					     .bucket = sizeof(uint64_t)};
	bool whole = true;

	trie->key = leaf->key;
	return fb_hash_chains_each(walk->kernel, &chain, walk->left, add_alias, trie, &whole);
}

/* The child of this index in a node: a leaf, whose routes are added, or an inner node. */
static struct fb_error *add_child(struct trie_walk *trie, const struct vector *node, uint64_t index,
				  uint64_t address)
{
	struct vector child = {0};
	struct fb_error *err = fb_route_step(trie->walk);

	if (!err && !fb_kernel_address_ok(address))
		err = fb_error_create(FB_CORRUPT, "node 0x%" PRIx64 " has child 0x%" PRIx64,
				      node->address, address);
	if (!err)
		err = read_vector(trie->walk, address, &child);
	if (!err && (child.pos + child.bits > node->pos || (!child.bits && child.pos) ||
		     (uint64_t)(child.key ^ node->key) >> node->pos != index))
		err = fb_error_create(FB_CORRUPT, "node 0x%" PRIx64 " is no child of 0x%" PRIx64,
				      address, node->address);
	if (!err && !child.bits)
		return add_leaf(trie, &child);
	if (!err)
		err = fb_grow_array(&trie->nodes, &trie->room, trie->count, sizeof(child),
				    FB_MAX_ROUTE_STEPS, "nodes of a trie");
	if (!err)
		trie->nodes[trie->count++] = child;
	return fb_part_warn(fb_kernel_warnings(trie->walk->kernel), err, "routes of IPv4");
}

static void note_hole(void *context, uint64_t address FB_UNUSED, size_t length FB_UNUSED,
		      struct fb_error *err)
{
	struct trie_walk *trie = context;

	fb_warn_error(fb_kernel_warnings(trie->walk->kernel), err, "routes of IPv4");
}

static struct fb_error *add_children(struct trie_walk *trie, const struct vector *node)
{
	struct fb_route_walk *walk = trie->walk;
	const uint64_t start = node->address + walk->layout->key_vector_children.offset,
		       end = 1ull << node->bits;
	uint64_t children[BLOCK];
	struct fb_error *err = NULL;

	for (uint64_t first = 0; first < end && !err; first += BLOCK) {
		const uint64_t count = end - first < BLOCK ? end - first : BLOCK;

		if (*walk->left < count)
			return fb_part_warn(fb_kernel_warnings(walk->kernel),
					    fb_error_create(FB_LIMIT, "there are too many"),
					    "routes of IPv4");
		*walk->left -= count;
		err = fb_space_read_holes(fb_kernel_space(walk->kernel),
					  start + first * sizeof(*children), children,
					  count * sizeof(*children), note_hole, trie);
		for (uint64_t i = 0; i < count && !err; i++)
			if (children[i])
				err = add_child(trie, node, first + i, children[i]);
	}
	return err;
}

/* The root is a node of no bits above all others. */
static struct fb_error *walk_trie(struct fb_route_walk *walk, uint64_t address, uint32_t table)
{
	struct trie_walk trie = {.walk = walk, .table = table};
	const struct vector root = {.address = address + walk->layout->trie_root.offset,
				    .pos = KEY_BITS};
	struct fb_error *err = add_children(&trie, &root);

	while (trie.count && !err) {
		struct vector node = trie.nodes[--trie.count];

		err = add_children(&trie, &node);
	}
	free(trie.nodes);
	return err;
}

/* Local and main are one trie until the first rule is made. */
static struct fb_error *add_table(void *context, uint64_t node)
{
	struct fb_route_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	uint64_t address = node - layout->fib_table_node.offset, number = 0, trie = 0;
	bool fresh = false;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, address, &layout->fib_table_id, &number);

	if (!err)
		err = fb_kernel_field(walk->kernel, address, &layout->fib_table_trie, &trie);
	if (!err)
		err = fb_u64_set_add(&walk->seen, trie, FB_MAX_ROUTE_STEPS, "tables of routes",
				     &fresh);
	if (!err && fresh)
		err = walk_trie(walk, trie, (uint32_t)number);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "table %" PRIu64 " of routes",
			    number);
}

struct fb_error *fb_routes_walk_ipv4(struct fb_route_walk *walk)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_hash_chains tables = {.what = "tables of routes",
					.count =
						layout->net_fib_rules.found ? BUCKETS : FEW_BUCKETS,
					.bucket = sizeof(uint64_t)};
	const struct fb_field *needed[] = {&layout->fib_table_node, &layout->trie_root,
					   &layout->key_vector_leaf, &layout->key_vector_children,
					   &layout->fib_alias_node};
	bool whole = true;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err)
		err = fb_kernel_field(walk->kernel, walk->net, &layout->net_fib_tables,
				      &tables.address);
	if (err || !tables.address) /* 0: the namespace is being made, or taken down */
		return err;
	return fb_hash_chains_each(walk->kernel, &tables, walk->left, add_table, walk, &whole);
}
