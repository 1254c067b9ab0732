// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes of IPv6 in made trees, with hops of every kind; and trees and chains that are damaged. */
#include <arpa/inet.h>
#include <linux/ipv6_route.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/net/made_routes.h"

static bool is_to(const struct fb_route *route, const char *destination, unsigned prefix)
{
	uint8_t wanted[16];

	return inet_pton(AF_INET6, destination, wanted) == 1 &&
	       !memcmp(route->destination, wanted, 16) && route->prefix == prefix;
}

/* Main: two routes to one destination left, one right; in a tree of sources below it one more. */
static void make(struct made_routes *world, uint64_t *root_ret)
{
	uint64_t left, right, source;

	made_routes_create(world);
	made_table6(world, RT_TABLE_MAIN, root_ret);
	left = made_node6(world);
	right = made_node6(world);
	source = made_node6(world);
	MADE_SET(world->made, *root_ret, fib6_node_left, left);
	MADE_SET(world->made, *root_ret, fib6_node_right, right);
	MADE_SET(world->made, right, fib6_node_subtree, source);
	made_route6(world, left, "2001:db8::", 32, 1024);
	made_route6(world, left, "2001:db8::", 32, 50);
	made_route6(world, right, "fe80::", 64, 256);
	made_route6(world, source, "fe80::", 64, 300);
}

static void finds_all_routes_of_a_tree(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t root, shared;

	make(&world, &root);
	/* The root has no routes: its leaf is that of a node below it. */
	memcpy(&shared, made_at(world.made, root), 8);
	memcpy(&shared, made_at(world.made, shared + 24), 8);
	MADE_SET(world.made, root, fib6_node_leaf, shared);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 4);
	CU_ASSERT(is_to(&routes.routes[0], "2001:db8::", 32) && routes.routes[0].metric == 50);
	CU_ASSERT(is_to(&routes.routes[1], "2001:db8::", 32) && routes.routes[1].metric == 1024);
	CU_ASSERT(is_to(&routes.routes[2], "fe80::", 64) && routes.routes[2].metric == 256);
	CU_ASSERT(is_to(&routes.routes[3], "fe80::", 64) && routes.routes[3].metric == 300);
	CU_ASSERT_EQUAL(routes.routes[0].family, AF_INET6);
	CU_ASSERT_EQUAL(routes.routes[0].table, RT_TABLE_MAIN);
	CU_ASSERT_EQUAL(routes.routes[0].type, RTN_UNICAST);
	CU_ASSERT_EQUAL(routes.routes[0].protocol, RTPROT_KERNEL);
	CU_ASSERT_EQUAL(routes.routes[0].hop_count, 1);
	CU_ASSERT_STRING_EQUAL(routes.hops[routes.routes[0].first_hop].name, "eth0");
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
	fb_routes_deinit(&routes);
	/* A kernel without trees of sources. */
	world.made->kernel.layout.fib6_node_subtree.found = false;
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL(routes.count, 3);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

static void reads_what_a_route_says(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t root, route;

	made_routes_create(&world);
	made_table6(&world, 100, &root);
	route = made_route6(&world, root, "::", 0, 1);
	MADE_SET(world.made, route, fib6_flags, RTF_EXPIRES | RTF_PREF(1));
	MADE_SET(world.made, route, fib6_expires, 4711);
	MADE_SET(world.made, route, fib6_metrics, 4712);
	made_put(world.made, route + 84 + 15, 7, 1);
	made_put(world.made, route + 84 + 16, 128, 4);
	made_put(world.made, route + 104 + 15, 9, 1);
	made_hop(&world, route + 160, AF_INET6, "fe80::1", 1, RTNH_F_LINKDOWN);
	/* That there is no route is no route. */
	MADE_SET(world.made, world.net, net_fib6_none,
		 made_route6(&world, root, "::", 0, UINT32_MAX));
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 1);
	CU_ASSERT(is_to(&routes.routes[0], "::", 0));
	CU_ASSERT_EQUAL(routes.routes[0].flags, RTF_EXPIRES | RTF_PREF(1));
	CU_ASSERT_EQUAL(routes.routes[0].expires, 4711);
	CU_ASSERT_EQUAL(routes.routes[0].metrics, 4712);
	CU_ASSERT_EQUAL(routes.routes[0].source[15], 7);
	CU_ASSERT_EQUAL(routes.routes[0].source_prefix, 128);
	CU_ASSERT_EQUAL(routes.routes[0].preferred[15], 9);
	CU_ASSERT_EQUAL(routes.hops[0].gateway_family, AF_INET6);
	CU_ASSERT_EQUAL(routes.hops[0].flags, RTNH_F_LINKDOWN);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

