// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks over made page tables: every kind of entry, and tables that are lost or lead nowhere. */
#include "kernel/paging/page_table.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_tables.h"

#define USER 0x00007f1234567000ull
#define PROTNONE_BIT 0x100ull

static struct fb_pt_walk walk_at(struct made_tables *made, uint64_t address)
{
	struct fb_pt_walk walk;

	memset(&walk, 0xaa, sizeof(walk));
	FB_OK(fb_pt_walk(&made->tables, address, &walk));
	return walk;
}

static void walks_four_and_five_levels(void)
{
	static const char *const names[2][5] = {{"PGD", "PUD", "PMD", "PTE"},
						{"PGD", "P4D", "PUD", "PMD", "PTE"}};

	for (unsigned levels = 4; levels <= 5; levels++) {
		struct made_tables *made = made_tables_create(levels);
		/* Only five levels reach this far. */
		uint64_t address = levels == 5 ? 0x00ab7f1234567000ull : USER;
		struct fb_pt_walk walk;

		made_tables_set(made, address, 0, 0x123456000ull | ENTRY_TABLE | ENTRY_NX);
		walk = walk_at(made, address + 0x789);
		CU_ASSERT_EQUAL(walk.state, FB_PT_PRESENT);
		CU_ASSERT_EQUAL(walk.physical, 0x123456789ull);
		CU_ASSERT_EQUAL(walk.page_size, FB_PAGE_SIZE);
		CU_ASSERT_EQUAL_FATAL(walk.level_count, levels);
		for (unsigned i = 0; i < levels; i++)
			CU_ASSERT_STRING_EQUAL(walk.levels[i].name, names[levels - 4][i]);
		CU_ASSERT_EQUAL(walk.levels[levels - 1].entry,
				0x123456000ull | ENTRY_TABLE | ENTRY_NX);
		CU_ASSERT_EQUAL(walk.levels[levels - 1].entry_address % FB_PAGE_SIZE,
				(address >> 12 & 511) * 8);
		walk = walk_at(made, address + FB_PAGE_SIZE);
		CU_ASSERT_EQUAL(walk.state, FB_PT_NONE);
		CU_ASSERT_EQUAL(walk.level_count, levels);
		made_tables_destroy(made);
	}
}

static void knows_huge_pages(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_pt_walk walk;

	/* Bit 12 of a huge entry is PAT, no part of the frame. */
	made_tables_set(made, 0x40000000, 2, 0x80000000ull | 0x1000 | ENTRY_HUGE);
	made_tables_set(made, 0x80200000, 1, 0x12400000ull | ENTRY_HUGE);
	walk = walk_at(made, 0x40000000 + 0x2345678);
	CU_ASSERT_EQUAL(walk.state, FB_PT_PRESENT);
	CU_ASSERT_EQUAL(walk.page_size, 1ull << 30);
	CU_ASSERT_EQUAL(walk.physical, 0x80000000ull + 0x2345678);
	walk = walk_at(made, 0x80200000 + 0x1fffff);
	CU_ASSERT_EQUAL(walk.page_size, 1ull << 21);
	CU_ASSERT_EQUAL(walk.physical, 0x12400000ull + 0x1fffff);
	/* Being split: not present, the frame inverted, whatever PROTNONE says. */
	made_tables_set(made, 0x80400000, 1, made_protnone(0x12600000, 0x80));
	walk = walk_at(made, 0x80400000 + 0x1234);
	CU_ASSERT_EQUAL(walk.state, FB_PT_PROTNONE);
	CU_ASSERT_EQUAL(walk.physical, 0x12600000ull + 0x1234);
	/* No CPU has pages of 512 GiB. */
	made_tables_set(made, 0x8000000000, 3, 0x1000ull | ENTRY_HUGE);
	walk = walk_at(made, 0x8000000000);
	CU_ASSERT_EQUAL(walk.state, FB_PT_CORRUPT);
	CU_ASSERT_EQUAL(walk.entry, 0x1000ull | ENTRY_HUGE);
	made_tables_destroy(made);
}

