// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/input/withheld.h"

#include "tests/harness.h"

static void what_came_behind_the_mark_is_told_later(void)
{
	struct fb_warnings *warnings = NULL, *remarks = NULL;
	struct fb_withheld withheld = {0};
	struct fb_withheld_mark mark;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_warnings_create(&remarks));
	fb_warn(warnings, "before");
	fb_warn(remarks, "one");
	fb_warn(remarks, "two");
	mark = fb_withheld_mark(warnings, remarks);
	fb_warn(warnings, "damaged");
	fb_warn(remarks, "three");
	fb_withheld_take(&withheld, mark, warnings, remarks);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_EQUAL(fb_warnings_count(remarks), 2);
	fb_withheld_tell(&withheld, warnings, remarks);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 2);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 1), "damaged");
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(remarks), 3);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(remarks, 2), "three");
	CU_ASSERT_PTR_NULL(withheld.warnings);
	CU_ASSERT_PTR_NULL(withheld.remarks);
	fb_withheld_tell(&withheld, warnings, remarks); /* nothing */
	fb_withheld_take(&withheld, mark, warnings, NULL);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_EQUAL(fb_warnings_count(remarks), 3);
	fb_withheld_deinit(&withheld);
	CU_ASSERT_PTR_NULL(withheld.warnings);
	fb_warnings_destroy(warnings);
	fb_warnings_destroy(remarks);
}

FB_TEST_MAIN("bundle/withheld", FB_TEST(what_came_behind_the_mark_is_told_later))
