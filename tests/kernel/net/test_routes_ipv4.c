// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes of IPv4 in made tries, with hops of every kind; and tries that are damaged, or made to be walked for ever. */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/net/route_names.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/net/made_routes.h"

#define NET_10 0x0a000000u
#define NET_10_1 0x0a010000u
#define NET_192 0xc0000200u

static const struct fb_route_hop *hop_of(const struct fb_routes *routes, size_t route,
					 size_t number)
{
	return &routes->hops[routes->routes[route].first_hop + number];
}

static bool is_to(const struct fb_route *route, uint32_t key, unsigned prefix)
{
	uint32_t wanted = htonl(key);

	return !memcmp(route->destination, &wanted, 4) && route->prefix == prefix;
}

/* 0.0.0.0/0, 10.0.0.0/8 and /16 in one leaf, 10.1.0.0/16, and 192.0.2.0/24. */
static void make(struct made_routes *world, uint64_t *leaf_ret)
{
	uint64_t root, trie, top, inner, leaf;

	made_routes_create(world);
	trie = made_trie(world, &root);
	made_table(world, RT_TABLE_MAIN, trie);
	top = made_node(world, 0, 30, 2);
	inner = made_node(world, NET_10, 16, 1);
	made_child(world, root, 0, top);
	made_child(world, top, 0, inner);
	leaf = made_leaf(world, NET_10);
	made_child(world, inner, 0, leaf);
	made_route(world, leaf, RT_TABLE_MAIN, 16, made_info(world, 5, 1));
	made_route(world, leaf, RT_TABLE_MAIN, 8, made_info(world, 6, 1));
	*leaf_ret = leaf;
	leaf = made_leaf(world, NET_10_1);
	made_child(world, inner, 1, leaf);
	made_route(world, leaf, RT_TABLE_MAIN, 16, made_info(world, 7, 3));
	leaf = made_leaf(world, NET_192);
	made_child(world, top, 3, leaf);
	made_route(world, leaf, RT_TABLE_MAIN, 24, made_info(world, 0, 0));
}

static void finds_all_routes_of_a_trie(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t leaf;

	make(&world, &leaf);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 4);
	CU_ASSERT(is_to(&routes.routes[0], NET_10, 8) && routes.routes[0].metric == 6);
	CU_ASSERT(is_to(&routes.routes[1], NET_10, 16) && routes.routes[1].metric == 5);
	CU_ASSERT(is_to(&routes.routes[2], NET_10_1, 16));
	CU_ASSERT(is_to(&routes.routes[3], NET_192, 24));
	CU_ASSERT_EQUAL(routes.routes[3].hop_count, 0);
	CU_ASSERT_EQUAL_FATAL(routes.routes[2].hop_count, 3);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(hop_of(&routes, 2, i)->weight, i + 1);
	CU_ASSERT_EQUAL(hop_of(&routes, 2, 0)->gateway_family, AF_INET);
	CU_ASSERT(!memcmp(hop_of(&routes, 2, 0)->gateway, "\xc0\0\x02\x01", 5));
	CU_ASSERT_STRING_EQUAL(hop_of(&routes, 2, 0)->name, "eth0");
	CU_ASSERT_EQUAL(hop_of(&routes, 2, 0)->interface, 2);
	CU_ASSERT_EQUAL(routes.routes[2].family, AF_INET);
	CU_ASSERT_EQUAL(routes.routes[2].type, RTN_UNICAST);
	CU_ASSERT_EQUAL(routes.routes[2].protocol, RTPROT_STATIC);
	CU_ASSERT_EQUAL(routes.routes[2].table, RT_TABLE_MAIN);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
	fb_routes_deinit(&routes);
	CU_ASSERT_PTR_NULL(routes.routes);
	made_routes_destroy(&world);
}

/* Until the first rule is made, local's routes are in main's trie: each route names its table. */
static void tables_may_share_a_trie(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t root, trie, leaf;

	made_routes_create(&world);
	trie = made_trie(&world, &root);
	made_table(&world, RT_TABLE_LOCAL, trie);
	made_table(&world, RT_TABLE_MAIN, trie);
	made_table(&world, 100 + MADE_TABLES, made_trie(&world, &root)); /* empty */
	leaf = made_leaf(&world, 0);
	made_child(&world, trie + 16, 0, leaf);
	made_route(&world, leaf, RT_TABLE_LOCAL, 0, made_info(&world, 1, 0));
	made_route(&world, leaf, 100, 0, made_info(&world, 2, 0));
	made_route(&world, leaf, RT_TABLE_MAIN, 0, made_info(&world, 3, 0));
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 3);
	CU_ASSERT_EQUAL(routes.routes[0].table, RT_TABLE_MAIN);
	CU_ASSERT_EQUAL(routes.routes[1].table, 100);
	CU_ASSERT_EQUAL(routes.routes[2].table, RT_TABLE_LOCAL);
	CU_ASSERT_EQUAL(routes.routes[0].prefix, 0);
	fb_routes_deinit(&routes);
	/* Those that are asked without rules are in two chains. */
	world.made->kernel.layout.net_fib_rules.found = false;
	made_put(world.made, world.tables, 0, 8);
	made_put(world.made, world.tables + 8, 0, 8);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL(routes.count, 0);
	made_routes_destroy(&world);
}

