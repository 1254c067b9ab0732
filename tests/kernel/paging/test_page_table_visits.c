// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks over tables that share children: as far as a kernel shares them, and no further. */
#include "kernel/paging/page_table_visits.h"

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/made_tables.h"

#define USER_END 0x800000000000ull
#define USER 0x00007f1234567000ull
#define GIB (1ull << 30)
#define ENTRIES 512u
/* Far above what any case here needs, far below the 2^36 pages of user space. */
#define TOO_MANY_STEPS (8u << 20)

struct steps {
	uint64_t all, present, corrupt;
	uint64_t corrupt_bytes;
};

/* From entry to entry, as whoever looks at a whole process does. */
static struct steps walk_all(struct made_tables *made, struct fb_pt_visits *visits, uint64_t start,
			     uint64_t end)
{
	struct steps steps = {0};

	while (start < end && steps.all < TOO_MANY_STEPS) {
		struct fb_pt_walk walk;

		FB_OK_FATAL(fb_pt_walk(&made->tables, start, &walk));
		FB_OK_FATAL(fb_pt_visits_enter(visits, &made->tables, start, &walk));
		steps.all++;
		steps.present += walk.state == FB_PT_PRESENT;
		if (walk.state == FB_PT_CORRUPT) {
			steps.corrupt++;
			steps.corrupt_bytes += walk.page_size;
			CU_ASSERT(walk.level_count > 0);
			CU_ASSERT_EQUAL(walk.physical, 0);
		}
		start = (start | (walk.page_size - 1)) + 1;
	}
	return steps;
}

static struct fb_pt_visits *begin(uint64_t pages)
{
	struct fb_pt_visits *visits = NULL;

	FB_OK_FATAL(fb_pt_visits_create(pages, &visits));
	return visits;
}

/* All entries of the tables on the way to USER lead to the one next table. */
static void share_all(struct made_tables *made, unsigned levels, uint64_t leaf)
{
	made_tables_set(made, USER, 0, leaf);
	for (unsigned level = levels; level-- > 0;) {
		uint64_t frame = made_tables_frame(made, USER, level);
		uint64_t entry = *made_tables_entry(made, USER, level);

		for (unsigned i = 0; i < ENTRIES; i++)
			made->words[frame][i] = entry;
	}
}

/* Four tables that claim to be all of user space: 2^35 present pages. */
static void ends_where_all_is_shared(void)
{
	for (unsigned levels = 4; levels <= 5; levels++) {
		struct made_tables *made = made_tables_create(levels);
		struct fb_pt_visits *visits = begin(100);
		uint64_t end = levels == 5 ? 1ull << 56 : USER_END;
		struct steps steps;

		share_all(made, levels, 0x5000 | ENTRY_TABLE);
		steps = walk_all(made, visits, 0, end);
		CU_ASSERT(steps.all < TOO_MANY_STEPS);
		CU_ASSERT(steps.present <= (1 + FB_MAX_STRAY_TABLES) * ENTRIES);
		CU_ASSERT(steps.present >= ENTRIES);
		CU_ASSERT(fb_pt_visits_refused(visits));
		fb_pt_visits_destroy(visits);
		made_tables_destroy(made);
	}
}

static struct fb_error *count_run(void *context, const struct fb_pt_run *run)
{
	struct steps *steps = context;

	steps->all++;
	steps->present += run->state == FB_PT_PRESENT ? (run->end - run->start) / FB_PAGE_SIZE : 0;
	steps->corrupt += run->state == FB_PT_CORRUPT;
	return steps->all < TOO_MANY_STEPS ? NULL : fb_error_create(FB_LIMIT, "too many runs");
}

/* So do walks over a range, which give what the single ones do. */
static void ranges_end_where_all_is_shared(void)
{
	for (unsigned levels = 4; levels <= 5; levels++) {
		struct made_tables *made = made_tables_create(levels);
		struct fb_pt_visits *visits = begin(100), *single = begin(100);
		uint64_t end = levels == 5 ? 1ull << 56 : USER_END;
		struct steps steps = {0};

		share_all(made, levels, 0x5000 | ENTRY_TABLE);
		FB_OK(fb_pt_for_each(&made->tables, 0, end, visits, count_run, &steps));
		CU_ASSERT_EQUAL(steps.present, walk_all(made, single, 0, end).present);
		CU_ASSERT(steps.corrupt > 0);
		CU_ASSERT(fb_pt_visits_refused(visits));
		fb_pt_visits_destroy(visits);
		fb_pt_visits_destroy(single);
		made_tables_destroy(made);
	}
}

