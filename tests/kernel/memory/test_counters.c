// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's counters of pages as they stand in a made kernel's memory. */
#include "kernel/memory/counters.h"

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"

struct world {
	struct made_kernel *made;
	struct fb_btf *types;
	uint64_t zones, nodes;
	struct fb_memory_counters counters;
};

/* Two counters of zones, and as many of nodes as node_items says. */
static void make(struct world *world, int64_t node_items)
{
	const struct fb_btf_value zone[] = {{"NR_FREE_PAGES", 0}, {"NR_VM_ZONE_STAT_ITEMS", 2}};
	const struct fb_btf_value node[] = {
		{"NR_FIRST", 0}, {"NR_VM_NODE_STAT_ITEMS", node_items}, {"NR_BELOW", -1}};
	struct made_kernel *made = made_kernel_create();
	struct fb_btf_builder builder;
	uint32_t id;

	*world = (struct world){.made = made};
	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "zone_stat_item", 4, false, zone, 2, &id));
	FB_OK(fb_btf_builder_enum(&builder, "node_stat_item", 4, true, node, 3, &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &world->types));
	fb_btf_builder_deinit(&builder);
	made->kernel.types = world->types;
	world->zones = made_alloc_pages(made, 1024);
	world->nodes = made_alloc_pages(made, 1024);
	made_put(made, world->zones, 12345, 8);
	made_put(made, world->zones + 8, (uint64_t)-1, 8);
	made_put(made, world->nodes, 678, 8);
	made_symbols(made, (const char *const[]){"vm_zone_stat", "vm_node_stat", NULL},
		     (const uint64_t[]){world->zones, world->nodes});
}

static void destroy(struct world *world)
{
	fb_btf_destroy(world->types);
	made_kernel_destroy(world->made);
}

static struct fb_error *load(void *context)
{
	struct world *world = context;

	return fb_memory_counters_load(&world->made->kernel, &world->counters);
}

static void counters_are_read_by_name(void)
{
	const struct fb_memory_counters *counters;
	struct world world;
	uint64_t value = 7;

	make(&world, 128);
	counters = &world.counters;
	FB_OK_FATAL(load(&world));
	CU_ASSERT_EQUAL(counters->zone_count, 2);
	CU_ASSERT_EQUAL(counters->node_count, 128);
	CU_ASSERT_EQUAL(counters->zone[1], 0); /* a negative sum */
	CU_ASSERT_TRUE(fb_memory_counter(counters, "NR_FREE_PAGES", &value));
	CU_ASSERT_EQUAL(value, 12345);
	CU_ASSERT_TRUE(fb_memory_counter(counters, "NR_FIRST", &value));
	CU_ASSERT_EQUAL(value, 678);
	CU_ASSERT_FALSE(fb_memory_counter(counters, "NR_BELOW", &value));
	CU_ASSERT_FALSE(fb_memory_counter(counters, "NR_VM_ZONE_STAT_ITEMS", &value));
	CU_ASSERT_FALSE(fb_memory_counter(counters, "NR_VM_NODE_STAT_ITEMS", &value));
	CU_ASSERT_EQUAL(value, 678);
	destroy(&world);
}

static void counts_of_counters_are_bounded(void)
{
	static const struct {
		int64_t items;
		bool good;
	} counts[] = {{0, false}, {-1, false}, {1, true}, {128, true}, {129, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(counts); i++) {
		struct world world;

		make(&world, counts[i].items);
		if (counts[i].good)
			FB_OK(load(&world));
		else
			FB_FAILS_WITH(load(&world), FB_CORRUPT, "NR_VM_NODE_STAT_ITEMS is ");
		destroy(&world);
	}
}

static void what_is_missing_is_named(void)
{
	struct world world;

	make(&world, 5);
	made_lose(world.made, world.nodes);
	FB_FAILS_WITH(load(&world), FB_ABSENT, "vm_node_stat: ");
	made_lose(world.made, world.zones);
	FB_FAILS_WITH(load(&world), FB_ABSENT, "vm_zone_stat: ");
	made_symbols(world.made, (const char *const[]){"vm_zone_stat", NULL},
		     (const uint64_t[]){world.made->used + MADE_BASE});
	FB_FAILS(load(&world), FB_NOT_FOUND);
	world.made->kernel.types = NULL;
	FB_FAILS_WITH(load(&world), FB_NOT_FOUND,
		      "this kernel has no NR_VM_ZONE_STAT_ITEMS of enum zone_stat_item");
	destroy(&world);
}

static void what_is_fatal_passes(void)
{
	struct world world;

	make(&world, 5);
	CU_ASSERT_EQUAL(failing_made_must_pass(world.made, load, &world), 2);
	destroy(&world);
}

FB_TEST_MAIN("kernel/counters", FB_TEST(counters_are_read_by_name),
	     FB_TEST(counts_of_counters_are_bounded), FB_TEST(what_is_missing_is_named),
	     FB_TEST(what_is_fatal_passes))
