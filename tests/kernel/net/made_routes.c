// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_routes.h. */
#include "tests/kernel/net/made_routes.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/net/made_net.h"

#define HAS_ROUTES 4u
#define INFO 64u   /* bytes of a struct fib_info without its hops */
#define INFO6 160u /* of a struct fib6_info */

static void put_hop_members(struct made_kernel *made)
{
	MADE_FIELD(made, hop_device, 0, 8);
	MADE_FIELD(made, hop_interface, 8, 4);
	MADE_FIELD(made, hop_gateway_family, 12, 1);
	MADE_FIELD(made, hop_flags, 13, 1);
	MADE_FIELD(made, hop_gateway, 16, 16);
	MADE_FIELD(made, hop_weight, 32, 4);
	MADE_FIELD(made, dst_metrics, 0, 68);
	MADE_FIELD(made, nexthop_id, 8, 4);
	MADE_FIELD(made, nexthop_is_group, 12, 1);
	MADE_FIELD(made, nexthop_info, 16, 8);
	MADE_FIELD(made, nexthop_info_reject, 0, 1);
	MADE_FIELD(made, nexthop_info_hop, 16, MADE_HOP);
	MADE_FIELD(made, nexthop_group_count, 8, 2);
	MADE_FIELD(made, nexthop_group_entries, 16, 0);
	MADE_FIELD(made, nexthop_entry_hop, 0, 8);
	MADE_FIELD(made, nexthop_entry_weight, 16, 1);
	made->kernel.layout.nh_grp_entry.size = MADE_GROUP_ENTRY;
}

static void put_ipv4_members(struct made_kernel *made)
{
	MADE_FIELD(made, net_fib_tables, 0, 8);
	MADE_FIELD(made, net_fib_rules, 16, 8);
	MADE_FIELD(made, fib_table_node, 8, 16);
	MADE_FIELD(made, fib_table_id, 0, 4);
	MADE_FIELD(made, fib_table_trie, 24, 8);
	MADE_FIELD(made, trie_root, 16, 16);
	MADE_FIELD(made, key_vector_key, 0, 4);
	MADE_FIELD(made, key_vector_pos, 4, 1);
	MADE_FIELD(made, key_vector_bits, 5, 1);
	MADE_FIELD(made, key_vector_leaf, 8, 8);
	MADE_FIELD(made, key_vector_children, 8, 0);
	MADE_FIELD(made, fib_alias_node, 8, 16);
	MADE_FIELD(made, fib_alias_info, 24, 8);
	MADE_FIELD(made, fib_alias_tos, 32, 1);
	MADE_FIELD(made, fib_alias_type, 33, 1);
	MADE_FIELD(made, fib_alias_suffix, 34, 1);
	MADE_FIELD(made, fib_alias_table, 36, 4);
	MADE_FIELD(made, fib_info_protocol, 0, 1);
	MADE_FIELD(made, fib_info_scope, 1, 1);
	MADE_FIELD(made, fib_info_source, 4, 4);
	MADE_FIELD(made, fib_info_metric, 8, 4);
	MADE_FIELD(made, fib_info_hop_count, 12, 4);
	MADE_FIELD(made, fib_info_metrics, 16, 8);
	MADE_FIELD(made, fib_info_nexthop, 24, 8);
	MADE_FIELD(made, fib_info_hops, INFO, 0);
	MADE_FIELD(made, fib_nh_common, 0, 64);
	made->kernel.layout.fib_nh.size = MADE_HOP;
}

