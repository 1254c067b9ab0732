// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory nodes and their zones, of made kernels with and without NUMA; and what cannot be read of them. */
#include "kernel/memory/zones.h"

#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"

#define ZONE_BYTES 256u
#define ZONES 3u /* of a node */

struct world {
	struct made_kernel *made;
	struct fb_btf *types;
	uint64_t nodes[2], table, count, names;
	struct fb_zones zones;
};

static struct fb_btf *make_types(int64_t low, int64_t free_pages)
{
	const struct fb_btf_value marks[] = {
		{"WMARK_HIGH", 0}, {"WMARK_LOW", low}, {"WMARK_MIN", 2}};
	const struct fb_btf_value counters[] = {{"NR_OTHER", 0}, {"NR_FREE_PAGES", free_pages}};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "zone_watermarks", 4, true, marks, 3, &id));
	FB_OK(fb_btf_builder_enum(&builder, "zone_stat_item", 4, true, counters, 2, &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	return types;
}

static uint64_t zone_at(const struct world *world, unsigned node, unsigned index)
{
	return world->nodes[node] + 64 + (uint64_t)index * ZONE_BYTES;
}

/* Each number of each zone is another. */
static void put_zone(struct world *world, unsigned node, unsigned index)
{
	uint64_t zone = zone_at(world, node, index), base = 1000 * (node + 1) + 100 * index;
	struct made_kernel *made = world->made;

	MADE_SET(made, zone, zone_present, base + 1);
	MADE_SET(made, zone, zone_managed, base + 2);
	MADE_SET(made, zone, zone_name, made_string(made, index ? "Normal" : "DMA"));
	MADE_SET(made, zone, zone_watermark_boost, 7);
	for (unsigned mark = 0; mark < 3; mark++)
		made_put(made, zone + 32 + mark * 8ull, base + 10 + mark, 8);
	made_put(made, zone + 64, base + 20, 8);
	made_put(made, zone + 72, base + 21, 8);
	for (unsigned order = 0; order < 4; order++)
		made_put(made, zone + 80 + order * 16ull + 8, base + 30 + order, 8);
}

static void make(struct world *world)
{
	struct made_kernel *made = made_kernel_create();

	memset(world, 0, sizeof(*world));
	world->made = made;
	MADE_FIELD(made, pgdat_node_id, 8, 4);
	MADE_FIELD(made, pgdat_zones, 64, ZONES * ZONE_BYTES);
	MADE_FIELD(made, zone_present, 0, 8);
	MADE_FIELD(made, zone_managed, 8, 8);
	MADE_FIELD(made, zone_name, 16, 8);
	MADE_FIELD(made, zone_watermark_boost, 24, 8);
	MADE_FIELD(made, zone_watermarks, 32, 24);
	MADE_FIELD(made, zone_counters, 64, 16);
	MADE_FIELD(made, zone_free_area, 80, 64);
	MADE_FIELD(made, free_area_count, 8, 8);
	made->kernel.layout.zone.size = ZONE_BYTES;
	made->kernel.layout.free_area.size = 16;
	world->table = made_alloc_pages(made, 64);
	world->count = made_alloc_pages(made, 4);
	for (unsigned node = 0; node < 2; node++) {
		world->nodes[node] = made_alloc_pages(made, FB_PAGE_SIZE);
		MADE_SET(made, world->nodes[node], pgdat_node_id, node ? 3 : 0);
		put_zone(world, node, 0);
		put_zone(world, node, 2); /* between them one without memory */
		MADE_SET(made, zone_at(world, node, 1), zone_name, made_string(made, "None"));
	}
	/* Nodes 1 and 2 are not there. */
	made_put(made, world->table, world->nodes[0], 8);
	made_put(made, world->table + 24, world->nodes[1], 8);
	made_put(made, world->count, 4, 4);
	world->types = made->kernel.types = make_types(1, 1);
	made_symbols(made, (const char *const[]){"node_data", "nr_node_ids", NULL},
		     (const uint64_t[]){world->table, world->count});
}

static void destroy(struct world *world)
{
	fb_zones_deinit(&world->zones);
	CU_ASSERT_PTR_NULL(world->zones.zones);
	CU_ASSERT_EQUAL(world->zones.count, 0);
	fb_btf_destroy(world->types);
	made_kernel_destroy(world->made);
}

static struct fb_error *load(void *context)
{
	struct world *world = context;

	fb_zones_deinit(&world->zones);
	return fb_zones_load(&world->made->kernel, &world->zones);
}

static void expect_zone(const struct fb_zone *zone, int32_t node, const char *name, uint64_t base)
{
	CU_ASSERT_EQUAL(zone->node, node);
	CU_ASSERT_STRING_EQUAL(zone->name, name);
	CU_ASSERT_EQUAL(zone->present, base + 1);
	CU_ASSERT_EQUAL(zone->managed, base + 2);
	CU_ASSERT_EQUAL(zone->high, base + 10 + 7);
	CU_ASSERT_EQUAL(zone->low, base + 11 + 7);
	CU_ASSERT_EQUAL(zone->min, base + 12 + 7);
	CU_ASSERT_EQUAL(zone->free, base + 21);
	CU_ASSERT_EQUAL(zone->order_count, 4);
	for (unsigned order = 0; order < 4; order++)
		CU_ASSERT_EQUAL(zone->free_of_order[order], base + 30 + order);
}

static void zones_of_all_nodes_are_read(void)
{
	struct world world;

	make(&world);
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL_FATAL(world.zones.count, 4);
	expect_zone(&world.zones.zones[0], 0, "DMA", 1000);
	expect_zone(&world.zones.zones[1], 0, "Normal", 1200);
	expect_zone(&world.zones.zones[2], 3, "DMA", 2000);
	expect_zone(&world.zones.zones[3], 3, "Normal", 2200);
	CU_ASSERT_EQUAL(world.zones.zones[3].address, zone_at(&world, 1, 2));
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
	/* As many nodes as are counted. */
	made_put(world.made, world.count, 3, 4);
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL(world.zones.count, 2);
	destroy(&world);
}

static void kernels_without_numa_have_one_node(void)
{
	struct world world;

	make(&world);
	made_symbols(world.made, (const char *const[]){"contig_page_data", NULL},
		     (const uint64_t[]){world.nodes[1]});
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL_FATAL(world.zones.count, 2);
	expect_zone(&world.zones.zones[1], 3, "Normal", 2200);
	made_symbols(world.made, (const char *const[]){NULL}, NULL);
	FB_FAILS_WITH(load(&world), FB_NOT_FOUND, "memory zones: ");
	destroy(&world);
}

static void nodes_are_counted_up_to_a_cap(void)
{
	struct world world;
	uint32_t count = 77;

	make(&world);
	made_put(world.made, world.count, FB_MOST_MEMORY_NODES, 4);
	FB_OK(fb_memory_node_count(&world.made->kernel, &count));
	CU_ASSERT_EQUAL(count, FB_MOST_MEMORY_NODES);
	made_put(world.made, world.count, FB_MOST_MEMORY_NODES - 1, 4);
	FB_OK(fb_memory_node_count(&world.made->kernel, &count));
	CU_ASSERT_EQUAL(count, FB_MOST_MEMORY_NODES - 1);
	made_put(world.made, world.count, FB_MOST_MEMORY_NODES + 1, 4);
	FB_OK(fb_memory_node_count(&world.made->kernel, &count));
	CU_ASSERT_EQUAL(count, FB_MOST_MEMORY_NODES);
	made_lose(world.made, world.count);
	count = 77;
	FB_FAILS(fb_memory_node_count(&world.made->kernel, &count), FB_ABSENT);
	CU_ASSERT_EQUAL(count, 77);
	destroy(&world);
}

/* A lost zone costs that zone, a lost node that node. */
static void what_is_lost_costs_its_part(void)
{
	struct world world;

	make(&world);
	MADE_SET(world.made, zone_at(&world, 0, 0), zone_name, 0x1000);
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL_FATAL(world.zones.count, 3);
	expect_zone(&world.zones.zones[0], 0, "Normal", 1200);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(world.made->warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_warnings_get(world.made->warnings, 0), "a zone of memory node 0: "));
	made_put(world.made, world.table, 0x1000, 8);
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL(world.zones.count, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(world.made->warnings, 1), "memory node 0: "));
	destroy(&world);
}