static void reads_what_a_route_says(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t leaf, alias, info, words;
	uint32_t metrics[FB_ROUTE_METRICS];

	make(&world, &leaf);
	info = made_info(&world, 1, 1);
	alias = made_route(&world, leaf, 7, 32, info);
	words = made_alloc(world.made, 128);
	made_put(world.made, words + 4 * (RTAX_MTU - 1), 1300, 4);
	made_put(world.made, words + 4 * (FB_ROUTE_METRICS - 1), 1, 4);
	MADE_SET(world.made, alias, fib_alias_tos, 0x10);
	MADE_SET(world.made, alias, fib_alias_type, RTN_LOCAL);
	MADE_SET(world.made, info, fib_info_scope, RT_SCOPE_HOST);
	MADE_SET(world.made, info, fib_info_source, htonl(NET_192 + 9));
	MADE_SET(world.made, info, fib_info_metrics, words);
	made_hop(&world, info + 64, AF_INET6, "fe80::1", 1, RTNH_F_ONLINK | RTNH_F_DEAD);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 5);
	CU_ASSERT_EQUAL(routes.routes[4].table, 7);
	CU_ASSERT_EQUAL(routes.routes[4].tos, 0x10);
	CU_ASSERT_EQUAL(routes.routes[4].type, RTN_LOCAL);
	CU_ASSERT_EQUAL(routes.routes[4].scope, RT_SCOPE_HOST);
	CU_ASSERT(!memcmp(routes.routes[4].preferred, "\xc0\0\x02\x09", 5));
	CU_ASSERT_EQUAL(hop_of(&routes, 4, 0)->gateway_family, AF_INET6);
	CU_ASSERT_EQUAL(hop_of(&routes, 4, 0)->gateway[15], 1);
	CU_ASSERT_EQUAL(hop_of(&routes, 4, 0)->flags, RTNH_F_ONLINK | RTNH_F_DEAD);
	FB_OK(fb_route_metrics_read(&world.made->kernel, &routes.routes[4], metrics));
	CU_ASSERT_EQUAL(metrics[RTAX_MTU - 1], 1300);
	CU_ASSERT_EQUAL(metrics[FB_ROUTE_METRICS - 1], 1);
	FB_OK(fb_route_metrics_read(&world.made->kernel, &routes.routes[0], metrics));
	CU_ASSERT_EQUAL(metrics[RTAX_MTU - 1], 0);
	routes.routes[0].metrics = 8;
	FB_FAILS(fb_route_metrics_read(&world.made->kernel, &routes.routes[0], metrics), FB_FAULT);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

static void follows_nexthop_objects(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t leaf, info, members[2], group;

	make(&world, &leaf);
	members[0] = made_nexthop(&world, 7, "192.0.2.7");
	members[1] = made_nexthop(&world, 8, "192.0.2.8");
	group = made_nexthop_group(&world, 9, members, 2);
	info = made_info(&world, 0, 0);
	MADE_SET(world.made, info, fib_info_nexthop, members[0]);
	made_route(&world, leaf, 1, 32, info);
	info = made_info(&world, 0, 0);
	MADE_SET(world.made, info, fib_info_nexthop, group);
	made_route(&world, leaf, 2, 32, info);
	/* A group in a group, which the kernel refuses, costs its hops. */
	members[0] = group;
	info = made_info(&world, 0, 0);
	MADE_SET(world.made, info, fib_info_nexthop, made_nexthop_group(&world, 10, members, 2));
	made_route(&world, leaf, 3, 32, info);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 7);
	CU_ASSERT_EQUAL(routes.routes[4].nexthop, 7);
	CU_ASSERT_EQUAL(routes.routes[4].hop_count, 1);
	CU_ASSERT_EQUAL(hop_of(&routes, 4, 0)->gateway[3], 7);
	CU_ASSERT_EQUAL(routes.routes[5].nexthop, 9);
	CU_ASSERT_EQUAL_FATAL(routes.routes[5].hop_count, 2);
	CU_ASSERT(hop_of(&routes, 5, 1)->gateway[3] == 8 && hop_of(&routes, 5, 1)->weight == 11);
	CU_ASSERT(routes.routes[6].hops_lost && routes.routes[6].nexthop == 10);
	CU_ASSERT(!routes.routes[5].hops_lost);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 1);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

