// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of threads with the same stack: its lines, and where it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bt/bt.h"
#include "tests/cmd/capture.h"
#include "tests/harness.h"

#define MANY 41u

/* What is printed of count threads, which are called "worker" and have the TIDs from 1000. */
static char *print(size_t count)
{
	static struct fb_task tasks[MANY];
	const struct fb_task *others[MANY];
	struct fb_output *output = NULL;
	char *text;

	for (size_t i = 0; i < count; i++) {
		tasks[i] = (struct fb_task){.tid = 1000 + (int)i};
		memcpy(tasks[i].comm, "worker", sizeof("worker"));
		others[i] = &tasks[i];
	}
	FB_OK_FATAL(fb_output_create(FB_COLOR_NEVER, true, &output));
	capture_begin();
	fb_bt_print_others(output, others, count);
	text = capture_end();
	fb_output_destroy(output);
	return text;
}

static void none_takes_no_line(void)
{
	char *text = print(0);

	CU_ASSERT_STRING_EQUAL(text, "");
	free(text);
}

static void few_are_all_listed(void)
{
	char *text = print(7);

	CU_ASSERT_STRING_EQUAL(text, "  and TIDs    1000 (worker), 1001 (worker), 1002 (worker), "
				     "1003 (worker), 1004 (worker),\n"
				     "              1005 (worker), 1006 (worker)\n");
	free(text);
}

/* One more than are listed. */
static void of_many_the_rest_is_counted(void)
{
	static const char end[] = "1039 (worker),\n              and 1 more, which --json lists\n";
	char *text = print(MANY - 1), *last;

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "1039 (worker)\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "more"));
	free(text);
	text = print(MANY);
	last = strstr(text, "1039");
	CU_ASSERT_PTR_NOT_NULL_FATAL(last);
	CU_ASSERT_STRING_EQUAL(last, end);
	free(text);
}

FB_TEST_MAIN("cmd/bt_others", FB_TEST(none_takes_no_line), FB_TEST(few_are_all_listed),
	     FB_TEST(of_many_the_rest_is_counted))
