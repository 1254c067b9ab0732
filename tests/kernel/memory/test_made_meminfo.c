// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/meminfo of a made kernel: every line, what each variable and counter costs, and kernels of several ages. */
#include <stdio.h>
#include <string.h>

#include "kernel/memory/meminfo.h"
#include "symbols/btf/btf_builder.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define PAGE ((uint64_t)FB_PAGE_SIZE)
#define GIB (1ull << 30)

enum age {
	NOW,
	BEFORE_SWAPCACHE, /* 5.11: swap spaces are added up, huge pages counted as one */
	BEFORE_BYTES,     /* 5.8: other names of the slab counters */
	AGES,
};

struct counted {
	const char *name;
	uint64_t value;
	enum age until; /* the oldest kernel that has it */
};

static const struct counted zone_counters[] = {
	{"NR_FREE_PAGES", 5000, BEFORE_BYTES},
	{"NR_MLOCK", 11, BEFORE_BYTES},
	{"NR_BOUNCE", 12, BEFORE_BYTES},
};

static const struct counted node_counters[] = {
	{"NR_INACTIVE_ANON", 200, BEFORE_BYTES},
	{"NR_ACTIVE_ANON", 100, BEFORE_BYTES},
	{"NR_INACTIVE_FILE", 3000, BEFORE_BYTES},
	{"NR_ACTIVE_FILE", 1000, BEFORE_BYTES},
	{"NR_UNEVICTABLE", 13, BEFORE_BYTES},
	{"NR_SLAB_RECLAIMABLE_B", 600, BEFORE_SWAPCACHE},
	{"NR_SLAB_UNRECLAIMABLE_B", 70, BEFORE_SWAPCACHE},
	{"NR_ANON_MAPPED", 14, BEFORE_BYTES},
	{"NR_FILE_MAPPED", 15, BEFORE_BYTES},
	{"NR_FILE_PAGES", 9000, BEFORE_BYTES},
	{"NR_FILE_DIRTY", 16, BEFORE_BYTES},
	{"NR_WRITEBACK", 17, BEFORE_BYTES},
	{"NR_WRITEBACK_TEMP", 18, BEFORE_BYTES},
	{"NR_SHMEM", 19, BEFORE_BYTES},
	{"NR_SHMEM_THPS", 20, BEFORE_BYTES},
	{"NR_SHMEM_PMDMAPPED", 21, BEFORE_BYTES},
	{"NR_FILE_THPS", 22, BEFORE_BYTES},
	{"NR_FILE_PMDMAPPED", 23, BEFORE_BYTES},
	{"NR_ANON_THPS", 24, BEFORE_BYTES},
	{"NR_KERNEL_MISC_RECLAIMABLE", 25, BEFORE_BYTES},
	{"NR_KERNEL_STACK_KB", 26, BEFORE_BYTES},
	{"NR_PAGETABLE", 27, BEFORE_BYTES},
	{"NR_SECONDARY_PAGETABLE", 28, NOW},
	{"NR_SWAPCACHE", 29, NOW},
};

/* The older names, where the newer are not. */
static const struct counted old_counters[] = {
	{"NR_SLAB_RECLAIMABLE", 600, BEFORE_BYTES},
	{"NR_SLAB_UNRECLAIMABLE", 70, BEFORE_BYTES},
};

enum variable {
	TOTAL_RAM,
	RESERVE,
	SWAP_TOTAL,
	SWAP_FREE,
	SUPERBLOCK,
	SWAP_FILES,
	SWAP_SPACES,
	SWAP_SPACE_COUNTS,
	HUGE_STATES,
	HUGE_COUNT,
	HUGE_STANDARD,
	OVERCOMMIT_KIB,
	OVERCOMMIT_RATIO,
	COMMITTED,
	VMALLOC,
	POPULATED,
	UNITS,
	POISONED,
	VARIABLES,
};

static const char *const variables[] = {
	[TOTAL_RAM] = "_totalram_pages",
	[RESERVE] = "totalreserve_pages",
	[SWAP_TOTAL] = "total_swap_pages",
	[SWAP_FREE] = "nr_swap_pages",
	[SUPERBLOCK] = "blockdev_superblock",
	[SWAP_FILES] = "nr_swapfiles",
	[SWAP_SPACES] = "swapper_spaces",
	[SWAP_SPACE_COUNTS] = "nr_swapper_spaces",
	[HUGE_STATES] = "hstates",
	[HUGE_COUNT] = "hugetlb_max_hstate",
	[HUGE_STANDARD] = "default_hstate_idx",
	[OVERCOMMIT_KIB] = "sysctl_overcommit_kbytes",
	[OVERCOMMIT_RATIO] = "sysctl_overcommit_ratio",
	[COMMITTED] = "vm_committed_as",
	[VMALLOC] = "nr_vmalloc_pages",
	[POPULATED] = "pcpu_nr_populated",
	[UNITS] = "pcpu_nr_units",
	[POISONED] = "num_poisoned_pages",
};

