// SPDX-License-Identifier: GPL-2.0-or-later
/* The order and the kinds of a bundle's pages: those of a made dump, stored or not, chosen, lost, and placed ones. */
#include "bundle/merge/page_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/dump/dump_private.h"
#include "tests/base/failing.h"
#include "tests/bundle/made_section.h"
#include "tests/harness.h"

/* Stored pages of the made dump, whose only part has its data from 100 to 1000. */
static const struct fb_dump_stored stored_pages[] = {
	{.pfn = 2, .offset = 100, .size = 50},
	{.pfn = 5, .offset = 949, .size = 51},
	{.pfn = 6,
	 .offset = 950,
	 .size = 51}, /* reaches behind the data, and the next two begin outside */
	{.pfn = 7, .offset = 99, .size = 50},
	{.pfn = 8, .offset = 1001, .size = 0},
	{.pfn = 9, .offset = 200, .size = 50, .part = 1}, /* of no part */
	{.pfn = 10, .offset = 1000, .size = 0},
	{.pfn = 11, .offset = 300, .size = 9, .flags = 1, .page_flags = 7},
};

static const uint64_t lost_frames[] = {1, 3, 25, 28};

static struct failure calls; /* of what the dump is asked */

static size_t one_part(const struct fb_dump *dump)
{
	(void)dump;
	return 1;
}

static struct fb_error *the_part(struct fb_dump *dump, size_t index, struct fb_dump_part *part_ret)
{
	(void)dump;
	CU_ASSERT_EQUAL(index, 0);
	*part_ret = (struct fb_dump_part){.data_start = 100, .data_end = 1000};
	return failing_step(&calls);
}

/* Three at a time. */
static struct fb_error *some_stored(struct fb_dump *dump, uint64_t pfn,
				    struct fb_dump_stored *stored, size_t room, size_t *count_ret)
{
	(void)dump;
	CU_ASSERT_EQUAL(room, FB_MERGE_WINDOW);
	*count_ret = 0;
	for (size_t i = 0; i < FB_ARRAY_SIZE(stored_pages) && *count_ret < 3; i++)
		if (stored_pages[i].pfn >= pfn)
			stored[(*count_ret)++] = stored_pages[i];
	return failing_step(&calls);
}

static bool is_lost(uint64_t pfn)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(lost_frames); i++)
		if (lost_frames[i] == pfn)
			return true;
	return false;
}

static bool has_page(struct fb_dump *dump, uint64_t pfn)
{
	(void)dump;
	return !is_lost(pfn);
}

/* Frames below 30 should be there; of those that are asked for, the lost ones are not. */
static uint64_t next_meant(struct fb_dump *dump, uint64_t pfn, bool meant)
{
	(void)dump;
	CU_ASSERT(meant);
	return pfn < 30 ? pfn : UINT64_MAX;
}

static uint64_t next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	(void)dump;
	while (pfn < 30 && is_lost(pfn) == readable)
		pfn++;
	return pfn < 30 ? pfn : readable ? UINT64_MAX : pfn;
}

/* Frames 12 and 13. */
static bool in_hole(struct fb_dump *dump, uint64_t pfn, uint64_t *end_ret)
{
	static const uint64_t ends[] = {12, 14, UINT64_MAX};
	const size_t piece = (pfn >= 12) + (pfn >= 14);

	(void)dump;
	*end_ret = ends[piece];
	return piece == 1;
}

static struct fb_dump_ops ops;

static struct fb_dump *make_dump(bool with_parts)
{
	struct fb_dump *dump = made_frames();

	ops = *dump->ops;
	ops.has_page = has_page;
	ops.next = next;
	ops.next_meant = next_meant;
	ops.in_hole = in_hole;
	if (with_parts) {
		ops.parts = one_part;
		ops.part = the_part;
		ops.stored = some_stored;
	}
	dump->ops = &ops;
	dump->info.known_pfn = 30;
	dump->info.pages_lost = FB_ARRAY_SIZE(lost_frames);
	return dump;
}

struct listed {
	uint64_t pfn;
	enum fb_merged_kind kind;
};

static struct fb_placed placed[] = {{.pfn = 1}, {.pfn = 5}, {.pfn = 20}, {.pfn = 28}, {.pfn = 40}};
static const struct fb_placement with_placed = {.placed = placed,
						.placed_count = FB_ARRAY_SIZE(placed)};
static const struct fb_placement without;

static struct fb_error *list_pages(struct fb_dump *dump, const struct fb_placement *placement,
				   struct fb_page_choice *choice, const struct listed *wanted,
				   size_t count)
{
	struct fb_page_merge merge;
	struct fb_error *err = fb_page_merge_init(&merge, dump, placement, choice);
	size_t met = 0;

	while (!err) {
		struct fb_merged_page page = {.pfn = UINT64_MAX};
		bool more = true;

		err = fb_page_merge_next(&merge, &more, &page);
		if (err || !more)
			break;
		CU_ASSERT_FATAL(met < count);
		CU_ASSERT_EQUAL(page.pfn, wanted[met].pfn);
		CU_ASSERT_EQUAL(page.kind, wanted[met].kind);
		if (page.kind == FB_MERGED_PLACED)
			CU_ASSERT(page.placed >= placed && page.placed->pfn == page.pfn);
		if (page.kind == FB_MERGED_STORED)
			for (size_t i = 0; i < FB_ARRAY_SIZE(stored_pages); i++)
				CU_ASSERT(stored_pages[i].pfn != page.pfn ||
					  memcmp(&page.stored, &stored_pages[i],
						 sizeof(page.stored)) == 0);
		met++;
	}
	CU_ASSERT(err || met == count);
	fb_page_merge_deinit(&merge);
	return err;
}