static void tells_absent_entries_apart(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_pt_walk walk;

	made_tables_set(made, USER, 0, made_protnone(0x7654321000, PROTNONE_BIT));
	walk = walk_at(made, USER + 5);
	CU_ASSERT_EQUAL(walk.state, FB_PT_PROTNONE);
	CU_ASSERT_EQUAL(walk.physical, 0x7654321005ull);

	made_tables_set(made, USER, 0, made_swap(3, 0x123456789));
	walk = walk_at(made, USER);
	CU_ASSERT_EQUAL(walk.state, FB_PT_SWAP);
	CU_ASSERT_EQUAL(walk.swap_type, 3);
	CU_ASSERT_EQUAL(walk.swap_offset, 0x123456789ull);
	/* The first and the last that there can be. */
	made_tables_set(made, USER, 0, made_swap(0, 0));
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_SWAP);
	CU_ASSERT_EQUAL(walk_at(made, USER).swap_offset, 0);
	made_tables_set(made, USER, 0, made_swap(22, (1ull << 50) - 1));
	walk = walk_at(made, USER);
	CU_ASSERT_EQUAL(walk.state, FB_PT_SWAP);
	CU_ASSERT_EQUAL(walk.swap_offset, (1ull << 50) - 1);
	/* Migration, hwpoison, device memory. */
	made_tables_set(made, USER, 0, made_swap(31, 7));
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_SPECIAL);
	/* A PMD that migrates; above it there is nothing of the kind. */
	made_tables_set(made, USER, 1, made_swap(30, 7));
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_SPECIAL);
	made_tables_set(made, USER, 3, made_swap(1, 7));
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_CORRUPT);
	made_tables_destroy(made);
}

/* A frame is there only where the CPU may use it. */
static void frames_are_of_present_pages(void)
{
	struct made_tables *made = made_tables_create(4);
	uint64_t pfn = 1;

	FB_OK(fb_pt_frame(&made->tables, USER, &pfn));
	CU_ASSERT_EQUAL(pfn, 0);
	made_tables_set(made, USER, 0, 0x123456000ull | ENTRY_TABLE);
	FB_OK(fb_pt_frame(&made->tables, USER + 0xfff, &pfn));
	CU_ASSERT_EQUAL(pfn, 0x123456);
	made_tables_set(made, USER, 0, made_protnone(0x123456000, PROTNONE_BIT));
	FB_OK(fb_pt_frame(&made->tables, USER, &pfn));
	CU_ASSERT_EQUAL(pfn, 0);
	made_tables_set(made, 0x80200000, 1, 0x12400000ull | ENTRY_HUGE);
	FB_OK(fb_pt_frame(&made->tables, 0x80200000 + 0x3456, &pfn));
	CU_ASSERT_EQUAL(pfn, 0x12403);
	made->failure = FB_NOMEM;
	made->absent[1] = true;
	FB_FAILS(fb_pt_frame(&made->tables, USER, &pfn), FB_NOMEM);
	CU_ASSERT_EQUAL(pfn, 0);
	made_tables_destroy(made);
}

/* AMD's encryption bit stands among those of the frame. */
static void takes_the_encryption_bit_off(void)
{
	struct made_tables *made = made_tables_create(4);
	uint64_t mask = 1ull << 47, *top = made_tables_entry(made, USER, 3);

	made_tables_set(made, USER, 0, 0x5000 | mask | ENTRY_TABLE);
	made->tables.encryption_mask = mask;
	*top |= mask;
	CU_ASSERT_EQUAL(walk_at(made, USER).physical, 0x5000);
	made_tables_set(made, USER, 0, made_protnone(0x6000, PROTNONE_BIT) & ~mask);
	CU_ASSERT_EQUAL(walk_at(made, USER).physical, 0x6000);
	made_tables_destroy(made);
}