struct world {
	struct made_kernel *made;
	struct fb_memory_counters counters;
	struct fb_zone zone[2];
	struct fb_zones zones;
	uint64_t at[VARIABLES]; /* each on a page of its own */
	uint64_t superblock, spaces[2];
	struct fb_meminfo meminfo;
};

static void add_counters(struct fb_btf_value *values, uint64_t *numbers, uint32_t *count,
			 const struct counted *counted, size_t size,
			 bool (*wanted)(enum age, enum age), enum age age)
{
	for (size_t i = 0; i < size; i++) {
		if (!wanted(counted[i].until, age))
			continue;
		numbers[*count] = counted[i].value;
		values[*count] = (struct fb_btf_value){counted[i].name, *count};
		++*count;
	}
}

static bool is_there(enum age until, enum age age)
{
	return until >= age;
}

static bool is_oldest(enum age until, enum age age)
{
	return until == BEFORE_BYTES && age == BEFORE_BYTES;
}

static void make_counters(struct world *world, enum age age)
{
	struct fb_memory_counters *counters = &world->counters;
	struct fb_btf_value values[FB_MOST_COUNTERS];
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	add_counters(values, counters->zone, &counters->zone_count, zone_counters,
		     FB_ARRAY_SIZE(zone_counters), is_there, age);
	FB_OK(fb_btf_builder_enum(&builder, "zone_stat_item", 4, false, values,
				  counters->zone_count, &id));
	add_counters(values, counters->node, &counters->node_count, node_counters,
		     FB_ARRAY_SIZE(node_counters), is_there, age);
	add_counters(values, counters->node, &counters->node_count, old_counters,
		     FB_ARRAY_SIZE(old_counters), is_oldest, age);
	FB_OK(fb_btf_builder_enum(&builder, "node_stat_item", 4, false, values,
				  counters->node_count, &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	counters->types = types;
}

static void put(struct world *world, enum variable variable, uint64_t value)
{
	made_put(world->made, world->at[variable], value, 8);
}

/* All variables but `without`, VARIABLES for none. */
static void name_variables(struct world *world, unsigned without)
{
	const char *names[VARIABLES + 1];
	uint64_t addresses[VARIABLES];
	size_t count = 0;

	for (unsigned i = 0; i < VARIABLES; i++) {
		if (i == without)
			continue;
		names[count] = variables[i];
		addresses[count++] = world->at[i];
	}
	names[count] = NULL;
	made_symbols(world->made, names, addresses);
}

/* Two inodes of block devices, with 300 and 45 pages. */
static void make_block_devices(struct world *world)
{
	struct made_kernel *made = world->made;
	uint64_t superblock = made_alloc(made, 64);

	MADE_FIELD(made, super_block_inodes, 16, 16);
	MADE_FIELD(made, inode_sb_list, 32, 16);
	MADE_FIELD(made, inode_mapping, 8, 8);
	MADE_FIELD(made, address_space_count, 24, 8);
	made->kernel.layout.address_space.size = 64;
	made_list_init(made, superblock + 16);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t inode = made_alloc(made, 64), mapping = made_alloc(made, 64);

		MADE_SET(made, inode, inode_mapping, mapping);
		MADE_SET(made, mapping, address_space_count, i ? 45 : 300);
		made_list_add(made, superblock + 16, inode + 32);
	}
	world->superblock = superblock;
	put(world, SUPERBLOCK, superblock);
}

/* Two areas: one of three spaces with 7, 8 and 9 pages, one without any. */
static void make_swap(struct world *world)
{
	struct made_kernel *made = world->made;
	uint64_t spaces = made_alloc(made, 3ull * 64);

	for (unsigned i = 0; i < 3; i++)
		MADE_SET(made, spaces + i * 64ull, address_space_count, 7 + i);
	put(world, SWAP_FILES, 2);
	put(world, SWAP_SPACES, spaces);
	put(world, SWAP_SPACE_COUNTS, 3 | 5ull << 32);
	put(world, SWAP_TOTAL, 700);
	put(world, SWAP_FREE, 650);
}

/* One page of 1 GiB, and six of 2 MiB, which is the usual size. */
static void make_huge_pages(struct world *world)
{
	struct made_kernel *made = world->made;
	uint64_t states = world->at[HUGE_STATES];

	MADE_FIELD(made, hstate_order, 0, 4);
	MADE_FIELD(made, hstate_pages, 8, 8);
	MADE_FIELD(made, hstate_free, 16, 8);
	MADE_FIELD(made, hstate_reserved, 24, 8);
	MADE_FIELD(made, hstate_surplus, 32, 8);
	made->kernel.layout.hstate.size = 64;
	MADE_SET(made, states, hstate_order, 18);
	MADE_SET(made, states, hstate_pages, 1);
	MADE_SET(made, states, hstate_free, 99);
	MADE_SET(made, states + 64, hstate_order, 9);
	MADE_SET(made, states + 64, hstate_pages, 6);
	MADE_SET(made, states + 64, hstate_free, 4);
	MADE_SET(made, states + 64, hstate_reserved, 3);
	MADE_SET(made, states + 64, hstate_surplus, 2);
	put(world, HUGE_COUNT, 2);
	put(world, HUGE_STANDARD, 1);
}

static void make(struct world *world, enum age age)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t part = made_alloc(made, 4);

	memset(world, 0, sizeof(*world));
	world->made = made;
	for (unsigned i = 0; i < VARIABLES; i++)
		world->at[i] = made_alloc_pages(made, 8);
	world->zone[0].low = 40;
	world->zone[1].low = 60;
	world->zones = (struct fb_zones){world->zone, 2};
	make_counters(world, age);
	make_block_devices(world);
	make_swap(world);
	make_huge_pages(world);
	put(world, TOTAL_RAM, 1000000);
	put(world, RESERVE, 150);
	put(world, OVERCOMMIT_RATIO, 50 | 7ull << 32); /* an int, and something behind it */
	MADE_FIELD(made, percpu_counter_count, 0, 8);
	MADE_FIELD(made, percpu_counter_counters, 8, 8);
	MADE_SET(made, world->at[COMMITTED], percpu_counter_count, 500);
	MADE_SET(made, world->at[COMMITTED], percpu_counter_counters, part);
	made_put(made, part, (uint32_t)-20, 4);
	put(world, VMALLOC, 31);
	put(world, POPULATED, 33);
	put(world, UNITS, 2);
	put(world, POISONED, 35);
	name_variables(world, VARIABLES);
}

