// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces of memory that cannot be, and images that end before their pieces do. */
#include "kernel/images/image.h"

#include "base/limits.h"
#include "tests/harness.h"

static struct fb_error *finish(struct fb_error *err, struct fb_image_pieces *pieces,
			       struct fb_image *image_ret)
{
	struct fb_image image = {.format = "made"};

	return fb_image_finish(err, pieces, &image, image_ret);
}

/* Physical addresses end at FB_MAX_PFN, and places in a file where its offsets do. */
static void pieces_lie_where_memory_can_be(void)
{
	const uint64_t end = FB_MAX_PFN << FB_PAGE_SHIFT;
	const struct {
		uint64_t start, length, source;
		bool good;
	} pieces[] = {
		{end - 5, 5, 0, true},
		{end - 5, 6, 0, false},
		{0, end, 0, true},
		{0, end + 1, 0, false},
		{end, 1, 0, false},
		{0, 7, (uint64_t)INT64_MAX - 7, true},
		{0, 7, (uint64_t)INT64_MAX - 6, false},
		{UINT64_MAX, 1, 0, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(pieces); i++) {
		struct fb_image_pieces made = {.file_size = UINT64_MAX};
		struct fb_image image = {0};
		struct fb_error *err;

		err = fb_image_add(&made, pieces[i].start, pieces[i].length, pieces[i].source);
		if (pieces[i].good) {
			FB_OK(finish(err, &made, &image));
			CU_ASSERT_EQUAL_FATAL(image.memory.count, 1);
			CU_ASSERT_EQUAL(image.memory.list[0].start, pieces[i].start);
			CU_ASSERT_EQUAL(image.memory.list[0].length, pieces[i].length);
			CU_ASSERT_EQUAL(image.memory.list[0].source, pieces[i].source);
		} else {
			FB_FAILS_WITH(finish(err, &made, &image), FB_CORRUPT, "cannot be");
		}
		fb_image_deinit(&image);
	}
}

/* What of two pieces a file of each size has: all, a part, the first alone, nothing. */
static void a_file_that_ends_early_cuts_pieces(void)
{
	static const struct {
		uint64_t size, first, second;
	} files[] = {{150, 100, 50}, {149, 100, 49}, {101, 100, 1},
		     {100, 100, 0},  {99, 99, 0},    {1, 1, 0}};
	struct fb_image_pieces none = {.file_size = 150}, pieces;
	struct fb_image image;

	for (size_t i = 0; i < FB_ARRAY_SIZE(files); i++) {
		pieces = (struct fb_image_pieces){.file_size = files[i].size};
		FB_OK(fb_image_add(&pieces, 0, 100, 0));
		FB_OK(fb_image_add(&pieces, 150, 0, 0)); /* nothing, which is no piece */
		FB_OK(fb_image_add(&pieces, 200, 50, 100));
		FB_OK_FATAL(finish(NULL, &pieces, &image));
		CU_ASSERT_EQUAL_FATAL(image.memory.count, files[i].second ? 2 : 1);
		CU_ASSERT_EQUAL(image.memory.list[0].length, files[i].first);
		if (files[i].second) {
			CU_ASSERT_EQUAL(image.memory.list[1].start, 200);
			CU_ASSERT_EQUAL(image.memory.list[1].length, files[i].second);
		}
		CU_ASSERT_EQUAL(image.meant.count, files[i].size < 150 ? 2 : 0);
		if (image.meant.count)
			CU_ASSERT_EQUAL(fb_extents_end(&image.meant), 250);
		fb_image_deinit(&image);
	}
	pieces = (struct fb_image_pieces){.file_size = 0};
	FB_OK(fb_image_add(&pieces, 0, 100, 0));
	FB_FAILS_WITH(finish(NULL, &pieces, &image), FB_TRUNCATED, "made image without one byte");
	FB_FAILS_WITH(finish(NULL, &none, &image), FB_CORRUPT, "made image without one byte");
}

static void an_error_stays_what_it_is(void)
{
	struct fb_image_pieces pieces = {.file_size = 100};
	struct fb_image image;

	FB_OK(fb_image_add(&pieces, 0, 100, 0));
	FB_FAILS_WITH(finish(fb_error_create(FB_EXHAUSTED, "first"), &pieces, &image), FB_EXHAUSTED,
		      "first");
	CU_ASSERT(!pieces.list && !pieces.count);
}

FB_TEST_MAIN("kernel/image", FB_TEST(pieces_lie_where_memory_can_be),
	     FB_TEST(a_file_that_ends_early_cuts_pieces), FB_TEST(an_error_stays_what_it_is))