static void put_ipv6_members(struct made_kernel *made)
{
	MADE_FIELD(made, net_fib6_tables, 8, 8);
	MADE_FIELD(made, net_fib6_rules, 24, 8);
	MADE_FIELD(made, net_fib6_none, 32, 8);
	MADE_FIELD(made, fib6_table_node, 8, 16);
	MADE_FIELD(made, fib6_table_id, 0, 4);
	MADE_FIELD(made, fib6_table_root, 32, 64);
	MADE_FIELD(made, fib6_node_left, 0, 8);
	MADE_FIELD(made, fib6_node_right, 8, 8);
	MADE_FIELD(made, fib6_node_subtree, 16, 8);
	MADE_FIELD(made, fib6_node_leaf, 24, 8);
	MADE_FIELD(made, fib6_node_flags, 32, 2);
	MADE_FIELD(made, fib6_next, 0, 8);
	MADE_FIELD(made, fib6_siblings, 8, 16);
	MADE_FIELD(made, fib6_sibling_count, 24, 4);
	MADE_FIELD(made, fib6_flags, 28, 4);
	MADE_FIELD(made, fib6_expires, 32, 8);
	MADE_FIELD(made, fib6_metrics, 40, 8);
	MADE_FIELD(made, fib6_metric, 48, 4);
	MADE_FIELD(made, fib6_protocol, 52, 1);
	MADE_FIELD(made, fib6_type, 53, 1);
	MADE_FIELD(made, fib6_nexthop, 56, 8);
	MADE_FIELD(made, fib6_destination, 64, 20);
	MADE_FIELD(made, fib6_source, 84, 20);
	MADE_FIELD(made, fib6_preferred, 104, 20);
	MADE_FIELD(made, fib6_hop, INFO6, 0);
	MADE_FIELD(made, fib6_nh_common, 0, 64);
	MADE_FIELD(made, rt6key_prefix, 16, 4);
}

void made_routes_create(struct made_routes *world)
{
	struct made_kernel *made = made_kernel_create();

	*world = (struct made_routes){.made = made, .left = FB_MAX_ROUTE_STEPS};
	made_net_members(made);
	put_hop_members(made);
	put_ipv4_members(made);
	put_ipv6_members(made);
	world->net = made_alloc(made, 64);
	world->tables = made_alloc(made, 8 * MADE_TABLES);
	world->tables6 = made_alloc(made, 8 * MADE_TABLES);
	world->device = made_net_device(made, world->net, "eth0", 2);
	MADE_SET(made, world->net, net_fib_tables, world->tables);
	MADE_SET(made, world->net, net_fib6_tables, world->tables6);
}

void made_routes_destroy(struct made_routes *world)
{
	made_kernel_destroy(world->made);
}

struct fb_routes made_routes_load(struct made_routes *world)
{
	struct fb_routes routes = {0};

	FB_OK_FATAL(fb_routes_load(&world->made->kernel, world->net, &world->left, &routes));
	return routes;
}

void made_hop(struct made_routes *world, uint64_t address, unsigned family, const char *gateway,
	      unsigned weight, unsigned flags)
{
	struct made_kernel *made = world->made;

	MADE_SET(made, address, hop_device, world->device);
	MADE_SET(made, address, hop_interface, 2);
	MADE_SET(made, address, hop_gateway_family, family);
	MADE_SET(made, address, hop_flags, flags);
	MADE_SET(made, address, hop_weight, weight);
	if (family)
		CU_ASSERT_EQUAL_FATAL(
			inet_pton((int)family, gateway,
				  made_at(made, address + made->kernel.layout.hop_gateway.offset)),
			1);
}

uint64_t made_nexthop(struct made_routes *world, unsigned id, const char *gateway)
{
	struct made_kernel *made = world->made;
	uint64_t nexthop = made_alloc(made, 64), info = made_alloc(made, 128);

	MADE_SET(made, nexthop, nexthop_id, id);
	MADE_SET(made, nexthop, nexthop_info, info);
	made_hop(world, info + made->kernel.layout.nexthop_info_hop.offset, AF_INET, gateway, 1, 0);
	return nexthop;
}

uint64_t made_nexthop_group(struct made_routes *world, unsigned id, const uint64_t *members,
			    unsigned count)
{
	struct made_kernel *made = world->made;
	uint64_t nexthop = made_alloc(made, 64),
		 group = made_alloc(made, 16 + count * MADE_GROUP_ENTRY);

	MADE_SET(made, nexthop, nexthop_id, id);
	MADE_SET(made, nexthop, nexthop_is_group, 1);
	MADE_SET(made, nexthop, nexthop_info, group);
	MADE_SET(made, group, nexthop_group_count, count);
	for (unsigned i = 0; i < count; i++) {
		MADE_SET(made, group + 16 + i * MADE_GROUP_ENTRY, nexthop_entry_hop, members[i]);
		MADE_SET(made, group + 16 + i * MADE_GROUP_ENTRY, nexthop_entry_weight, i + 10);
	}
	return nexthop;
}

