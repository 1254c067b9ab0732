// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_meminfo.h. */
#include "tests/kernel/made_meminfo.h"

#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"

struct counted {
	const char *name;
	uint64_t value;
	enum memory_age until; /* the oldest kernel that has it */
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
	[TRANSPARENT] = "do_huge_pmd_anonymous_page",
};

static void add_counters(struct fb_btf_value *values, uint64_t *numbers, uint32_t *count,
			 const struct counted *counted, size_t size,
			 bool (*wanted)(enum memory_age, enum memory_age), enum memory_age age)
{
	for (size_t i = 0; i < size; i++) {
		if (!wanted(counted[i].until, age))
			continue;
		numbers[*count] = counted[i].value;
		values[*count] = (struct fb_btf_value){counted[i].name, *count};
		++*count;
	}
}

static bool is_there(enum memory_age until, enum memory_age age)
{
	return until >= age;
}

static bool is_oldest(enum memory_age until, enum memory_age age)
{
	return until == BEFORE_BYTES && age == BEFORE_BYTES;
}

static void make_counters(struct made_meminfo *world, enum memory_age age)
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

void made_meminfo_put(struct made_meminfo *world, enum variable variable, uint64_t value)
{
	made_put(world->made, world->at[variable], value, 8);
}

void made_meminfo_name(struct made_meminfo *world, unsigned without)
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
static void make_block_devices(struct made_meminfo *world)
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
	made_meminfo_put(world, SUPERBLOCK, superblock);
}

/* Two areas: one of three spaces with 7, 8 and 9 pages, one without any. */
static void make_swap(struct made_meminfo *world)
{
	struct made_kernel *made = world->made;
	uint64_t spaces = made_alloc(made, 3ull * 64);

	for (unsigned i = 0; i < 3; i++)
		MADE_SET(made, spaces + i * 64ull, address_space_count, 7 + i);
	made_meminfo_put(world, SWAP_FILES, 2);
	made_meminfo_put(world, SWAP_SPACES, spaces);
	made_meminfo_put(world, SWAP_SPACE_COUNTS, 3 | 5ull << 32);
	made_meminfo_put(world, SWAP_TOTAL, 700);
	made_meminfo_put(world, SWAP_FREE, 650);
}

/* One page of 1 GiB, and six of 2 MiB, which is the usual size. */
static void make_huge_pages(struct made_meminfo *world)
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
	made_meminfo_put(world, HUGE_COUNT, 2);
	made_meminfo_put(world, HUGE_STANDARD, 1);
}

void made_meminfo_create(struct made_meminfo *world, enum memory_age age)
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
	made_meminfo_put(world, TOTAL_RAM, 1000000);
	made_meminfo_put(world, RESERVE, 150);
	made_meminfo_put(world, OVERCOMMIT_RATIO,
			 50 | 7ull << 32); /* an int, and something behind it */
	MADE_FIELD(made, percpu_counter_count, 0, 8);
	MADE_FIELD(made, percpu_counter_counters, 8, 8);
	MADE_SET(made, world->at[COMMITTED], percpu_counter_count, 500);
	MADE_SET(made, world->at[COMMITTED], percpu_counter_counters, part);
	made_put(made, part, (uint32_t)-20, 4);
	made_meminfo_put(world, VMALLOC, 31);
	made_meminfo_put(world, POPULATED, 33);
	made_meminfo_put(world, UNITS, 2);
	made_meminfo_put(world, POISONED, 35);
	made_meminfo_name(world, VARIABLES);
}

void made_meminfo_destroy(struct made_meminfo *world)
{
	fb_btf_destroy((struct fb_btf *)world->counters.types);
	made_kernel_destroy(world->made);
}