static void destroy(struct world *world)
{
	fb_btf_destroy((struct fb_btf *)world->counters.types);
	made_kernel_destroy(world->made);
}

static struct fb_error *ask(void *context)
{
	struct world *world = context;

	return fb_meminfo_load(&world->made->kernel, &world->counters, &world->zones,
			       &world->meminfo);
}

static void load(struct world *world)
{
	FB_OK_FATAL(ask(world));
}

/* UINT64_MAX: there is no such line. */
static uint64_t value_of(const struct world *world, const char *name)
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
	struct world world;

	make(&world, NOW);
	load(&world);
	CU_ASSERT_EQUAL_FATAL(world.meminfo.count, FB_ARRAY_SIZE(all_lines));
	for (size_t i = 0; i < FB_ARRAY_SIZE(all_lines); i++) {
		const struct fb_meminfo_line *line = &world.meminfo.lines[i];

		CU_ASSERT_STRING_EQUAL(line->name, all_lines[i].name);
		CU_ASSERT_EQUAL(line->value, all_lines[i].value);
		CU_ASSERT_EQUAL(line->is_count, all_lines[i].is_count);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
	destroy(&world);
}

static void older_kernels_have_older_counters(void)
{
	for (enum age age = BEFORE_SWAPCACHE; age < AGES; age++) {
		static const struct line changed[] = {
			{"Cached", (9000 - 345 - 24) * PAGE, false},
			{"SwapCached", 24 * PAGE, false},
			{"AnonHugePages", 24 * 512 * PAGE, false},
			{"FilePmdMapped", 23 * 512 * PAGE, false},
			{"SecPageTables", UINT64_MAX, false},
		};
		struct world world;

		make(&world, age);
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
		put(&world, SWAP_FILES, 0);
		load(&world);
		CU_ASSERT_EQUAL(value_of(&world, "SwapCached"), 0);
		put(&world, SWAP_FILES, 33);
		load(&world);
		CU_ASSERT_EQUAL(value_of(&world, "SwapCached"), 24 * PAGE);
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
		destroy(&world);
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

static void expect_without(const struct world *world, const char *const lines[7])
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
		struct world world;

		make(&world, NOW);
		name_variables(&world, costs[i].variable);
		load(&world);
		expect_without(&world, costs[i].lines);
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
		name_variables(&world, VARIABLES);
		made_lose(world.made, world.at[costs[i].variable]);
		load(&world);
		expect_without(&world, costs[i].lines);
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 1 + twice);
		destroy(&world);
	}
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
		struct world world;

		make(&world, NOW);
		made_lose(world.made, world.at[lost[i].variable]);
		load(&world);
		CU_ASSERT_PTR_NOT_NULL(
			strstr(fb_warnings_get(world.made->warnings, 0), lost[i].warning));
		destroy(&world);
	}
}

