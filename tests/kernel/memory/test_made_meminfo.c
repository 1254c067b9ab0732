// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/meminfo of a made kernel: every line, what each variable and counter costs, and kernels of several ages. */
#include <string.h>

#include "kernel/memory/meminfo.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_meminfo.h"

#define PAGE ((uint64_t)FB_PAGE_SIZE)
#define GIB (1ull << 30)

static struct fb_error *ask(void *context)
{
	struct made_meminfo *world = context;

	return fb_meminfo_load(&world->made->kernel, &world->counters, &world->zones,
			       &world->meminfo);
}

static void load(struct made_meminfo *world)
{
	FB_OK_FATAL(ask(world));
}

/* UINT64_MAX: there is no such line. */
static uint64_t value_of(const struct made_meminfo *world, const char *name)
{
	uint64_t value = UINT64_MAX;

	if (!fb_meminfo_value(&world->meminfo, name, &value))
		CU_ASSERT_EQUAL(value, UINT64_MAX);
	return value;
}

struct line {
	const char *name;
	uint64_t value;
	bool is_count;
};

static const struct line all_lines[] = {
	{"MemTotal", 1000000 * PAGE, false},
	{"MemFree", 5000 * PAGE, false},
	{"MemAvailable", 9275 * PAGE, false}, /* 5000-150 + 4000-100 + 625-100 */
	{"Buffers", 345 * PAGE, false},
	{"Cached", (9000 - 345 - 29) * PAGE, false},
	{"SwapCached", 29 * PAGE, false},
	{"Active", 1100 * PAGE, false},
	{"Inactive", 3200 * PAGE, false},
	{"Active(anon)", 100 * PAGE, false},
	{"Inactive(anon)", 200 * PAGE, false},
	{"Active(file)", 1000 * PAGE, false},
	{"Inactive(file)", 3000 * PAGE, false},
	{"Unevictable", 13 * PAGE, false},
	{"Mlocked", 11 * PAGE, false},
	{"SwapTotal", 700 * PAGE, false},
	{"SwapFree", 650 * PAGE, false},
	{"Dirty", 16 * PAGE, false},
	{"Writeback", 17 * PAGE, false},
	{"AnonPages", 14 * PAGE, false},
	{"Mapped", 15 * PAGE, false},
	{"Shmem", 19 * PAGE, false},
	{"KReclaimable", 625 * PAGE, false},
	{"Slab", 670 * PAGE, false},
	{"SReclaimable", 600 * PAGE, false},
	{"SUnreclaim", 70 * PAGE, false},
	{"KernelStack", 26 * 1024, false},
	{"PageTables", 27 * PAGE, false},
	{"SecPageTables", 28 * PAGE, false},
	{"Bounce", 12 * PAGE, false},
	{"WritebackTmp", 18 * PAGE, false},
	{"HugePages_Total", 6, true},
	{"HugePages_Free", 4, true},
	{"HugePages_Rsvd", 3, true},
	{"HugePages_Surp", 2, true},
	{"Hugepagesize", 512 * PAGE, false},
	{"Hugetlb", GIB + 6 * 512 * PAGE, false},
	{"CommitLimit", (700 + 367392) * PAGE, false}, /* half of 1000000 - 265216 */
	{"Committed_AS", 480 * PAGE, false},
	{"VmallocUsed", 31 * PAGE, false},
	{"Percpu", 66 * PAGE, false},
	{"HardwareCorrupted", 35 * PAGE, false},
	{"AnonHugePages", 24 * PAGE, false},
	{"ShmemHugePages", 20 * PAGE, false},
	{"ShmemPmdMapped", 21 * PAGE, false},
	{"FileHugePages", 22 * PAGE, false},
	{"FilePmdMapped", 23 * PAGE, false},
};

static void every_line_is_made_of_its_counters(void)
{
	struct made_meminfo world;

	made_meminfo_create(&world, NOW);
	load(&world);
	CU_ASSERT_EQUAL_FATAL(world.meminfo.count, FB_ARRAY_SIZE(all_lines));
	for (size_t i = 0; i < FB_ARRAY_SIZE(all_lines); i++) {
		const struct fb_meminfo_line *line = &world.meminfo.lines[i];

		CU_ASSERT_STRING_EQUAL(line->name, all_lines[i].name);
		CU_ASSERT_EQUAL(line->value, all_lines[i].value);
		CU_ASSERT_EQUAL(line->is_count, all_lines[i].is_count);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
	made_meminfo_destroy(&world);
}

static void older_kernels_have_older_counters(void)
{
	for (enum memory_age age = BEFORE_SWAPCACHE; age < AGES; age++) {
		static const struct line changed[] = {
			{"Cached", (9000 - 345 - 24) * PAGE, false},
			{"SwapCached", 24 * PAGE, false},
			{"AnonHugePages", 24 * 512 * PAGE, false},
			{"FilePmdMapped", 23 * 512 * PAGE, false},
			{"SecPageTables", UINT64_MAX, false},
		};
		struct made_meminfo world;

		made_meminfo_create(&world, age);
		load(&world);
		CU_ASSERT_EQUAL(world.meminfo.count, FB_ARRAY_SIZE(all_lines) - 1);
		for (size_t i = 0; i < FB_ARRAY_SIZE(changed); i++)
			CU_ASSERT_EQUAL(value_of(&world, changed[i].name), changed[i].value);
		CU_ASSERT_EQUAL(value_of(&world, "Slab"), 670 * PAGE);
		CU_ASSERT_EQUAL(value_of(&world, "SReclaimable"), 600 * PAGE);
		CU_ASSERT_EQUAL(value_of(&world, "SUnreclaim"), 70 * PAGE);
		CU_ASSERT_EQUAL(value_of(&world, "KReclaimable"), 625 * PAGE);
		CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), 9275 * PAGE);
		/* More areas, and spaces of one, than there can be are not gone through. */
		made_meminfo_put(&world, SWAP_FILES, 0);
		load(&world);
		CU_ASSERT_EQUAL(value_of(&world, "SwapCached"), 0);
		made_meminfo_put(&world, SWAP_FILES, 33);
		load(&world);
		CU_ASSERT_EQUAL(value_of(&world, "SwapCached"), 24 * PAGE);
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
		made_meminfo_destroy(&world);
	}
}