/* Each hop is a route in the chain of its node too, and in a ring with the others. */
static void siblings_are_the_hops_of_one_route(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t root, hops[3];

	made_routes_create(&world);
	made_table6(&world, RT_TABLE_MAIN, &root);
	for (unsigned i = 0; i < 3; i++) {
		hops[i] = made_route6(&world, root, "2001:db8::", 32, 1024);
		MADE_SET(world.made, hops[i], fib6_sibling_count, 2);
		made_hop(&world, hops[i] + 160, AF_INET6, "fe80::1", i + 1, 0);
		if (i)
			made_list_add(world.made, hops[0] + 8, hops[i] + 8);
	}
	made_route6(&world, root, "2001:db8::", 32, 2000);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 2);
	CU_ASSERT_EQUAL_FATAL(routes.routes[0].hop_count, 3);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(routes.hops[routes.routes[0].first_hop + i].weight, i + 1);
	CU_ASSERT_EQUAL(routes.routes[1].metric, 2000);
	fb_routes_deinit(&routes);
	/* A ring that is broken: the other hops are shown as routes, and nothing is lost. */
	made_put(world.made, hops[0] + 8, 0x1230, 8);
	routes = made_routes_load(&world);
	CU_ASSERT(routes.count >= 2);
	CU_ASSERT(routes.routes[0].hops_lost);
	CU_ASSERT(fb_warnings_count(world.made->warnings) >= 1);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

static void follows_nexthop_objects(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t root, route;

	made_routes_create(&world);
	made_table6(&world, RT_TABLE_MAIN, &root);
	route = made_route6(&world, root, "2001:db8::", 32, 1024);
	MADE_SET(world.made, route, fib6_nexthop, made_nexthop(&world, 16, "192.0.2.7"));
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL_FATAL(routes.count, 1);
	CU_ASSERT_EQUAL(routes.routes[0].nexthop, 16);
	CU_ASSERT_EQUAL(routes.routes[0].hop_count, 1);
	CU_ASSERT_EQUAL(routes.hops[0].gateway[3], 7);
	fb_routes_deinit(&routes);
	made_routes_destroy(&world);
}

static void damage_costs_its_part(void)
{
	struct made_routes world;
	struct fb_routes routes;
	uint64_t root, left, route;

	make(&world, &root);
	memcpy(&left, made_at(world.made, root), 8);
	MADE_SET(world.made, left, fib6_node_left, root);  /* up again */
	MADE_SET(world.made, left, fib6_node_right, 0x18); /* nowhere */
	route = made_route6(&world, left, "2001:db8::", 32, 9);
	made_put(world.made, route + 64 + 16, 129, 4); /* a prefix that cannot be */
	MADE_SET(world.made, route, fib6_next, 0x1238);
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL(routes.count, 4);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 4);
	fb_routes_deinit(&routes);
	/* A chain that comes back to itself. */
	MADE_SET(world.made, route, fib6_next, route);
	world.left = 1000;
	routes = made_routes_load(&world);
	CU_ASSERT(routes.count >= 2);
	CU_ASSERT(world.left > 900);
	fb_routes_deinit(&routes);
	/* Nothing of IPv6 where the kernel has none. */
	world.left = FB_MAX_ROUTE_STEPS;
	world.made->kernel.layout.net_fib6_tables.found = false;
	routes = made_routes_load(&world);
	CU_ASSERT_EQUAL(routes.count, 0);
	made_routes_destroy(&world);
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
	uint64_t root;

	make(&world, &root);
	CU_ASSERT(failing_made_must_pass(world.made, ask, &world) > 60);
	made_routes_destroy(&world);
}

FB_TEST_MAIN("kernel/routes_ipv6", FB_TEST(finds_all_routes_of_a_tree),
	     FB_TEST(reads_what_a_route_says), FB_TEST(siblings_are_the_hops_of_one_route),
	     FB_TEST(follows_nexthop_objects), FB_TEST(damage_costs_its_part),
	     FB_TEST(fatal_errors_pass))
