// SPDX-License-Identifier: GPL-2.0-or-later
/* Dumps in parts (makedumpfile --split): in any order, with parts missing, parts that do
 * not fit, and how their pages are stored. */
#include "kernel/dump/kdump_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

#define MAX_PFN 400u

static struct mk_recipe recipe_of(uint32_t method)
{
	return (struct mk_recipe){.max_pfn = MAX_PFN,
				  .dumped = mk_runs,
				  .method = method,
				  .cpus = 2,
				  .vmcoreinfo = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n"};
}

/* The parts [0,a) [a,b) [b,MAX) of one dump. */
static void make_parts(struct mk_recipe recipe, struct mk_bytes parts[3], char *paths[3])
{
	static const uint64_t ends[] = {0, 111, 112, MAX_PFN};
	char name[16];
	size_t i;

	recipe.split = true;
	for (i = 0; i < 3; i++) {
		recipe.start_pfn = ends[i];
		recipe.end_pfn = ends[i + 1];
		mk_kdump(&recipe, &parts[i]);
		(void)snprintf(name, sizeof(name), "part%zu", i);
		paths[i] = mk_file(name, &parts[i]);
	}
}

static void free_parts(struct mk_bytes parts[3], char *paths[3])
{
	size_t i;

	for (i = 0; i < 3; i++) {
		free(parts[i].data);
		free(paths[i]);
	}
}

static void joins_split_parts_in_any_order(void)
{
	static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
	struct mk_bytes parts[3];
	struct fb_dump *dump;
	char *paths[3];
	size_t i, j;
	int version;

	for (version = 2; version <= 6; version += 4) {
		struct mk_recipe recipe = recipe_of(MK_MIXED);

		recipe.version = version;
		make_parts(recipe, parts, paths);
		for (i = 0; i < FB_ARRAY_SIZE(orders); i++) {
			const char *order[3];

			for (j = 0; j < 3; j++)
				order[j] = paths[orders[i][j]];
			FB_OK_FATAL(fb_dump_open(order, 3, NULL, &dump));
			CU_ASSERT_TRUE(fb_dump_info(dump)->split);
			CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, 0);
			(void)mk_check(dump, &recipe, NULL);
			fb_dump_destroy(dump);
		}
		free_parts(parts, paths);
	}
}

/* Descriptors that lead nowhere in the first and the last part: a survey counts them once, by part. */
static void a_survey_looks_at_every_part(void)
{
	struct mk_recipe recipe = recipe_of(0);
	const struct fb_dump_info *info;
	struct fb_warnings *warnings;
	struct mk_bytes parts[3];
	struct fb_dump *dump;
	uint64_t pages;
	char *paths[3];

	recipe.split = true;
	make_parts(recipe, parts, paths);
	for (size_t i = 0; i < 3; i++)
		free(paths[i]);
	mk_desc(&parts[0], 1)->size = 5000;
	mk_desc(&parts[2], 0)->flags = 0x80;
	mk_desc(&parts[2], 3)->offset = 1;
	for (size_t i = 0; i < 3; i++)
		paths[i] = mk_file((const char *const[]){"part0", "part1", "part2"}[i], &parts[i]);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_dump_open((const char *const *)paths, 3, warnings, &dump));
	info = fb_dump_info(dump);
	pages = info->pages_dumped;
	CU_ASSERT_FALSE(info->incomplete);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	for (int again = 0; again < 2; again++) {
		FB_OK_FATAL(fb_dump_survey(dump, warnings));
		CU_ASSERT_TRUE(info->incomplete);
		CU_ASSERT_EQUAL(info->pages_dumped, pages - 3);
		CU_ASSERT_EQUAL(info->pages_lost, 3);
		CU_ASSERT_EQUAL(info->pages_damaged, 3);
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 2);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "part0: 1 of "));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 1), "part2: 2 of "));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_warnings_get(warnings, 1), " pages are lost: no page has"));
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free_parts(parts, paths);
}

/* makedumpfile gives a small guest's pages all to the first part. The others' files end with the
 * last byte of the bitmap that is needed, before their descriptors would begin. */
static void a_part_may_have_no_pages(void)
{
	static const uint64_t bounds[] = {0, MAX_PFN, MAX_PFN};
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZLIB);
	struct fb_warnings *warnings;
	struct mk_bytes parts[2];
	struct fb_dump *dump;
	char *paths[2];

	recipe.split = true;
	for (size_t i = 0; i < 2; i++) {
		recipe.start_pfn = bounds[i];
		recipe.end_pfn = bounds[i + 1];
		mk_kdump(&recipe, &parts[i]);
		if (!parts[i].pages)
			parts[i].size = parts[i].bitmap2 + (MAX_PFN + 7) / 8;
		paths[i] = mk_file(i ? "empty" : "full", &parts[i]);
	}
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_dump_open((const char *const *)paths, 2, warnings, &dump));
	CU_ASSERT_FALSE(fb_dump_info(dump)->incomplete);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	(void)mk_check(dump, &recipe, NULL);
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	for (size_t i = 0; i < 2; i++) {
		free(parts[i].data);
		free(paths[i]);
	}
}

