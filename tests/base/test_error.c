// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "tests/harness.h"

static void formats_its_message(void)
{
	struct fb_error *err = fb_error_create(FB_CORRUPT, "offset 0x%x of %s", 0x1000, "note");

	CU_ASSERT_EQUAL(fb_error_code(err), FB_CORRUPT);
	CU_ASSERT_STRING_EQUAL(fb_error_message(err), "offset 0x1000 of note");
	CU_ASSERT_TRUE(fb_error_is(err, FB_CORRUPT));
	CU_ASSERT_FALSE(fb_error_is(err, FB_NOMEM)); /* whose value is 0 */
	fb_error_destroy(err);
}

static void prefixes_from_the_outside_in(void)
{
	struct fb_error *err = fb_error_create(FB_TRUNCATED, "ends");

	err = fb_error_prefix(err, "header %d", 3);
	err = fb_error_prefix(err, "core.%d", 17);
	CU_ASSERT_STRING_EQUAL(fb_error_message(err), "core.17: header 3: ends");
	CU_ASSERT_EQUAL(fb_error_code(err), FB_TRUNCATED);
	fb_error_destroy(err);
}

static void prefix_of_success_is_success(void)
{
	struct fb_error *err = fb_error_prefix(NULL, "core.%d", 17);

	CU_ASSERT_PTR_NULL(err);
	fb_error_destroy(err);
	CU_ASSERT_FALSE(fb_error_is(NULL, FB_NOMEM));
}

static void os_error_names_the_cause(void)
{
	struct fb_error *err = fb_error_os(ENOSPC, "cannot write %s", "out");

	CU_ASSERT_EQUAL(fb_error_code(err), FB_OS);
	CU_ASSERT_STRING_EQUAL(fb_error_message(err), "cannot write out: No space left on device");
	fb_error_destroy(err);
	err = fb_error_os(999999, "x");
	CU_ASSERT_STRING_EQUAL(fb_error_message(err), "x: Unknown error 999999");
	fb_error_destroy(err);
}

static void nomem_can_be_prefixed_and_destroyed_again(void)
{
	struct fb_error *err = fb_error_nomem();

	fb_error_destroy(err);
	fb_error_destroy(err);
	err = fb_error_prefix(fb_error_nomem(), "%s", "tasks");
	CU_ASSERT_EQUAL(fb_error_code(err), FB_NOMEM);
	CU_ASSERT_STRING_EQUAL(fb_error_message(err), "tasks: out of memory");
	fb_error_destroy(err);
	CU_ASSERT_STRING_EQUAL(fb_error_message(fb_error_nomem()), "out of memory");
}

/* Text of an input may be of any length; the code and the start of it must survive. */
static void endless_text_is_cut(void)
{
	static char text[100000];
	struct fb_error *err;
	size_t length;
	int i;

	memset(text, 'a', sizeof(text) - 1);
	err = fb_error_create(FB_ABSENT, "%s", text);
	length = strlen(fb_error_message(err));
	CU_ASSERT_TRUE(length > 4096 && length < sizeof(text) - 1);
	for (i = 0; i < 100; i++)
		err = fb_error_prefix(err, "%s", text);
	CU_ASSERT_EQUAL(fb_error_code(err), FB_ABSENT);
	CU_ASSERT_TRUE(strlen(fb_error_message(err)) < 20000);
	err = fb_error_prefix(err, "outermost");
	CU_ASSERT_EQUAL(strncmp(fb_error_message(err), "outermost: aaa", 14), 0);
	fb_error_destroy(err);
	err = fb_error_os(EIO, "%s", text);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_error_message(err), ": Input/output error"));
	fb_error_destroy(err);
}

FB_TEST_MAIN("base/error", FB_TEST(formats_its_message), FB_TEST(prefixes_from_the_outside_in),
	     FB_TEST(prefix_of_success_is_success), FB_TEST(os_error_names_the_cause),
	     FB_TEST(nomem_can_be_prefixed_and_destroyed_again), FB_TEST(endless_text_is_cut))