/* What the marks hold back of each sort is half of it at most, and there is never less than nothing. */
static void available_memory_is_bounded(void)
{
	struct world world;

	make(&world, NOW);
	world.zone[1].low = 312 - 40; /* half of 625 */
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), (4850 + 3688 + 313) * PAGE);
	world.zone[1].low = 5000;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), (4850 + 2000 + 313) * PAGE);
	put(&world, RESERVE, 5000 + 2000 + 313 - 1);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), PAGE);
	put(&world, RESERVE, 20000);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), 0);
	world.zones.count = 0;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "MemAvailable"), UINT64_MAX);
	destroy(&world);
}

/* Counts that are negative for a moment are 0, and so is what else would be. */
static void nothing_is_negative(void)
{
	struct world world;

	make(&world, NOW);
	put(&world, SWAP_FREE, 1);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "SwapFree"), PAGE);
	put(&world, SWAP_FREE, (uint64_t)-3);
	MADE_SET(world.made, world.at[COMMITTED], percpu_counter_count, 19);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "SwapFree"), 0);
	CU_ASSERT_EQUAL(value_of(&world, "Committed_AS"), 0);
	MADE_SET(world.made, world.at[COMMITTED], percpu_counter_count, 21);
	put(&world, TOTAL_RAM, 265216); /* all in huge pages */
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Committed_AS"), PAGE);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), 700 * PAGE);
	put(&world, TOTAL_RAM, 265216 - 100);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), 700 * PAGE);
	put(&world, TOTAL_RAM, 265216 + 100);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), 750 * PAGE);
	destroy(&world);
}

/* vm.overcommit_kbytes stands before vm.overcommit_ratio. */
static void the_limit_may_be_a_size(void)
{
	struct world world;

	make(&world, NOW);
	put(&world, OVERCOMMIT_KIB, 4003);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "CommitLimit"), (700 + 1000) * PAGE);
	destroy(&world);
}

static void cached_is_what_is_left(void)
{
	struct world world;

	make(&world, NOW);
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
	destroy(&world);
}

static void huge_pages_have_orders_that_can_be(void)
{
	struct world world;

	make(&world, NOW);
	MADE_SET(world.made, world.at[HUGE_STATES], hstate_order, 19);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), UINT64_MAX);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(world.made->warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_warnings_get(world.made->warnings, 0), "huge pages of order 19"));
	/* One size; two are the most there are. */
	MADE_SET(world.made, world.at[HUGE_STATES], hstate_order, 18);
	put(&world, HUGE_COUNT, 1);
	put(&world, HUGE_STANDARD, 0);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), GIB);
	CU_ASSERT_EQUAL(value_of(&world, "HugePages_Free"), 99);
	put(&world, HUGE_COUNT, 3);
	MADE_SET(world.made, world.at[HUGE_STATES] + 128, hstate_order, 19);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), GIB + 6 * 512 * PAGE);
	put(&world, HUGE_COUNT, 0);
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), 0);
	world.made->kernel.layout.hstate.size = 0;
	load(&world);
	CU_ASSERT_EQUAL(value_of(&world, "Hugetlb"), UINT64_MAX);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 1);
	destroy(&world);
}

static void what_is_fatal_passes(void)
{
	for (enum age age = NOW; age < AGES; age++) {
		struct failing_space failing;
		struct failure failure;
		struct world world;

		make(&world, age);
		failing_space_init(&failing, world.made->kernel.space, &failure);
		world.made->kernel.space = &failing.space;
		CU_ASSERT(failing_must_pass(ask, &world, &failure, 100, 0) > 30);
		world.made->kernel.space = failing.whole;
		destroy(&world);
	}
}