static bool in_missing_part(uint64_t pfn)
{
	return pfn < 111;
}

static bool not_in_first_part(uint64_t pfn)
{
	return pfn >= 111;
}

static void missing_parts_cost_their_pages(void)
{
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_LZO);
	struct fb_warnings *warnings;
	struct mk_bytes parts[3];
	struct fb_dump *dump;
	char *paths[3];

	FB_OK_FATAL(fb_warnings_create(&warnings));
	make_parts(recipe, parts, paths);
	FB_OK_FATAL(fb_dump_open((const char *[]){paths[2], paths[1]}, 2, warnings, &dump));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, parts[0].pages);
	CU_ASSERT_TRUE(fb_dump_info(dump)->incomplete);
	(void)mk_check(dump, &recipe, in_missing_part);
	fb_dump_destroy(dump);
	FB_OK_FATAL(fb_dump_open((const char *[]){paths[0]}, 1, warnings, &dump));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 2);
	(void)mk_check(dump, &recipe, not_in_first_part);
	fb_dump_destroy(dump);
	free_parts(parts, paths);
	fb_warnings_destroy(warnings);
}

static void refuses_parts_that_do_not_fit(void)
{
	struct mk_recipe recipe = recipe_of(0);
	struct mk_bytes parts[3], other;
	struct fb_dump *dump;
	char *paths[3], *path;

	make_parts(recipe, parts, paths);
	FB_FAILS_WITH(fb_dump_open((const char *[]){paths[0], paths[0]}, 2, NULL, &dump),
		      FB_INVALID, "same page frames");
	mk_kdump(&recipe, &other);
	path = mk_file("whole", &other);
	FB_FAILS_WITH(fb_dump_open((const char *[]){paths[0], path}, 2, NULL, &dump), FB_INVALID,
		      "not a part");
	free(path);
	free(other.data);
	mk_header(&parts[1])->timestamp_sec++;
	path = mk_file("other", &parts[1]);
	FB_FAILS_WITH(fb_dump_open((const char *[]){paths[0], path}, 2, NULL, &dump), FB_INVALID,
		      "not parts of one dump");
	free(path);
	mk_elf(&recipe, &other);
	path = mk_file("elf", &other);
	FB_FAILS_WITH(fb_dump_open((const char *[]){paths[0], path}, 2, NULL, &dump), FB_INVALID,
		      "only kdump-compressed");
	free(path);
	free(other.data);
	free_parts(parts, paths);
}

/* Reading them in steps of room gives every page once, with the bytes that are in the file. */
static void check_stored(struct fb_dump *dump, const struct mk_bytes *parts, size_t room)
{
	struct fb_dump_stored stored[300];
	uint64_t pfn = 0, expected = 0;
	struct fb_dump_part part;
	size_t count, i, wrong = 0, seen[3] = {0};

	for (;; pfn = stored[count - 1].pfn + 1) {
		FB_OK_FATAL(fb_dump_stored(dump, pfn, stored, room, &count));
		if (!count)
			break;
		for (i = 0; i < count; i++, expected++) {
			const struct fb_dump_stored *page = &stored[i];
			const struct fb_kdump_page_desc *desc;

			expected = fb_dump_next_page(dump, expected);
			FB_OK_FATAL(fb_dump_part(dump, page->part, &part));
			desc = (const struct fb_kdump_page_desc *)(parts[page->part].data +
								   parts[page->part].descs) +
			       seen[page->part]++;
			wrong += page->pfn != expected || page->offset != desc->offset ||
				 page->size != desc->size || page->flags != desc->flags ||
				 page->offset < part.data_start ||
				 page->offset + page->size > part.data_end;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(fb_dump_next_page(dump, expected), UINT64_MAX);
}

static void lists_pages_as_they_are_stored(void)
{
	struct mk_recipe recipe = recipe_of(MK_MIXED);
	struct fb_dump_part part;
	struct mk_bytes parts[3];
	struct fb_dump *dump;
	char *paths[3];

	make_parts(recipe, parts, paths);
	FB_OK_FATAL(fb_dump_open((const char *[]){paths[1], paths[0], paths[2]}, 3, NULL, &dump));
	CU_ASSERT_EQUAL(fb_dump_parts(dump), 3);
	check_stored(dump, parts, 1);
	check_stored(dump, parts, 7);
	check_stored(dump, parts, 300);
	FB_OK(fb_dump_part(dump, 2, &part));
	CU_ASSERT_EQUAL(part.data_start, parts[2].pages_start);
	CU_ASSERT_EQUAL(part.data_end, parts[2].size);
	FB_FAILS(fb_dump_part(dump, 3, &part), FB_INVALID);
	fb_dump_destroy(dump);
	free_parts(parts, paths);
}

FB_TEST_MAIN("kernel/kdump_split", FB_TEST(joins_split_parts_in_any_order),
	     FB_TEST(a_part_may_have_no_pages), FB_TEST(a_survey_looks_at_every_part),
	     FB_TEST(missing_parts_cost_their_pages), FB_TEST(refuses_parts_that_do_not_fit),
	     FB_TEST(lists_pages_as_they_are_stored))