/* The lines that each variable has a part in. */
static const struct {
	enum variable variable;
	const char *lines[7];
} costs[] = {
	{TOTAL_RAM, {"MemTotal", "CommitLimit", "Committed_AS"}},
	{RESERVE, {"MemAvailable"}},
	{SUPERBLOCK, {"Buffers", "Cached", "SwapCached"}},
	{SWAP_TOTAL, {"SwapTotal", "CommitLimit", "Committed_AS"}},
	{SWAP_FREE, {"SwapFree"}},
	{HUGE_STATES,
	 {"HugePages_Total", "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp", "Hugepagesize",
	  "Hugetlb"}},
	{HUGE_COUNT,
	 {"HugePages_Total", "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp", "Hugepagesize",
	  "Hugetlb"}},
	{HUGE_STANDARD,
	 {"HugePages_Total", "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp", "Hugepagesize",
	  "Hugetlb"}},
	{OVERCOMMIT_KIB, {"CommitLimit", "Committed_AS"}},
	{OVERCOMMIT_RATIO, {"CommitLimit", "Committed_AS"}},
	{COMMITTED, {"Committed_AS"}},
	{VMALLOC, {"VmallocUsed"}},
	{POPULATED, {"Percpu"}},
	{UNITS, {"Percpu"}},
	{POISONED, {"HardwareCorrupted"}},
};

static void expect_without(const struct made_meminfo *world, const char *const lines[7])
{
	size_t missing = 0;

	for (size_t i = 0; i < 7 && lines[i]; i++, missing++)
		CU_ASSERT_EQUAL(value_of(world, lines[i]), UINT64_MAX);
	CU_ASSERT_EQUAL(world->meminfo.count, FB_ARRAY_SIZE(all_lines) - missing);
}

/* A variable that this kernel has not costs its lines without a word; one that is lost, with a warning of each of the
 * places that ask for it. */
static void a_variable_costs_its_lines(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(costs); i++) {
		bool twice = costs[i].variable == TOTAL_RAM || costs[i].variable == SWAP_TOTAL;
		struct made_meminfo world;

		made_meminfo_create(&world, NOW);
		made_meminfo_name(&world, costs[i].variable);
		load(&world);
		expect_without(&world, costs[i].lines);
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
		made_meminfo_name(&world, VARIABLES);
		made_lose(world.made, world.at[costs[i].variable]);
		load(&world);
		expect_without(&world, costs[i].lines);
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 1 + twice);
		made_meminfo_destroy(&world);
	}
}

static void a_kernel_without_transparent_huge_pages_has_no_lines_of_them(void)
{
	static const char *const lines[7] = {"AnonHugePages", "ShmemHugePages", "ShmemPmdMapped",
					     "FileHugePages", "FilePmdMapped"};
	struct made_meminfo world;

	made_meminfo_create(&world, NOW);
	made_meminfo_name(&world, TRANSPARENT);
	load(&world);
	expect_without(&world, lines);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
	made_meminfo_destroy(&world);
}

static void warnings_say_what_is_lost(void)
{
	static const struct {
		enum variable variable;
		const char *warning;
	} lost[] = {
		{TOTAL_RAM, "MemTotal: "},
		{RESERVE, "MemAvailable: "},
		{SUPERBLOCK, "Buffers and Cached: "},
		{SWAP_TOTAL, "SwapTotal: "},
		{SWAP_FREE, "SwapFree: "},
		{HUGE_COUNT, "huge pages: "},
		{OVERCOMMIT_KIB, "the limit of promised memory: "},
		{UNITS, "Percpu: "},
		{POISONED, "HardwareCorrupted: "},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lost); i++) {
		struct made_meminfo world;

		made_meminfo_create(&world, NOW);
		made_lose(world.made, world.at[lost[i].variable]);
		load(&world);
		CU_ASSERT_PTR_NOT_NULL(
			strstr(fb_warnings_get(world.made->warnings, 0), lost[i].warning));
		made_meminfo_destroy(&world);
	}
}

