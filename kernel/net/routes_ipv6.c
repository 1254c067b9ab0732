// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the trees of IPv6's routes (net/ipv6/ip6_fib.c): binary trees of prefixes, whose nodes may have a tree of
 * sources below them, and lead to a chain of routes to one destination. The hops of a route are routes of their own,
 * which are in a list of siblings. Called by routes.c.
 */
#include <inttypes.h>
#include <linux/ipv6_route.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/net/hash_chains.h"
#include "kernel/net/routes_private.h"

/* FIB6_TABLE_HASHSZ, with CONFIG_IPV6_MULTIPLE_TABLES and without. */
#define BUCKETS 256u
#define ONE_BUCKET 1u
/* fib6_node.fn_flags: the node has routes of its own; else its leaf is another's. */
#define NODE_HAS_ROUTES 4u
#define IPV6_BITS 128u

struct tree_walk {
	struct fb_route_walk *walk;
	uint32_t table;
	uint64_t none;   /* the route of those that have none, in the main table's root */
	uint64_t *nodes; /* owned; still to be read */
	size_t count, room;
};

/* struct rt6key */
static struct fb_error *read_key(struct fb_route_walk *walk, uint64_t base,
				 const struct fb_field *field, uint8_t ip[16], uint8_t *prefix)
{
	uint64_t bits = 0;
	struct fb_error *err = fb_layout_require(field);

	if (!err)
		err = fb_space_read(fb_kernel_space(walk->kernel), base + field->offset, ip, 16);
	if (!err)
		err = fb_kernel_field(walk->kernel, base + field->offset,
				      &walk->layout->rt6key_prefix, &bits);
	if (!err && bits > IPV6_BITS)
		err = fb_error_create(FB_CORRUPT, "a prefix of %" PRIu64 " bits", bits);
	*prefix = (uint8_t)bits;
	return err;
}

static struct fb_error *read_words(struct fb_route_walk *walk, struct fb_route *route)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t flags = 0, metric = 0, protocol = 0, type = 0, expires = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, route->address, &layout->fib6_flags, &flags);

	if (!err)
		err = fb_kernel_field(walk->kernel, route->address, &layout->fib6_metric, &metric);
	if (!err)
		err = fb_kernel_field(walk->kernel, route->address, &layout->fib6_protocol,
				      &protocol);
	if (!err)
		err = fb_kernel_field(walk->kernel, route->address, &layout->fib6_type, &type);
	if (!err)
		err = fb_kernel_field(walk->kernel, route->address, &layout->fib6_metrics,
				      &route->metrics);
	if (!err && flags & RTF_EXPIRES)
		err = fb_kernel_field(walk->kernel, route->address, &layout->fib6_expires,
				      &expires);
	route->flags = (uint32_t)flags;
	route->metric = (uint32_t)metric;
	route->protocol = (uint8_t)protocol;
	route->type = (uint8_t)type;
	route->expires = expires;
	return err;
}

static struct fb_error *read_route(struct fb_route_walk *walk, struct fb_route *route)
{
	const struct fb_layout *layout = walk->layout;
	uint8_t unused;
	struct fb_error *err = read_key(walk, route->address, &layout->fib6_destination,
					route->destination, &route->prefix);

	if (!err)
		err = read_key(walk, route->address, &layout->fib6_source, route->source,
			       &route->source_prefix);
	if (!err)
		err = read_key(walk, route->address, &layout->fib6_preferred, route->preferred,
			       &unused);
	return err ? err : read_words(walk, route);
}

/* The hop of one route. */
static struct fb_error *add_own_hop(struct fb_route_walk *walk, struct fb_route *route,
				    uint64_t address)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_error *err = fb_layout_require(&layout->fib6_hop);

	if (!err)
		err = fb_layout_require(&layout->fib6_nh_common);
	return err ? err
		   : fb_route_add_hop(
			     walk, route,
			     address + layout->fib6_hop.offset + layout->fib6_nh_common.offset, 0);
}

struct sibling_walk {
	struct fb_route_walk *walk;
	struct fb_route *route;
};

/* It is in the chain of its node too, where it is left out then. */
static struct fb_error *add_sibling(void *context, uint64_t entry)
{
	struct sibling_walk *siblings = context;
	uint64_t address = entry - siblings->walk->layout->fib6_siblings.offset;
	bool fresh = false;
	struct fb_error *err = fb_u64_set_add(&siblings->walk->seen, address, FB_MAX_ROUTE_STEPS,
					      "routes", &fresh);

	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is a hop of two routes", address);
	return err ? err : add_own_hop(siblings->walk, siblings->route, address);
}

static struct fb_error *read_hops(struct fb_route_walk *walk, struct fb_route *route)
{
	const struct fb_layout *layout = walk->layout;
	struct sibling_walk siblings = {walk, route};
	uint64_t nexthop = 0, count = 0;
	struct fb_error *err = NULL;

	if (layout->fib6_nexthop.found) /* f88d8ea67fbd, 5.3 */
		err = fb_kernel_field(walk->kernel, route->address, &layout->fib6_nexthop,
				      &nexthop);
	if (!err && nexthop)
		return fb_route_add_nexthop(walk, route, nexthop);
	if (!err)
		err = add_own_hop(walk, route, route->address);
	if (!err)
		err = fb_kernel_field(walk->kernel, route->address, &layout->fib6_sibling_count,
				      &count);
	if (err || !count)
		return err;
	err = fb_layout_require(&layout->fib6_siblings);
	return err ? err
		   : fb_kernel_list(walk->kernel, route->address + layout->fib6_siblings.offset,
				    FB_MAX_ROUTE_HOPS, add_sibling, &siblings);
}