/* What not every kernel has: boosted marks, and areas of free pieces; a sum that is negative for a moment. */
static void some_members_may_be_missing(void)
{
	struct fb_layout *layout;
	struct world world;

	make(&world);
	layout = &world.made->kernel.layout;
	layout->zone_watermark_boost.found = false;
	layout->zone_free_area.found = false;
	made_put(world.made, zone_at(&world, 0, 0) + 72, (uint64_t)-1, 8);
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL(world.zones.zones[0].low, 1011);
	CU_ASSERT_EQUAL(world.zones.zones[0].order_count, 0);
	CU_ASSERT_EQUAL(world.zones.zones[0].free, 0);
	layout->zone_free_area.found = true;
	layout->free_area_count.found = false;
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL(world.zones.zones[0].order_count, 0);
	layout->free_area_count.found = true;
	layout->free_area.size = 0;
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL(world.zones.zones[0].order_count, 0);
	/* More orders than there can be. */
	layout->free_area.size = 4;
	layout->free_area_count.offset = 0;
	layout->zone_free_area.size = 4 * (FB_MOST_ORDERS + 1);
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL(world.zones.zones[0].order_count, FB_MOST_ORDERS);
	destroy(&world);
}

static void others_are_needed(void)
{
	for (unsigned missing = 0; missing < 5; missing++) {
		struct fb_layout *layout;
		struct world world;

		make(&world);
		layout = &world.made->kernel.layout;
		if (missing == 4)
			layout->zone.size = 0;
		else
			(missing == 0   ? &layout->pgdat_zones
			 : missing == 1 ? &layout->pgdat_node_id
			 : missing == 2 ? &layout->zone_watermarks
					: &layout->zone_counters)
				->found = false;
		FB_FAILS_WITH(load(&world), FB_NOT_FOUND, "memory zones: ");
		destroy(&world);
	}
}

