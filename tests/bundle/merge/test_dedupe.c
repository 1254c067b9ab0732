// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/merge/dedupe.h"

#include "base/limits.h"
#include "tests/harness.h"

/* Spreads numbers as a hash does. */
#define FACTOR 0x9e3779b97f4a7c15ull

static void finds_what_was_added(void)
{
	struct fb_dedupe dedupe;

	fb_dedupe_init(&dedupe);
	CU_ASSERT_PTR_NULL(fb_dedupe_find(&dedupe, 0));
	for (uint64_t i = 0; i < 10000; i++)
		FB_OK(fb_dedupe_add(&dedupe, i * FACTOR, (uint32_t)i, i * 3, i));
	for (uint64_t i = 0; i < 10000; i += 99) {
		const struct fb_dedupe_entry *entry = fb_dedupe_find(&dedupe, i * FACTOR);

		CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
		CU_ASSERT_EQUAL(entry->core, i);
		CU_ASSERT_EQUAL(entry->file_offset, i * 3);
		CU_ASSERT_EQUAL(entry->slot_plus_1, i + 1);
	}
	CU_ASSERT_PTR_NULL(fb_dedupe_find(&dedupe, 10000 * FACTOR));
	fb_dedupe_deinit(&dedupe);
}

/* Hashes that all fall on one place must not make each look at all others. */
static void crowds_cost_no_time(void)
{
	struct fb_dedupe dedupe;
	size_t found = 0;

	fb_dedupe_init(&dedupe);
	for (uint64_t i = 0; i < 1000000; i++)
		FB_OK(fb_dedupe_add(&dedupe, i << 40, 0, 0, i));
	for (uint64_t i = 0; i < 1000000; i++)
		found += fb_dedupe_find(&dedupe, i << 40) != NULL;
	CU_ASSERT_TRUE(found > 0 && found < 1000);
	fb_dedupe_deinit(&dedupe);
}

static void forgets_what_comes_after_the_cap(void)
{
	struct fb_dedupe dedupe;

	fb_dedupe_init(&dedupe);
	for (uint64_t i = 0; i <= FB_MAX_DEDUPE_PAGES; i++) {
		struct fb_error *err = fb_dedupe_add(&dedupe, i, 0, 0, i);

		if (err)
			FB_OK_FATAL(err);
	}
	CU_ASSERT_EQUAL(dedupe.count, FB_MAX_DEDUPE_PAGES);
	CU_ASSERT_PTR_NOT_NULL(fb_dedupe_find(&dedupe, FB_MAX_DEDUPE_PAGES - 1));
	CU_ASSERT_PTR_NULL(fb_dedupe_find(&dedupe, FB_MAX_DEDUPE_PAGES));
	fb_dedupe_deinit(&dedupe);
}

FB_TEST_MAIN("bundle/dedupe", FB_TEST(finds_what_was_added), FB_TEST(crowds_cost_no_time),
	     FB_TEST(forgets_what_comes_after_the_cap))