static struct fb_error *add_route(struct tree_walk *tree, uint64_t address)
{
	struct fb_route_walk *walk = tree->walk;
	struct fb_route route = {.family = AF_INET6,
				 .table = tree->table,
				 .scope = RT_SCOPE_UNIVERSE,
				 .address = address,
				 .first_hop = walk->routes.hop_count};
	struct fb_error *err = read_route(walk, &route);

	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "route 0x%" PRIx64,
				    address);
	err = fb_route_hops_lost(walk, &route, read_hops(walk, &route));
	return err ? err : fb_route_add(walk, &route);
}

/* Routes to one destination. Those that are hops of one before have been seen; `mark` is one that was met before, and
 * is moved on at each power of two of steps (Brent's method). */
static struct fb_error *add_chain(struct tree_walk *tree, uint64_t address)
{
	struct fb_route_walk *walk = tree->walk;
	uint64_t mark = 0;
	struct fb_error *err = NULL;

	for (uint64_t steps = 1; address && !err; steps++) {
		bool fresh = false;

		err = fb_route_step(walk);
		if (!err && (!fb_kernel_address_ok(address) || address == mark))
			err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no further route",
					      address);
		if (!err)
			err = fb_u64_set_add(&walk->seen, address, FB_MAX_ROUTE_STEPS, "routes",
					     &fresh);
		if (!err && fresh && address != tree->none)
			err = add_route(tree, address);
		if (!(steps & (steps - 1)))
			mark = address;
		if (!err)
			err = fb_kernel_field(walk->kernel, address, &walk->layout->fib6_next,
					      &address);
	}
	return err;
}

static struct fb_error *add_node(struct tree_walk *tree, uint64_t address)
{
	bool fresh = false;
	struct fb_error *err;

	if (!address)
		return NULL;
	err = fb_route_step(tree->walk);
	if (!err && !fb_kernel_address_ok(address))
		err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no node", address);
	if (!err)
		err = fb_u64_set_add(&tree->walk->seen, address, FB_MAX_ROUTE_STEPS,
				     "nodes of routes", &fresh);
	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "node 0x%" PRIx64 " is in the trees twice",
				      address);
	if (!err)
		err = fb_grow_array(&tree->nodes, &tree->room, tree->count, sizeof(*tree->nodes),
				    FB_MAX_ROUTE_STEPS, "nodes of routes");
	if (!err)
		tree->nodes[tree->count++] = address;
	return err;
}

static struct fb_error *read_node(struct tree_walk *tree, uint64_t address)
{
	const struct fb_layout *layout = tree->walk->layout;
	struct fb_kernel *kernel = tree->walk->kernel;
	const struct fb_field *const below[] = {&layout->fib6_node_right, &layout->fib6_node_left,
						&layout->fib6_node_subtree};
	uint64_t flags = 0, leaf = 0;
	struct fb_error *err = fb_kernel_field(kernel, address, &layout->fib6_node_flags, &flags);

	if (!err)
		err = fb_kernel_field(kernel, address, &layout->fib6_node_leaf, &leaf);
	if (!err && flags & NODE_HAS_ROUTES)
		err = add_chain(tree, leaf);
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "routes of IPv6");
	for (size_t i = 0; i < FB_ARRAY_SIZE(below) && !err; i++) {
		uint64_t child = 0;

		if (!below[i]->found) /* subtree: CONFIG_IPV6_SUBTREES */
			continue;
		err = fb_kernel_field(kernel, address, below[i], &child);
		if (!err)
			err = add_node(tree, child);
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "routes of IPv6");
	}
	return err;
}

static struct fb_error *add_table(void *context, uint64_t node)
{
	struct fb_route_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	struct tree_walk tree = {.walk = walk};
	uint64_t address = node - layout->fib6_table_node.offset, number = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, address, &layout->fib6_table_id, &number);

	if (!err)
		err = fb_kernel_field(walk->kernel, walk->net, &layout->net_fib6_none, &tree.none);
	tree.table = (uint32_t)number;
	if (!err)
		err = add_node(&tree, address + layout->fib6_table_root.offset);
	while (tree.count && !err)
		err = read_node(&tree, tree.nodes[--tree.count]);
	free(tree.nodes);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err,
			    "table %" PRIu64 " of routes of IPv6", number);
}

struct fb_error *fb_routes_walk_ipv6(struct fb_route_walk *walk)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_hash_chains tables = {.what = "tables of routes of IPv6",
					.count =
						layout->net_fib6_rules.found ? BUCKETS : ONE_BUCKET,
					.bucket = sizeof(uint64_t)};
	bool whole = true;
	struct fb_error *err = fb_layout_require(&layout->fib6_table_node);

	if (!err)
		err = fb_layout_require(&layout->fib6_table_root);
	if (!err)
		err = fb_kernel_field(walk->kernel, walk->net, &layout->net_fib6_tables,
				      &tables.address);
	if (err || !tables.address)
		return err;
	return fb_hash_chains_each(walk->kernel, &tables, walk->left, add_table, walk, &whole);
}