uint64_t made_trie(struct made_routes *world, uint64_t *root_ret)
{
	uint64_t trie = made_alloc(world->made, 64);

	*root_ret = trie + 16;
	return trie;
}

/* Puts a node at the head of a chain. */
static void chain(struct made_kernel *made, uint64_t head, uint64_t node)
{
	uint64_t next;

	memcpy(&next, made_at(made, head), 8);
	made_put(made, node, next, 8);
	made_put(made, head, node, 8);
}

uint64_t made_table(struct made_routes *world, unsigned id, uint64_t trie)
{
	struct made_kernel *made = world->made;
	uint64_t table = made_alloc(made, 64);

	MADE_SET(made, table, fib_table_id, id);
	MADE_SET(made, table, fib_table_trie, trie);
	chain(made, world->tables + 8ull * (id % MADE_TABLES), table + 8);
	return table;
}

uint64_t made_leaf(struct made_routes *world, uint32_t key)
{
	return made_node(world, key, 0, 0);
}

uint64_t made_node(struct made_routes *world, uint32_t key, unsigned pos, unsigned bits)
{
	uint64_t node = made_alloc(world->made, 8 + (8ull << bits));

	MADE_SET(world->made, node, key_vector_key, key);
	MADE_SET(world->made, node, key_vector_pos, pos);
	MADE_SET(world->made, node, key_vector_bits, bits);
	return node;
}

void made_child(struct made_routes *world, uint64_t node, unsigned index, uint64_t child)
{
	made_put(world->made, node + 8 + 8ull * index, child, 8);
}

uint64_t made_route(struct made_routes *world, uint64_t leaf, unsigned table, unsigned prefix,
		    uint64_t info)
{
	struct made_kernel *made = world->made;
	uint64_t alias = made_alloc(made, 64);

	MADE_SET(made, alias, fib_alias_info, info);
	MADE_SET(made, alias, fib_alias_type, RTN_UNICAST);
	MADE_SET(made, alias, fib_alias_suffix, 32 - prefix);
	MADE_SET(made, alias, fib_alias_table, table);
	chain(made, leaf + 8, alias + 8);
	return alias;
}

uint64_t made_info(struct made_routes *world, unsigned metric, unsigned hops)
{
	struct made_kernel *made = world->made;
	uint64_t info = made_alloc(made, INFO + hops * MADE_HOP);

	MADE_SET(made, info, fib_info_protocol, RTPROT_STATIC);
	MADE_SET(made, info, fib_info_metric, metric);
	MADE_SET(made, info, fib_info_hop_count, hops);
	for (unsigned i = 0; i < hops; i++)
		made_hop(world, info + INFO + i * MADE_HOP, AF_INET, "192.0.2.1", i + 1, 0);
	return info;
}

uint64_t made_table6(struct made_routes *world, unsigned id, uint64_t *root_ret)
{
	struct made_kernel *made = world->made;
	uint64_t table = made_alloc(made, 128);

	MADE_SET(made, table, fib6_table_id, id);
	chain(made, world->tables6 + 8ull * (id % MADE_TABLES), table + 8);
	*root_ret = table + made->kernel.layout.fib6_table_root.offset;
	return table;
}

uint64_t made_node6(struct made_routes *world)
{
	return made_alloc(world->made, 64);
}

uint64_t made_route6(struct made_routes *world, uint64_t node, const char *destination,
		     unsigned prefix, unsigned metric)
{
	struct made_kernel *made = world->made;
	uint64_t route = made_alloc(made, INFO6 + MADE_HOP), last = node + 24, next;

	CU_ASSERT_EQUAL_FATAL(inet_pton(AF_INET6, destination, made_at(made, route + 64)), 1);
	made_put(made, route + 64 + 16, prefix, 4);
	MADE_SET(made, route, fib6_metric, metric);
	MADE_SET(made, route, fib6_type, RTN_UNICAST);
	MADE_SET(made, route, fib6_protocol, RTPROT_KERNEL);
	made_list_init(made, route + 8);
	made_hop(world, route + INFO6, 0, NULL, 1, 0);
	MADE_SET(made, node, fib6_node_flags, HAS_ROUTES);
	for (memcpy(&next, made_at(made, last), 8); next; memcpy(&next, made_at(made, last), 8))
		last = next;
	made_put(made, last, route, 8);
	return route;
}