static void stops_at_lost_tables(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_linear_maps linear = {.image = true,
					.phys_base = 0x1000000,
					.direct_start = 0xffff888000000000ull,
					.direct_size = 1 << 20};
	uint64_t frame;
	struct fb_pt_walk walk;

	made_tables_set(made, USER, 0, 0x5000 | ENTRY_TABLE);
	frame = made_tables_frame(made, USER, 1);
	made->absent[frame] = true;
	walk = walk_at(made, USER);
	CU_ASSERT_EQUAL(walk.state, FB_PT_ABSENT);
	CU_ASSERT_EQUAL(walk.level_count, 2);
	CU_ASSERT_EQUAL(walk.page_size, 1ull << 21);
	/* A dump without pages of zeros has lost nothing there. */
	made->tables.zeros_excluded = true;
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_NONE);
	/* But what was to be in the dump is no page of zeros. */
	made->failure = FB_TRUNCATED;
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_LOST);
	made->failure = FB_CORRUPT;
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_CORRUPT);
	made->failure = FB_OS;
	FB_FAILS(fb_pt_walk(&made->tables, USER, &walk), FB_OS);
	made->failure = FB_NOMEM;
	FB_FAILS(fb_pt_walk(&made->tables, USER, &walk), FB_NOMEM);
	/* The kernel's image and its map of all memory can be had without. */
	made->failure = FB_ABSENT;
	made->tables.zeros_excluded = false;
	made->tables.linear = &linear;
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_ABSENT);
	made->absent[1] = true;
	walk = walk_at(made, 0xffffffff81234567ull);
	CU_ASSERT_EQUAL(walk.state, FB_PT_PRESENT);
	CU_ASSERT_EQUAL(walk.physical, 0x1000000 + 0x1234567);
	CU_ASSERT_EQUAL(walk_at(made, 0xffffffffc1234567ull).state, FB_PT_ABSENT);
	CU_ASSERT_EQUAL(walk_at(made, 0xffff888000000000ull + 0xfffff).physical, 0xfffff);
	CU_ASSERT_EQUAL(walk_at(made, 0xffff888000000000ull + 0x100000).state, FB_PT_ABSENT);
	made_tables_destroy(made);
}

static void refuses_tables_outside_memory(void)
{
	struct made_tables *made = made_tables_create(4);

	made_tables_set(made, USER, 2, 0x000ffffffffff000ull | ENTRY_TABLE);
	CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_ABSENT);
	made->tables.root = UINT64_MAX - 8;
	CU_ASSERT_NOT_EQUAL(walk_at(made, USER).state, FB_PT_PRESENT);
	made_tables_destroy(made);
}

/* The hole is passed over in few steps, whatever asks. */
static void knows_non_canonical_addresses(void)
{
	for (unsigned levels = 4; levels <= 5; levels++) {
		struct made_tables *made = made_tables_create(levels);
		uint64_t half = 1ull << (11 + 9 * levels);
		struct fb_pt_walk walk;

		made_tables_set(made, half - FB_PAGE_SIZE, 0, 0x5000 | ENTRY_TABLE);
		made_tables_set(made, -half, 0, 0x6000 | ENTRY_TABLE);
		CU_ASSERT_EQUAL(walk_at(made, half - 1).physical, 0x5fff);
		CU_ASSERT_EQUAL(walk_at(made, -half).physical, 0x6000);
		for (unsigned i = 0; i < 2; i++) {
			walk = walk_at(made, i ? -half - 1 : half);
			CU_ASSERT_EQUAL(walk.state, FB_PT_NONE);
			CU_ASSERT_EQUAL(walk.level_count, 0);
			CU_ASSERT_EQUAL(walk.page_size, half);
		}
		made_tables_destroy(made);
	}
}

#define MAX_RUNS 600u

struct runs {
	struct fb_pt_run run[MAX_RUNS];
	size_t count;
	size_t fail_at; /* 0: never */
};

static struct fb_error *keep_run(void *context, const struct fb_pt_run *run)
{
	struct runs *runs = context;

	if (runs->count == MAX_RUNS)
		return fb_error_create(FB_LIMIT, "too many runs");
	runs->run[runs->count++] = *run;
	if (runs->count == runs->fail_at)
		return fb_error_create(FB_UNSUPPORTED, "enough");
	return NULL;
}

static struct runs runs; /* too large for a stack */

static struct fb_error *each(struct made_tables *made, uint64_t start, uint64_t end)
{
	memset(&runs, 0, sizeof(runs));
	return fb_pt_for_each(&made->tables, start, end, NULL, keep_run, &runs);
}

/* Without a gap, and as single addresses are. */
static void check_runs(struct made_tables *made, uint64_t start, uint64_t end)
{
	uint64_t at = start;

	for (size_t i = 0; i < runs.count; i++) {
		const struct fb_pt_run *run = &runs.run[i];
		struct fb_pt_walk walk = walk_at(made, run->start);

		CU_ASSERT_EQUAL(run->start, at);
		CU_ASSERT(run->end > run->start);
		CU_ASSERT_EQUAL(run->state, walk.state);
		if (walk.state == FB_PT_PRESENT || walk.state == FB_PT_PROTNONE)
			CU_ASSERT_EQUAL(run->physical, walk.physical);
		at = run->end;
	}
	CU_ASSERT_EQUAL(at, end);
}