/* PMD tables of huge pages may stand at several places, but not at all there are. */
static void ends_where_huge_pages_are_shared(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_pt_visits *visits = begin(100);
	uint64_t pud = made_tables_frame(made, USER, 2), pmd = made_tables_frame(made, USER, 1);
	uint64_t pgd = made_tables_frame(made, USER, 3);
	uint64_t to_pmd = *made_tables_entry(made, USER, 2);
	struct steps steps;

	for (unsigned i = 0; i < ENTRIES; i++)
		made->words[pmd][i] = 0x200000ull | ENTRY_HUGE;
	for (unsigned i = 0; i < ENTRIES; i++)
		made->words[pud][i] = to_pmd;
	/* 32 TiB by PUD tables of their own, as no kernel has them in one process. */
	for (unsigned i = 0; i < 32; i++) {
		uint64_t frame = made_tables_page(made);

		for (unsigned k = 0; k < ENTRIES; k++)
			made->words[frame][k] = to_pmd;
		made->words[pgd][i] = frame << FB_PAGE_SHIFT | ENTRY_TABLE;
	}
	steps = walk_all(made, visits, 0, USER_END);
	CU_ASSERT_EQUAL(steps.present, (1 + FB_MAX_SHARED_TABLES) * ENTRIES);
	CU_ASSERT_EQUAL(steps.corrupt, 33 * ENTRIES - 1 - FB_MAX_SHARED_TABLES);
	CU_ASSERT_EQUAL(steps.corrupt_bytes, steps.corrupt * GIB);
	fb_pt_visits_destroy(visits);
	made_tables_destroy(made);
}

/* What the kernel makes, and what one damaged entry makes, costs nothing. */
static void lets_pass_what_there_is(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_pt_visits *visits = begin(100);
	uint64_t pages = 0;

	for (uint64_t at = 0; at < 8; at++, pages++)
		made_tables_set(made, USER + at * 0x200000, 0, 0x5000 | ENTRY_TABLE);
	/* A hugetlb file that is mapped at two places. */
	for (unsigned i = 0; i < ENTRIES; i++)
		made_tables_set(made, 64 * GIB + i * 0x200000ull, 1, 0x200000ull | ENTRY_HUGE);
	*made_tables_entry(made, 65 * GIB, 2) = *made_tables_entry(made, 64 * GIB, 2);
	/* A bit has flipped, and leads to another's table. */
	*made_tables_entry(made, USER, 1) = *made_tables_entry(made, USER + 0x200000, 1);
	/* Each part by itself, and then all, as often as somebody asks. */
	for (unsigned i = 0; i < 3 * FB_MAX_STRAY_TABLES; i++) {
		struct steps steps = walk_all(made, visits, USER, USER + 0x200000);

		CU_ASSERT_EQUAL(steps.present, 1);
		CU_ASSERT_EQUAL(steps.corrupt, 0);
	}
	CU_ASSERT_EQUAL(walk_all(made, visits, 0, USER_END).present, pages + 2 * ENTRIES);
	CU_ASSERT(!fb_pt_visits_refused(visits));
	fb_pt_visits_destroy(visits);
	made_tables_destroy(made);
}

/* More tables than the index begins with. */
static void keeps_many_tables_apart(void)
{
	struct fb_page_tables tables = {.levels = 4};
	struct fb_pt_visits *visits = begin(0);

	for (unsigned round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < 10000; i++) {
			struct fb_pt_walk walk = {.state = FB_PT_PRESENT, .level_count = 4};

			for (unsigned level = 1; level < 4; level++)
				walk.levels[level].entry_address =
					(i >> 9 * (3 - level)) * FB_PAGE_SIZE + 8;
			FB_OK(fb_pt_visits_enter(visits, &tables, i << 21, &walk));
			CU_ASSERT_EQUAL(walk.state, FB_PT_PRESENT);
		}
	}
	CU_ASSERT(!fb_pt_visits_refused(visits));
	fb_pt_visits_destroy(visits);
}

static void counts_pieces_of_huge_pages(void)
{
	struct fb_pt_visits *visits = begin(10);
	uint64_t count = 0;

	while (count < TOO_MANY_STEPS && fb_pt_visits_piece(visits))
		count++;
	CU_ASSERT_EQUAL(count, FB_MIN_HUGE_PIECES + 10 * FB_MAX_PIECES_PER_PAGE);
	CU_ASSERT(fb_pt_visits_refused(visits));
	fb_pt_visits_destroy(visits);
	fb_pt_visits_destroy(NULL);
}

FB_TEST_MAIN("kernel/page_table_visits", FB_TEST(ends_where_all_is_shared),
	     FB_TEST(ranges_end_where_all_is_shared), FB_TEST(ends_where_huge_pages_are_shared),
	     FB_TEST(lets_pass_what_there_is), FB_TEST(keeps_many_tables_apart),
	     FB_TEST(counts_pieces_of_huge_pages))
