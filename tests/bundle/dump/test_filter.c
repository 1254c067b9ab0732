// SPDX-License-Identifier: GPL-2.0-or-later
/* What each level leaves out, of the small sample: a dump at level 31 has kernel pages alone. */
#include "bundle/dump/filter.h"

#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

static void leaves_out_by_level(void)
{
	static const struct {
		enum fb_page_class class;
		unsigned levels; /* any of these bits */
	} rows[] = {
		{FB_PAGE_UNKNOWN, 0},
		{FB_PAGE_KERNEL, 0},
		{FB_PAGE_FREE, FB_LEVEL_FREE},
		{FB_PAGE_CACHE, FB_LEVEL_CACHE | FB_LEVEL_CACHE_PRIVATE},
		{FB_PAGE_CACHE_PRIVATE, FB_LEVEL_CACHE_PRIVATE},
		{FB_PAGE_USER, FB_LEVEL_USER},
	};

	for (unsigned level = 0; level <= FB_LEVEL_ALL; level++) {
		for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++)
			CU_ASSERT_EQUAL(fb_level_leaves_out(level, rows[i].class),
					(level & rows[i].levels) != 0);
		/* What is not to be read. */
		CU_ASSERT(fb_level_leaves_out(level, FB_PAGE_OFFLINE));
		CU_ASSERT(fb_level_leaves_out(level, FB_PAGE_POISONED));
	}
}

/* How many frames stay. */
static uint64_t count_all(struct fb_filter *filter)
{
	uint64_t pfn = 0, count = 0;

	for (;; pfn++) {
		FB_OK_FATAL(fb_filter_next(filter, pfn, &pfn));
		if (pfn == UINT64_MAX)
			return count;
		count++;
	}
}

static void filters_the_sample(void)
{
	struct sample_input sample;
	const struct fb_dump_info *info;
	struct fb_kernel *kernel;
	struct fb_filter *filter;

	sample_open(&sample, (const char *const[]){NULL});
	kernel = fb_input_kernel(sample.input);
	info = fb_dump_info(fb_kernel_dump(kernel));
	FB_FAILS(fb_filter_create(kernel, FB_LEVEL_ALL + 1, NULL, &filter), FB_INVALID);
	FB_OK_FATAL(fb_filter_create(kernel, FB_LEVEL_ALL, NULL, &filter));
	for (unsigned round = 0; round < 2; round++) { /* counts begin anew */
		uint64_t kept = count_all(filter), sum = 0, left_out = 0;

		for (unsigned i = 0; i < FB_PAGE_CLASSES; i++) {
			sum += fb_filter_count(filter, i)->kept;
			left_out += fb_filter_count(filter, i)->left_out;
			CU_ASSERT_EQUAL(fb_filter_count(filter, i)->kept_though, 0);
		}
		CU_ASSERT_EQUAL(sum, kept);
		CU_ASSERT_EQUAL(sum + left_out, info->pages_dumped);
		/* makedumpfile has done it already. */
		CU_ASSERT_EQUAL(left_out, 0);
		CU_ASSERT_EQUAL(fb_filter_count(filter, FB_PAGE_UNKNOWN)->kept, 0);
	}
	fb_filter_destroy(filter);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/filter", FB_TEST(leaves_out_by_level), FB_TEST(filters_the_sample))