static void gives_runs(void)
{
	struct made_tables *made = made_tables_create(4);
	uint64_t base = USER & ~0x1fffffull;

	for (unsigned i = 0; i < 8; i++)
		made_tables_set(made, base + i * 4096ull, 0,
				(0x100000 + i * 4096ull) | ENTRY_TABLE);
	/* Goes on in memory, but not in what is allowed. */
	made_tables_set(made, base + 8 * 4096, 0, 0x108000 | ENTRY_READ_ONLY);
	made_tables_set(made, base + 9 * 4096, 0, 0x109000 | ENTRY_READ_ONLY | ENTRY_NX);
	/* Elsewhere in memory; swapped pages one by one. */
	made_tables_set(made, base + 10 * 4096, 0, 0x300000 | ENTRY_TABLE);
	made_tables_set(made, base + 11 * 4096, 0, made_swap(1, 8));
	made_tables_set(made, base + 12 * 4096, 0, made_swap(1, 9));
	made_tables_set(made, base + 13 * 4096, 0, made_protnone(0x400000, PROTNONE_BIT));
	made_tables_set(made, base + 14 * 4096, 0, made_protnone(0x401000, PROTNONE_BIT));
	FB_OK(each(made, base, base + 0x400000));
	check_runs(made, base, base + 0x400000);
	CU_ASSERT_EQUAL_FATAL(runs.count, 8);
	CU_ASSERT_EQUAL(runs.run[0].end, base + 8 * 4096);
	CU_ASSERT(runs.run[0].writable && runs.run[0].executable);
	CU_ASSERT(!runs.run[1].writable && runs.run[1].executable);
	CU_ASSERT(!runs.run[2].writable && !runs.run[2].executable);
	CU_ASSERT_EQUAL(runs.run[3].physical, 0x300000);
	CU_ASSERT_EQUAL(runs.run[4].swap_offset, 8);
	CU_ASSERT_EQUAL(runs.run[5].swap_offset, 9);
	CU_ASSERT_EQUAL(runs.run[6].state, FB_PT_PROTNONE);
	CU_ASSERT_EQUAL(runs.run[6].end - runs.run[6].start, 8192);
	/* Nothing, over the end of one table and through the whole of the next. */
	CU_ASSERT_EQUAL(runs.run[7].state, FB_PT_NONE);
	/* A part of a page counts as the page. */
	FB_OK(each(made, base + 4095, base + 4097));
	CU_ASSERT_EQUAL_FATAL(runs.count, 1);
	CU_ASSERT_EQUAL(runs.run[0].start, base);
	CU_ASSERT_EQUAL(runs.run[0].end, base + 8192);
	FB_OK(each(made, base, base));
	CU_ASSERT_EQUAL(runs.count, 0);
	made_tables_destroy(made);
}

