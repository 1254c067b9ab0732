// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/warnings.h"

#include "base/limits.h"
#include "base/pool.h"
#include "tests/harness.h"

static void equal_texts_are_kept_once(void)
{
	struct fb_warnings *warnings = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	fb_warn(warnings, "page %d is damaged", 7);
	fb_warn(warnings, "page %d is damaged", 8);
	fb_warn(warnings, "page %d is damaged", 7);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 2);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 0), "page 7 is damaged");
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 1), "page 8 is damaged");
	CU_ASSERT_PTR_NULL(fb_warnings_get(warnings, 2));
	CU_ASSERT_EQUAL(fb_warnings_dropped(warnings), 0);
	fb_warnings_destroy(warnings);
}

static void errors_become_warnings(void)
{
	struct fb_warnings *warnings = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	fb_warn_error(warnings, fb_error_create(FB_CORRUPT, "bad link"), "task %d", 17);
	fb_warn_error(warnings, NULL, "task %d", 18);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 0), "task 17: bad link");
	fb_warnings_destroy(warnings);
}

static void a_null_list_swallows(void)
{
	fb_warn(NULL, "lost");
	fb_warn_error(NULL, fb_error_create(FB_CORRUPT, "freed all the same"), "lost");
	CU_ASSERT_EQUAL(fb_warnings_count(NULL), 0);
	CU_ASSERT_EQUAL(fb_warnings_dropped(NULL), 0);
	CU_ASSERT_PTR_NULL(fb_warnings_get(NULL, 0));
	fb_warnings_destroy(NULL);
}

static struct fb_error *warn_of(void *context, size_t index)
{
	fb_warn(context, "page %zu", index);
	fb_warn(context, "the same from all");
	return NULL;
}

static void a_full_list_counts_from_many_threads(void)
{
	struct fb_warnings *warnings = NULL;
	struct fb_pool *pool = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_pool_create(4, &pool));
	FB_OK(fb_pool_for(pool, 1000, warn_of, warnings));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), FB_MAX_WARNINGS);
	/* 1000 pages and one text that all share, less those kept. */
	CU_ASSERT_EQUAL(fb_warnings_dropped(warnings), 1001 - FB_MAX_WARNINGS);
	fb_pool_destroy(pool);
	fb_warnings_destroy(warnings);
}

static void texts_move_to_another_list(void)
{
	struct fb_warnings *from = NULL, *to = NULL;

	FB_OK_FATAL(fb_warnings_create(&from));
	FB_OK_FATAL(fb_warnings_create(&to));
	for (unsigned i = 0; i < FB_MAX_WARNINGS + 3; i++)
		fb_warn(from, "page %u", i);
	fb_warn(to, "page 2");
	fb_warnings_move(from, FB_MAX_WARNINGS, to); /* none, but those that were dropped */
	CU_ASSERT_EQUAL(fb_warnings_dropped(from), 0);
	CU_ASSERT_EQUAL(fb_warnings_dropped(to), 3);
	fb_warnings_move(from, FB_MAX_WARNINGS + 1, to);
	CU_ASSERT_EQUAL(fb_warnings_count(from), FB_MAX_WARNINGS);
	fb_warnings_move(from, 1, to);
	CU_ASSERT_EQUAL(fb_warnings_count(from), 1);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(from, 0), "page 0");
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(to), FB_MAX_WARNINGS - 1); /* one was there */
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(to, 1), "page 1");
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(to, 2), "page 3");
	CU_ASSERT_EQUAL(fb_warnings_dropped(to), 3);
	fb_warnings_destroy(from);
	fb_warnings_destroy(to);
}

static void absences_have_a_cause(void)
{
	struct fb_warnings *from = NULL, *to = NULL;

	FB_OK_FATAL(fb_warnings_create(&from));
	FB_OK_FATAL(fb_warnings_create(&to));
	fb_warn(from, "a page is not there");
	fb_warn_error(from, fb_error_create(FB_ABSENT, "page 7"), "task %d", 17);
	fb_warn_error(from, fb_error_create(FB_CORRUPT, "page 8"), "task %d", 18);
	fb_warn_error(from, fb_error_create(FB_ABSENT, "page 9"), "task %d", 19);
	CU_ASSERT_EQUAL(fb_warnings_absences(from, 0), 2);
	CU_ASSERT_EQUAL(fb_warnings_absences(from, 2), 1);
	CU_ASSERT(!fb_warnings_is_absence(from, 0) && fb_warnings_is_absence(from, 1));
	CU_ASSERT(!fb_warnings_is_absence(from, 2) && !fb_warnings_is_absence(from, 4));
	CU_ASSERT(!fb_warnings_have_cause(from));
	fb_warn_cause(from, "the filter of %d", 1);
	fb_warn_cause(from, "another one");
	CU_ASSERT(fb_warnings_have_cause(from));
	CU_ASSERT_EQUAL(fb_warnings_count(from), 5);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(from, 4), "the filter of 1");
	fb_warnings_move(from, 1, to);
	CU_ASSERT(fb_warnings_have_cause(to));
	CU_ASSERT_EQUAL(fb_warnings_absences(to, 0), 2);
	CU_ASSERT(fb_warnings_is_absence(to, 0) && fb_warnings_is_absence(to, 2));
	fb_warn_cause(NULL, "lost");
	CU_ASSERT(!fb_warnings_have_cause(NULL) && !fb_warnings_is_absence(NULL, 0));
	fb_warnings_destroy(from);
	fb_warnings_destroy(to);
}

FB_TEST_MAIN("base/warnings", FB_TEST(equal_texts_are_kept_once), FB_TEST(errors_become_warnings),
	     FB_TEST(a_null_list_swallows), FB_TEST(a_full_list_counts_from_many_threads),
	     FB_TEST(texts_move_to_another_list), FB_TEST(absences_have_a_cause))