/* The counters as they stand in memory. */
static void counters_are_read(void)
{
	static const struct {
		int64_t items;
		enum fb_code code; /* FB_NOMEM: none */
	} counts[] = {{0, FB_CORRUPT},
		      {-1, FB_CORRUPT},
		      {1, FB_NOMEM},
		      {128, FB_NOMEM},
		      {129, FB_CORRUPT}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(counts); i++) {
		const struct fb_btf_value zone[] = {{"NR_FREE_PAGES", 0},
						    {"NR_VM_ZONE_STAT_ITEMS", 2}};
		const struct fb_btf_value node[] = {{"NR_FIRST", 0},
						    {"NR_VM_NODE_STAT_ITEMS", counts[i].items},
						    {"NR_BELOW", -1}};
		struct made_kernel *made = made_kernel_create();
		uint64_t zones = made_alloc(made, 1024), nodes = made_alloc(made, 1024), value = 7;
		struct fb_memory_counters counters;
		struct fb_btf_builder builder;
		struct fb_btf *types = NULL;
		struct fb_error *err;
		uint32_t id;

		FB_OK_FATAL(fb_btf_builder_init(&builder));
		FB_OK(fb_btf_builder_enum(&builder, "zone_stat_item", 4, false, zone, 2, &id));
		FB_OK(fb_btf_builder_enum(&builder, "node_stat_item", 4, true, node, 3, &id));
		FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
		fb_btf_builder_deinit(&builder);
		made->kernel.types = types;
		made_put(made, zones, 12345, 8);
		made_put(made, zones + 8, (uint64_t)-1, 8);
		made_put(made, nodes, 678, 8);
		made_symbols(made, (const char *const[]){"vm_zone_stat", "vm_node_stat", NULL},
			     (const uint64_t[]){zones, nodes});
		err = fb_memory_counters_load(&made->kernel, &counters);
		CU_ASSERT_EQUAL(err == NULL, counts[i].code == FB_NOMEM);
		if (err) {
			CU_ASSERT_EQUAL(fb_error_code(err), counts[i].code);
		} else {
			CU_ASSERT_EQUAL(counters.zone_count, 2);
			CU_ASSERT_EQUAL(counters.node_count, counts[i].items);
			CU_ASSERT_EQUAL(counters.zone[1], 0); /* a negative sum */
			CU_ASSERT_TRUE(fb_memory_counter(&counters, "NR_FREE_PAGES", &value));
			CU_ASSERT_EQUAL(value, 12345);
			CU_ASSERT_TRUE(fb_memory_counter(&counters, "NR_FIRST", &value));
			CU_ASSERT_EQUAL(value, 678);
			CU_ASSERT_FALSE(fb_memory_counter(&counters, "NR_BELOW", &value));
			CU_ASSERT_FALSE(
				fb_memory_counter(&counters, "NR_VM_ZONE_STAT_ITEMS", &value));
			CU_ASSERT_EQUAL(value, 678);
			made_lose(made, nodes);
			FB_FAILS_WITH(fb_memory_counters_load(&made->kernel, &counters), FB_ABSENT,
				      "vm_zone_stat: ");
			made_symbols(made, (const char *const[]){"vm_zone_stat", NULL},
				     (const uint64_t[]){zones});
		}
		fb_error_destroy(err);
		made->kernel.types = NULL;
		FB_FAILS_WITH(fb_memory_counters_load(&made->kernel, &counters), FB_NOT_FOUND,
			      "this kernel has no NR_VM_ZONE_STAT_ITEMS of enum zone_stat_item");
		fb_btf_destroy(types);
		made_kernel_destroy(made);
	}
}

FB_TEST_MAIN("kernel/made_meminfo", FB_TEST(every_line_is_made_of_its_counters),
	     FB_TEST(older_kernels_have_older_counters), FB_TEST(a_variable_costs_its_lines),
	     FB_TEST(warnings_say_what_is_lost), FB_TEST(available_memory_is_bounded),
	     FB_TEST(nothing_is_negative), FB_TEST(the_limit_may_be_a_size),
	     FB_TEST(cached_is_what_is_left), FB_TEST(huge_pages_have_orders_that_can_be),
	     FB_TEST(what_is_fatal_passes), FB_TEST(counters_are_read))
