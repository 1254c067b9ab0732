/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A namespace of a made kernel whose tables of routes a test fills, with next hops and nexthop objects. */
#ifndef FB_TESTS_KERNEL_MADE_ROUTES_H
#define FB_TESTS_KERNEL_MADE_ROUTES_H

#include "kernel/net/routes.h"
#include "tests/kernel/made_kernel.h"

#define MADE_TABLES 256u /* chains of tables */
#define MADE_HOP 96u     /* bytes of a struct fib_nh, or fib6_nh */
#define MADE_GROUP_ENTRY 32u

struct made_routes {
	struct made_kernel *made;
	uint64_t net, tables, tables6; /* the struct net, and its chains */
	uint64_t device;               /* "eth0", index 2 */
	uint64_t left;                 /* steps */
};

void made_routes_create(struct made_routes *world);
void made_routes_destroy(struct made_routes *world);

/* Loads the routes of the namespace; the test ends where that fails. */
struct fb_routes made_routes_load(struct made_routes *world);
/* A struct fib_nh_common at address: gateway (of family, 4 or 16 bytes; 0: none) on eth0. */
void made_hop(struct made_routes *world, uint64_t address, unsigned family, const char *gateway,
	      unsigned weight, unsigned flags);
/* A nexthop object of one hop, and one of a group of count others. */
uint64_t made_nexthop(struct made_routes *world, unsigned id, const char *gateway);
uint64_t made_nexthop_group(struct made_routes *world, unsigned id, const uint64_t *members,
			    unsigned count);

/* IPv4: a table with a trie (0: a trie of its own), a leaf with no routes, a node of bits at pos, a route of a leaf,
 * and that route's struct fib_info, with room for hops. */
uint64_t made_trie(struct made_routes *world, uint64_t *root_ret);
uint64_t made_table(struct made_routes *world, unsigned id, uint64_t trie);
uint64_t made_leaf(struct made_routes *world, uint32_t key);
uint64_t made_node(struct made_routes *world, uint32_t key, unsigned pos, unsigned bits);
void made_child(struct made_routes *world, uint64_t node, unsigned index, uint64_t child);
uint64_t made_route(struct made_routes *world, uint64_t leaf, unsigned table, unsigned prefix,
		    uint64_t info);
uint64_t made_info(struct made_routes *world, unsigned metric, unsigned hops);

/* IPv6: a table, whose root node goes to root_ret; a node; a route at the end of a node's chain. */
uint64_t made_table6(struct made_routes *world, unsigned id, uint64_t *root_ret);
uint64_t made_node6(struct made_routes *world);
uint64_t made_route6(struct made_routes *world, uint64_t node, const char *destination,
		     unsigned prefix, unsigned metric);

#endif