static const struct listed of_stored[] = {
	{1, FB_MERGED_PLACED},  {2, FB_MERGED_STORED},  {3, FB_MERGED_LOST},
	{5, FB_MERGED_PLACED},  {10, FB_MERGED_STORED}, {11, FB_MERGED_STORED},
	{20, FB_MERGED_PLACED}, {25, FB_MERGED_LOST},   {28, FB_MERGED_PLACED},
	{40, FB_MERGED_PLACED},
};

static struct fb_error *list_stored(void *context)
{
	return list_pages(context, &with_placed, NULL, of_stored, FB_ARRAY_SIZE(of_stored));
}

static void stored_pages_are_listed_with_placed_ones(void)
{
	struct fb_dump *dump = make_dump(true);

	CU_ASSERT(failing_must_pass(list_stored, dump, &calls, 20, 0) > 3);
	fb_dump_destroy(dump);
}

static void stored_pages_are_listed_alone(void)
{
	static const struct listed with_lost[] = {
		{1, FB_MERGED_LOST},   {2, FB_MERGED_STORED},  {3, FB_MERGED_LOST},
		{5, FB_MERGED_STORED}, {10, FB_MERGED_STORED}, {11, FB_MERGED_STORED},
		{25, FB_MERGED_LOST},  {28, FB_MERGED_LOST},
	};
	static const struct listed found[] = {{2, FB_MERGED_STORED},
					      {5, FB_MERGED_STORED},
					      {10, FB_MERGED_STORED},
					      {11, FB_MERGED_STORED}};
	struct fb_dump *dump = make_dump(true);

	FB_OK(list_pages(dump, &without, NULL, with_lost, FB_ARRAY_SIZE(with_lost)));
	dump->info.pages_lost = 0; /* then none is looked for */
	FB_OK(list_pages(dump, &without, NULL, found, FB_ARRAY_SIZE(found)));
	dump->info.pages_dumped = 4;
	FB_OK(list_pages(dump, &without, NULL, found, FB_ARRAY_SIZE(found)));
	dump->info.pages_dumped = 5;
	FB_FAILS_WITH(list_pages(dump, &without, NULL, found, FB_ARRAY_SIZE(found)), FB_OS,
		      "the dump had 5 pages when it was opened, and has 4 now");
	fb_dump_destroy(dump);
}

#define CHOSEN_END 28u

/* The even frames. */
static struct fb_error *next_even(void *context, uint64_t pfn, uint64_t *pfn_ret)
{
	pfn = next(context, pfn, true);
	while (pfn < CHOSEN_END && pfn % 2)
		pfn = next(context, pfn + 1, true);
	*pfn_ret = pfn < CHOSEN_END ? pfn : UINT64_MAX;
	return failing_step(&calls);
}

static enum fb_merged_kind kind_of(uint64_t pfn)
{
	if (is_lost(pfn))
		return FB_MERGED_LOST;
	return pfn == 12 || pfn == 13 ? FB_MERGED_ZERO : FB_MERGED_DUMPED;
}

static struct fb_error *list_chosen(void *context)
{
	struct fb_page_choice choice = {.next = next_even, .context = context, .end = CHOSEN_END};
	struct listed wanted[CHOSEN_END];
	size_t count = 0;

	for (uint64_t pfn = 0; pfn < CHOSEN_END; pfn++)
		if (pfn % 2 == 0 || is_lost(pfn))
			wanted[count++] = (struct listed){pfn, kind_of(pfn)};
	return list_pages(context, &without, &choice, wanted, count);
}

/* They come one by one, whatever parts the dump has, and are not counted. */
static void chosen_pages_are_listed(void)
{
	struct fb_dump *dump = make_dump(true);

	dump->info.pages_dumped = 99;
	CU_ASSERT(failing_must_pass(list_chosen, dump, &calls, 20, 2) > 10);
	fb_dump_destroy(dump);
}

static void pages_of_other_formats_are_listed(void)
{
	struct fb_dump *dump = make_dump(false);
	struct listed wanted[30];
	size_t count = 0;

	for (uint64_t pfn = 0; pfn < 30; pfn++)
		if (!is_lost(pfn))
			wanted[count++] = (struct listed){pfn, kind_of(pfn)};
	dump->info.pages_lost = 0;
	dump->info.pages_dumped = count;
	FB_OK(list_pages(dump, &without, NULL, wanted, count));
	dump->info.pages_dumped = count - 1;
	FB_FAILS(list_pages(dump, &without, NULL, wanted, count), FB_OS);
	fb_dump_destroy(dump);
}

FB_TEST_MAIN("bundle/page_merge", FB_TEST(stored_pages_are_listed_with_placed_ones),
	     FB_TEST(stored_pages_are_listed_alone), FB_TEST(chosen_pages_are_listed),
	     FB_TEST(pages_of_other_formats_are_listed))