/* What the marks hold back of each sort is half of it at most, and there is never less than nothing. */
static void available_memory_is_bounded(void)
{
	struct made_meminfo world;

	made_meminfo_create(&world, NOW);
	world.zone[1].low = 312 - 40; /* half of 625 */
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), (4850 + 3688 + 313) * PAGE);
	world.zone[1].low = 5000;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), (4850 + 2000 + 313) * PAGE);
	made_meminfo_put(&world, RESERVE, 5000 + 2000 + 313 - 1);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), PAGE);
	made_meminfo_put(&world, RESERVE, 20000);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), 0);
	world.zones.count = 0;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), UINT64_MAX);
	made_meminfo_destroy(&world);
}

/* Counts that are negative for a moment are 0, and so is what else would be. */
static void nothing_is_negative(void)
{
	struct made_meminfo world;

	made_meminfo_create(&world, NOW);
	made_meminfo_put(&world, SWAP_FREE, 1);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "SwapFree"), PAGE);
	made_meminfo_put(&world, SWAP_FREE, (uint64_t)-3);
	MADE_SET(world.made, world.at[COMMITTED], percpu_counter_count, 19);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "SwapFree"), 0);
	CU_ASSERT_EQUAL(value_of(&world, "Committed_AS"), 0);
	MADE_SET(world.made, world.at[COMMITTED], percpu_counter_count, 21);
	made_meminfo_put(&world, TOTAL_RAM, 265216); /* all in huge pages */
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Committed_AS"), PAGE);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), 700 * PAGE);
	made_meminfo_put(&world, TOTAL_RAM, 265216 - 100);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), 700 * PAGE);
	made_meminfo_put(&world, TOTAL_RAM, 265216 + 100);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), 750 * PAGE);
	made_meminfo_destroy(&world);
}

/* vm.overcommit_kbytes stands before vm.overcommit_ratio. */
static void the_limit_may_be_a_size(void)
{
	struct made_meminfo world;

	made_meminfo_create(&world, NOW);
	made_meminfo_put(&world, OVERCOMMIT_KIB, 4003);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), (700 + 1000) * PAGE);
	made_meminfo_destroy(&world);
}

static void cached_is_what_is_left(void)
{
	struct made_meminfo world;

	made_meminfo_create(&world, NOW);
	for (unsigned i = 0; i < world.counters.node_count; i++)
		if (world.counters.node[i] == 9000)
			world.counters.node[i] = 345 + 29;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Cached"), 0);
	for (unsigned i = 0; i < world.counters.node_count; i++)
		if (world.counters.node[i] == 345 + 29)
			world.counters.node[i] = 345 + 28;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Cached"), UINT64_MAX);
	CU_ASSERT_EQUAL(value_of(&world, "Buffers"), 345 * PAGE);
	CU_ASSERT_EQUAL(value_of(&world, "SwapCached"), 29 * PAGE);
	made_meminfo_destroy(&world);
}

static void huge_pages_have_orders_that_can_be(void)
{
	struct made_meminfo world;

	made_meminfo_create(&world, NOW);
	MADE_SET(world.made, world.at[HUGE_STATES], hstate_order, 19);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), UINT64_MAX);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(world.made->warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_warnings_get(world.made->warnings, 0), "huge pages of order 19"));
	/* One size; two are the most there are. */
	MADE_SET(world.made, world.at[HUGE_STATES], hstate_order, 18);
	made_meminfo_put(&world, HUGE_COUNT, 1);
	made_meminfo_put(&world, HUGE_STANDARD, 0);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), GIB);
	CU_ASSERT_EQUAL(value_of(&world, "HugePages_Free"), 99);
	made_meminfo_put(&world, HUGE_COUNT, 3);
	MADE_SET(world.made, world.at[HUGE_STATES] + 128, hstate_order, 19);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), GIB + 6 * 512 * PAGE);
	made_meminfo_put(&world, HUGE_COUNT, 0);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), 0);
	world.made->kernel.layout.hstate.size = 0;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), UINT64_MAX);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 1);
	made_meminfo_destroy(&world);
}

static void what_is_fatal_passes(void)
{
	for (enum memory_age age = NOW; age < AGES; age++) {
		struct made_meminfo world;

		made_meminfo_create(&world, age);
		CU_ASSERT(failing_made_must_pass(world.made, ask, &world) > 30);
		made_meminfo_destroy(&world);
	}
}

FB_TEST_MAIN("kernel/made_meminfo", FB_TEST(every_line_is_made_of_its_counters),
	     FB_TEST(older_kernels_have_older_counters), FB_TEST(a_variable_costs_its_lines),
	     FB_TEST(a_kernel_without_transparent_huge_pages_has_no_lines_of_them),
	     FB_TEST(warnings_say_what_is_lost), FB_TEST(available_memory_is_bounded),
	     FB_TEST(nothing_is_negative), FB_TEST(the_limit_may_be_a_size),
	     FB_TEST(cached_is_what_is_left), FB_TEST(huge_pages_have_orders_that_can_be),
	     FB_TEST(what_is_fatal_passes))
