// SPDX-License-Identifier: GPL-2.0-or-later
/* The mathematical library stands for the libraries that are loaded: it is there wherever a test runs. */
#include "base/shared_library.h"

#include <math.h>

#include "tests/harness.h"

#define FUNCTIONS(each) each(hypot) each(floor)

struct functions {
	FUNCTIONS(FB_LIBRARY_POINTER)
};

static const char *const names[] = {FUNCTIONS(FB_LIBRARY_NAME)};

static void functions_are_found_in_their_order(void)
{
	struct fb_shared_library *library = NULL;
	struct functions functions;

	FB_OK_FATAL(fb_shared_library_open("libm.so.6", names, FB_ARRAY_SIZE(names), &functions,
					   &library));
	CU_ASSERT_PTR_NOT_NULL(library);
	CU_ASSERT_EQUAL(functions.hypot(3.0, 4.0), 5.0);
	CU_ASSERT_EQUAL(functions.floor(2.5), 2.0);
	fb_shared_library_close(library);
	fb_shared_library_close(NULL);
}

static void what_is_missing_is_named(void)
{
	const char *const wrong[] = {"hypot", "no_such_function"};
	struct fb_shared_library *library = NULL;
	struct functions functions;
	struct fb_error *err;

	err = fb_shared_library_open("libno-such.so.7", names, FB_ARRAY_SIZE(names), &functions,
				     &library);
	CU_ASSERT_TRUE_FATAL(fb_error_is(err, FB_UNSUPPORTED));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_error_message(err), "libno-such.so.7"));
	fb_error_destroy(err);
	err = fb_shared_library_open("libm.so.6", wrong, FB_ARRAY_SIZE(wrong), &functions,
				     &library);
	CU_ASSERT_TRUE_FATAL(fb_error_is(err, FB_UNSUPPORTED));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_error_message(err), "no_such_function"));
	fb_error_destroy(err);
	CU_ASSERT_PTR_NULL(library);
}

FB_TEST_MAIN("base/shared_library", FB_TEST(functions_are_found_in_their_order),
	     FB_TEST(what_is_missing_is_named))