static void a_nexthop_that_rejects_makes_a_blackhole(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t leaf, info, nexthop, of_nexthop;

	make(&world, &leaf);
	nexthop = made_nexthop(&world, 7, "192.0.2.7");
	memcpy(&of_nexthop, made_at(world.made, nexthop + 16), 8);
	MADE_SET(world.made, of_nexthop, nexthop_info_reject, 1);
	info = made_info(&world, 0, 0);
	MADE_SET(world.made, info, fib_info_nexthop, nexthop);
	made_route(&world, leaf, 1, 32, info);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 5);
	CU_ASSERT_EQUAL(routes.routes[4].type, RTN_BLACKHOLE);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

/* Each of these, in place of a trie's first node. What is beside it is still found. */
static void damaged_nodes_cost_what_is_below_them(void)
{
	static const struct {
		uint32_t key;
		uint8_t pos, bits;
	} nodes[] = {
		{0, 31, 2}, {0, 255, 1},      {0, 0, 33},      {0, 0, 255},
		{0, 4, 0},  {NET_192, 30, 1}, {NET_192, 0, 0}, {0, 32, 0},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(nodes); i++) {
		struct made_routes world;
		struct fb_routes routes;
		uint64_t root, trie, top, wrong, leaf;

		made_routes_create(&world);
		trie = made_trie(&world, &root);
		made_table(&world, RT_TABLE_MAIN, trie);
		top = made_node(&world, 0, 31, 1);
		made_child(&world, root, 0, top);
		wrong = made_node(&world, nodes[i].key, 0, 2);
		MADE_SET(world.made, wrong, key_vector_pos, nodes[i].pos);
		MADE_SET(world.made, wrong, key_vector_bits, nodes[i].bits);
		made_child(&world, top, 0, wrong);
		leaf = made_leaf(&world, NET_192);
		made_child(&world, top, 1, leaf);
		made_route(&world, leaf, RT_TABLE_MAIN, 24, made_info(&world, 0, 0));
		routes = made_routes_load(&world);
		CU_ASSERT_EQUAL(routes.count, 1);
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 1);
		fb_routes_deinit(&routes);
		made_routes_destroy(&world);
	}
}

/* A node is its own child, or two nodes have one below them. */
static void loops_are_walked_once(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t root, trie, top, inner, leaf;

	made_routes_create(&world);
	trie = made_trie(&world, &root);
	made_table(&world, RT_TABLE_MAIN, trie);
	top = made_node(&world, 0, 31, 1);
	inner = made_node(&world, 0, 30, 1);
	leaf = made_leaf(&world, 0);
	made_child(&world, root, 0, top);
	made_child(&world, top, 0, inner);
	made_child(&world, top, 1, inner);
	made_child(&world, inner, 0, leaf);
	made_child(&world, inner, 1, top);
	made_route(&world, leaf, RT_TABLE_MAIN, 8, made_info(&world, 0, 0));
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL(routes.count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 2);
	fb_routes_deinit(&routes);
	/* A list of routes that comes back to itself. */
	uint64_t alias = made_route(&world, leaf, RT_TABLE_MAIN, 9, made_info(&world, 0, 0));
	made_put(world.made, alias + 8, alias + 8, 8);
	routes = made_routes_load(&world);
	CU_ASSERT(routes.count >= 1 && routes.count < 5);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

/* A node of 2^31 children is read as long as steps are left. */
static void a_large_node_ends_with_the_steps(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t leaf, root, trie, wide;

	make(&world, &leaf);
	trie = made_trie(&world, &root);
	made_table(&world, 5, trie);
	wide = made_leaf(&world, 0);
	made_child(&world, root, 0, wide);
	MADE_SET(world.made, wide, key_vector_bits, 32);
	world.left = 100000;
	routes = made_routes_load(&world);
	CU_ASSERT(routes.count <= 4);
	CU_ASSERT(world.left < 100000);
	CU_ASSERT(world.made->reads < 100000);
	CU_ASSERT(fb_warnings_count(world.made->warnings) >= 1);
	fb_routes_deinit(&routes);
	world.left = 0;
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL(routes.count, 0);
	made_routes_destroy(&world);
}

static void damaged_routes_cost_themselves(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t leaf, info;

	make(&world, &leaf);
	MADE_SET(world.made, made_route(&world, leaf, 1, 1, made_info(&world, 0, 0)),
		 fib_alias_suffix, 33);
	made_route(&world, leaf, 2, 1, 8); /* nowhere */
	info = made_info(&world, 0, 0);
	MADE_SET(world.made, info, fib_info_hop_count, 0x7fffffff);
	made_route(&world, leaf, 3, 1, info);
	info = made_info(&world, 0, 2);
	made_put(world.made, info + 64 + MADE_HOP + 12, 77, 1); /* a gateway of no family */
	made_route(&world, leaf, 4, 1, info);
	info = made_info(&world, 0, 1);
	MADE_SET(world.made, info + 64, hop_device, 8); /* a hop whose interface is gone */
	made_route(&world, leaf, 5, 1, info);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 7);
	CU_ASSERT(routes.routes[4].table == 3 && routes.routes[4].hops_lost &&
		  !routes.routes[4].hop_count);
	CU_ASSERT(routes.routes[5].table == 4 && routes.routes[5].hops_lost &&
		  routes.routes[5].hop_count == 1);
	CU_ASSERT(routes.routes[6].table == 5 && !routes.routes[6].hops_lost);
	CU_ASSERT_STRING_EQUAL(hop_of(&routes, 6, 0)->name, "");
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 4);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

