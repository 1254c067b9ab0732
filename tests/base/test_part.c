// SPDX-License-Identifier: GPL-2.0-or-later
/* Which errors cost a part, and what is told of them then. */
#include "base/part.h"

#include <errno.h>
#include <string.h>

#include "tests/harness.h"

static const enum fb_code costing_a_part[] = {
	FB_INVALID,   FB_TRUNCATED, FB_CORRUPT, FB_UNSUPPORTED,
	FB_NOT_FOUND, FB_ABSENT,    FB_FAULT,   FB_LIMIT,
};

static void success_stays_success(void)
{
	char reason[8] = "before";

	FB_OK(fb_part_skip(NULL));
	FB_OK(fb_part_warn(NULL, NULL, "never said"));
	FB_OK(fb_part_warn_if_there(NULL, NULL, "never said"));
	FB_OK(fb_part_reason(NULL, reason, sizeof(reason)));
	CU_ASSERT_STRING_EQUAL(reason, "before");
	CU_ASSERT_FALSE(fb_error_is_fatal(NULL));
}

/* Out of memory and failed system calls are the caller's, and said by nobody else. */
static void fatal_errors_pass(void)
{
	struct fb_warnings *warnings = NULL;
	char reason[8] = "before";

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_FAILS(fb_part_skip(fb_error_nomem()), FB_NOMEM);
	FB_FAILS(fb_part_skip(fb_error_os(EMFILE, "open")), FB_EXHAUSTED);
	FB_FAILS(fb_part_warn(warnings, fb_error_nomem(), "part"), FB_NOMEM);
	FB_FAILS(fb_part_warn(warnings, fb_error_os(EIO, "read"), "part"), FB_OS);
	FB_FAILS(fb_part_warn_if_there(warnings, fb_error_nomem(), "part"), FB_NOMEM);
	FB_FAILS(fb_part_warn_if_there(warnings, fb_error_os(EIO, "read"), "part"), FB_OS);
	FB_FAILS(fb_part_reason(fb_error_nomem(), reason, sizeof(reason)), FB_NOMEM);
	FB_FAILS(fb_part_reason(fb_error_os(EIO, "read"), reason, sizeof(reason)), FB_OS);
	CU_ASSERT_STRING_EQUAL(reason, "before");
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	fb_warnings_destroy(warnings);
}

static void others_cost_the_part(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(costing_a_part); i++) {
		enum fb_code code = costing_a_part[i];
		struct fb_warnings *warnings = NULL;
		char reason[8];

		FB_OK_FATAL(fb_warnings_create(&warnings));
		FB_OK(fb_part_skip(fb_error_create(code, "lost")));
		CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
		FB_OK(fb_part_warn(warnings, fb_error_create(code, "lost"), "part %d", 7));
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
		CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 0), "part 7: lost");
		FB_OK(fb_part_reason(fb_error_create(code, "lost"), reason, sizeof(reason)));
		CU_ASSERT_STRING_EQUAL(reason, "lost");
		fb_warnings_destroy(warnings);
	}
}

static void what_is_not_there_is_no_damage(void)
{
	struct fb_warnings *warnings = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK(fb_part_warn_if_there(warnings, fb_error_create(FB_NOT_FOUND, "no swap"), "swap"));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	FB_OK(fb_part_warn_if_there(warnings, fb_error_create(FB_ABSENT, "lost"), "swap %d", 1));
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 0), "swap 1: lost");
	fb_warnings_destroy(warnings);
}

static void reasons_are_cut(void)
{
	char reason[5];

	FB_OK(fb_part_reason(fb_error_create(FB_CORRUPT, "a bad link"), reason, sizeof(reason)));
	CU_ASSERT_STRING_EQUAL(reason, "a ba");
}

FB_TEST_MAIN("base/part", FB_TEST(success_stays_success), FB_TEST(fatal_errors_pass),
	     FB_TEST(others_cost_the_part), FB_TEST(what_is_not_there_is_no_damage),
	     FB_TEST(reasons_are_cut))