static void gives_runs_of_huge_pages(void)
{
	struct made_tables *made = made_tables_create(4);

	made_tables_set(made, 0x40000000, 1, 0x10000000 | ENTRY_HUGE);
	made_tables_set(made, 0x40200000, 1, 0x10200000 | ENTRY_HUGE);
	made_tables_set(made, 0x40400000, 0, 0x10400000 | ENTRY_TABLE);
	made_tables_set(made, 0x80000000, 2, 0x40000000 | ENTRY_HUGE);
	/* From within a huge page to within another. */
	FB_OK(each(made, 0x40001000, 0x80003000));
	check_runs(made, 0x40001000, 0x80003000);
	CU_ASSERT_EQUAL_FATAL(runs.count, 4);
	CU_ASSERT_EQUAL(runs.run[0].physical, 0x10001000);
	CU_ASSERT_EQUAL(runs.run[0].end, 0x40400000);
	/* Next to it in memory, but of another size. */
	CU_ASSERT_EQUAL(runs.run[1].page_size, FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(runs.run[3].end - runs.run[3].start, 0x3000);
	made_tables_destroy(made);
}

static void gives_the_highest_address(void)
{
	struct made_tables *made = made_tables_create(4);
	uint64_t last = UINT64_MAX - FB_PAGE_SIZE + 1;

	made_tables_set(made, last - FB_PAGE_SIZE, 0, 0x5000 | ENTRY_TABLE);
	FB_OK(each(made, last - 2 * FB_PAGE_SIZE, last));
	CU_ASSERT_EQUAL_FATAL(runs.count, 2);
	CU_ASSERT_EQUAL(runs.run[1].end, last);
	FB_FAILS(each(made, 0, UINT64_MAX - FB_PAGE_SIZE), FB_INVALID);
	FB_FAILS(each(made, 0x7ffffffff000, 0x800000001000), FB_INVALID);
	FB_OK(each(made, 0, 0x800000000000));
	check_runs(made, 0, 0x800000000000);
	made_tables_destroy(made);
}

static void ends_where_the_callback_says(void)
{
	struct made_tables *made = made_tables_create(4);

	for (unsigned i = 0; i < 4; i++)
		made_tables_set(made, USER + i * 4096ull, 0, (0x9000ull - i * 4096) | ENTRY_TABLE);
	memset(&runs, 0, sizeof(runs));
	runs.fail_at = 2;
	FB_FAILS(fb_pt_for_each(&made->tables, USER, USER + 0x4000, NULL, keep_run, &runs),
		 FB_UNSUPPORTED);
	CU_ASSERT_EQUAL(runs.count, 2);
	made_tables_destroy(made);
}

static void gives_runs_of_lost_tables(void)
{
	struct made_tables *made = made_tables_create(4);
	uint64_t base = USER & ~0x1fffffull;

	made_tables_set(made, base, 0, 0x5000 | ENTRY_TABLE);
	made_tables_set(made, base + 0x200000, 0, 0x6000 | ENTRY_TABLE);
	made->absent[made_tables_frame(made, base, 0)] = true;
	FB_OK(each(made, base + 0x1000, base + 0x201000));
	check_runs(made, base + 0x1000, base + 0x201000);
	CU_ASSERT_EQUAL_FATAL(runs.count, 2);
	CU_ASSERT_EQUAL(runs.run[0].state, FB_PT_ABSENT);
	made->failure = FB_OS;
	FB_FAILS(each(made, base, base + 0x1000), FB_OS);
	made_tables_destroy(made);
}

/* A table that is its own, or a grandchild's, child would have 2^36 pages. */
static void ends_loops(void)
{
	for (unsigned level = 1; level < 4; level++) {
		for (unsigned above = level; above < 4; above++) {
			struct made_tables *made = made_tables_create(4);
			uint64_t frame = made_tables_frame(made, USER, above);
			uint64_t table = made_tables_frame(made, USER, level);

			for (unsigned i = 0; i < 512; i++)
				made->words[table][i] = frame << FB_PAGE_SHIFT | ENTRY_TABLE;
			/* The way down to the table itself may have been overwritten by that. */
			CU_ASSERT_EQUAL(walk_at(made, USER).state, FB_PT_CORRUPT);
			FB_OK(each(made, 0, 0x800000000000));
			CU_ASSERT(runs.count < 16);
			made_tables_destroy(made);
		}
	}
}

static void names_states(void)
{
	CU_ASSERT_STRING_EQUAL(fb_pt_state_name(FB_PT_PROTNONE), "prot-none");
	CU_ASSERT_STRING_EQUAL(fb_pt_state_name((enum fb_pt_state)99), "unknown");
}

FB_TEST_MAIN("kernel/page_table", FB_TEST(walks_four_and_five_levels), FB_TEST(knows_huge_pages),
	     FB_TEST(tells_absent_entries_apart), FB_TEST(frames_are_of_present_pages),
	     FB_TEST(takes_the_encryption_bit_off), FB_TEST(stops_at_lost_tables),
	     FB_TEST(refuses_tables_outside_memory), FB_TEST(knows_non_canonical_addresses),
	     FB_TEST(gives_runs), FB_TEST(gives_runs_of_huge_pages),
	     FB_TEST(gives_the_highest_address), FB_TEST(ends_where_the_callback_says),
	     FB_TEST(gives_runs_of_lost_tables), FB_TEST(ends_loops), FB_TEST(names_states))
