// SPDX-License-Identifier: GPL-2.0-or-later
/* What memory is used for, of made counters: nothing is counted twice, and what is left is told only where all is
 * known. */
#include "cmd/mem/mem.h"

#include <string.h>

#include "tests/harness.h"

static const struct fb_meminfo whole = {
	.lines = {{"MemTotal", 1000, false},
		  {"MemFree", 100, false},
		  {"Buffers", 10, false},
		  {"Cached", 200, false},
		  {"SwapCached", 5, false},
		  {"Dirty", 50, false},
		  {"Shmem", 70, false},
		  {"AnonPages", 300, false},
		  {"Slab", 80, false},
		  {"SReclaimable", 30, false},
		  {"KernelStack", 20, false},
		  {"PageTables", 15, false},
		  {"VmallocUsed", 40, false},
		  {"Percpu", 6, false},
		  {"Hugetlb", 64, false}},
	.count = 15,
};

static const struct fb_mem_use *named(const struct fb_mem *mem, const char *name)
{
	for (size_t i = 0; i < mem->use_count; i++)
		if (!strcmp(mem->uses[i].name, name))
			return &mem->uses[i];
	return NULL;
}

static void adds_up_what_is_used(void)
{
	struct fb_mem mem = {.meminfo = whole};

	fb_mem_account(&mem, 12, true);
	CU_ASSERT(mem.rest_known);
	CU_ASSERT_EQUAL(mem.rest, 1000 - 100 - 215 - 300 - 80 - 40 - 15 - 6 - 64 - 12);
	CU_ASSERT_EQUAL(named(&mem, "page cache")->bytes, 215);
	CU_ASSERT_FALSE(named(&mem, "page cache")->within);
	CU_ASSERT_EQUAL(named(&mem, "shared memory and tmpfs")->bytes, 70);
	CU_ASSERT(named(&mem, "shared memory and tmpfs")->within);
	CU_ASSERT(named(&mem, "dirty")->within);
	CU_ASSERT(named(&mem, "reclaimable")->within);
	CU_ASSERT(named(&mem, "kernel stacks")->within);
	CU_ASSERT_EQUAL(named(&mem, "compressed pages (zram, zswap)")->bytes, 12);
}

static void stacks_outside_vmalloc_count_by_themselves(void)
{
	struct fb_mem mem = {.meminfo = whole};

	fb_mem_account(&mem, 0, false);
	CU_ASSERT_FALSE(named(&mem, "kernel stacks")->within);
	CU_ASSERT_EQUAL(mem.rest, 1000 - 100 - 215 - 300 - 80 - 40 - 20 - 15 - 6 - 64);
	CU_ASSERT_PTR_NULL(named(&mem, "compressed pages (zram, zswap)"));
}

static void the_rest_is_unknown_where_a_part_is(void)
{
	for (size_t missing = 0; missing < whole.count; missing++) {
		struct fb_mem mem = {.meminfo = whole};
		const char *name = mem.meminfo.lines[missing].name;
		bool optional = !strcmp(name, "Dirty") || !strcmp(name, "Shmem") ||
				!strcmp(name, "SReclaimable") || !strcmp(name, "Hugetlb");

		mem.meminfo.lines[missing].name = "gone";
		fb_mem_account(&mem, 0, true);
		CU_ASSERT_EQUAL(mem.rest_known, optional);
	}
}

/* Counters of a moment in which pages moved may add up to more than there is. */
static void too_much_leaves_no_rest(void)
{
	struct fb_mem mem = {.meminfo = whole};

	mem.meminfo.lines[0].value = 800;
	fb_mem_account(&mem, 0, true);
	CU_ASSERT_FALSE(mem.rest_known);
	CU_ASSERT_EQUAL(mem.rest, 0);
}

FB_TEST_MAIN("cmd/mem", FB_TEST(adds_up_what_is_used),
	     FB_TEST(stacks_outside_vmalloc_count_by_themselves),
	     FB_TEST(the_rest_is_unknown_where_a_part_is), FB_TEST(too_much_leaves_no_rest))