static void names_are_those_of_ip(void)
{
	CU_ASSERT_STRING_EQUAL(fb_route_type_name(RTN_BLACKHOLE), "blackhole");
	CU_ASSERT_STRING_EQUAL(fb_route_type_name(RTN_THROW), "throw");
	CU_ASSERT_PTR_NULL(fb_route_type_name(99));
	CU_ASSERT_STRING_EQUAL(fb_route_protocol_name(RTPROT_DHCP), "dhcp");
	CU_ASSERT_PTR_NULL(fb_route_protocol_name(77));
	CU_ASSERT_STRING_EQUAL(fb_route_scope_name(RT_SCOPE_LINK), "link");
	CU_ASSERT_PTR_NULL(fb_route_scope_name(7));
	CU_ASSERT_STRING_EQUAL(fb_route_table_name(RT_TABLE_LOCAL), "local");
	CU_ASSERT_PTR_NULL(fb_route_table_name(UINT32_MAX));
	CU_ASSERT_STRING_EQUAL(fb_route_metric_name(RTAX_MTU), "mtu");
	CU_ASSERT_STRING_EQUAL(fb_route_metric_name(FB_ROUTE_METRICS), "fastopen_no_cookie");
	CU_ASSERT_PTR_NULL(fb_route_metric_name(FB_ROUTE_METRICS + 1));
	CU_ASSERT_STRING_EQUAL(fb_route_hop_flag_name(2), "onlink");
	CU_ASSERT_PTR_NULL(fb_route_hop_flag_name(7));
}

static struct fb_error *ask(void *context)
{
	struct made_routes *world = context;
	struct fb_routes routes = {0};
	uint64_t left = FB_MAX_ROUTE_STEPS;
	struct fb_error *err = fb_routes_load(&world->made->kernel, world->net, &left, &routes);

	fb_routes_deinit(&routes);
	return err;
}

static void fatal_errors_pass(void)
{
	struct made_routes world;
	uint64_t leaf, members[2], info;

	make(&world, &leaf);
	members[0] = made_nexthop(&world, 7, "192.0.2.7");
	members[1] = made_nexthop(&world, 8, "192.0.2.8");
	info = made_info(&world, 0, 0);
	MADE_SET(world.made, info, fib_info_nexthop, made_nexthop_group(&world, 9, members, 2));
	made_route(&world, leaf, 2, 32, info);
	CU_ASSERT(failing_made_must_pass(world.made, ask, &world) > 60);
	made_routes_destroy(&world);
}

FB_TEST_MAIN("kernel/routes_ipv4", FB_TEST(finds_all_routes_of_a_trie),
	     FB_TEST(tables_may_share_a_trie), FB_TEST(reads_what_a_route_says),
	     FB_TEST(follows_nexthop_objects), FB_TEST(a_nexthop_that_rejects_makes_a_blackhole),
	     FB_TEST(damaged_nodes_cost_what_is_below_them), FB_TEST(loops_are_walked_once),
	     FB_TEST(a_large_node_ends_with_the_steps), FB_TEST(damaged_routes_cost_themselves),
	     FB_TEST(names_are_those_of_ip), FB_TEST(fatal_errors_pass))