/* The last element of each array, and one behind it. */
static void elements_lie_within_their_arrays(void)
{
	static const struct {
		int64_t low, free_pages;
		const char *lacks;
	} cases[] = {
		{0, 0, NULL},
		{2, 1, NULL},
		{3, 1, "this kernel has no WMARK_LOW"},
		{-1, 1, "this kernel has no WMARK_LOW"},
		{1, 2, "this kernel has no NR_FREE_PAGES"},
		{1, -1, "this kernel has no NR_FREE_PAGES"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct world world;

		make(&world);
		fb_btf_destroy(world.types);
		world.types = world.made->kernel.types =
			make_types(cases[i].low, cases[i].free_pages);
		if (cases[i].lacks)
			FB_FAILS_WITH(load(&world), FB_NOT_FOUND, cases[i].lacks);
		else
			FB_OK(load(&world));
		destroy(&world);
	}
}

static void what_is_fatal_passes(void)
{
	struct world world;

	make(&world);
	CU_ASSERT(failing_made_must_pass(world.made, load, &world) > 40);
	destroy(&world);
}

FB_TEST_MAIN("kernel/zones", FB_TEST(zones_of_all_nodes_are_read),
	     FB_TEST(kernels_without_numa_have_one_node), FB_TEST(nodes_are_counted_up_to_a_cap),
	     FB_TEST(what_is_lost_costs_its_part), FB_TEST(some_members_may_be_missing),
	     FB_TEST(others_are_needed), FB_TEST(elements_lie_within_their_arrays),
	     FB_TEST(what_is_fatal_passes))
