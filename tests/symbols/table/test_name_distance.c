// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/table/name_distance.h"

#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"

#define FAR 99u

static unsigned distance(const char *a, const char *b)
{
	unsigned found = FAR;

	return fb_name_distance(a, strlen(a), b, &found) ? found : FAR;
}

static void counts_slips(void)
{
	CU_ASSERT_EQUAL(distance("pid", "pid"), 0);
	CU_ASSERT_EQUAL(distance("pdi", "pid"), 1);
	CU_ASSERT_EQUAL(distance("cmm", "comm"), 1);
	CU_ASSERT_EQUAL(distance("task_strct", "task_struct"), 1);
	CU_ASSERT_EQUAL(distance("tsak_strcut", "task_struct"), 2);
	CU_ASSERT_EQUAL(distance("task_structs", "task_struct"), 1);
	CU_ASSERT_EQUAL(distance("", ""), 0);
	CU_ASSERT_EQUAL(distance("", "a"), 1);
}

static void what_was_not_meant_is_not_near(void)
{
	CU_ASSERT_EQUAL(distance("nosuch", "uch"), FAR);
	CU_ASSERT_EQUAL(distance("nosuch", "policy"), FAR);
	CU_ASSERT_EQUAL(distance("pid", "mm"), FAR);
	CU_ASSERT_EQUAL(distance("", "mm"), FAR);
}

static void long_names_are_not_compared(void)
{
	char name[65];

	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	CU_ASSERT_EQUAL(distance(name, name), FAR);
	CU_ASSERT_EQUAL(distance(name + 1, name + 1), 0);
	CU_ASSERT_EQUAL(distance(name + 2, name + 1), 1);
	/* One of the two is enough. */
	CU_ASSERT_EQUAL(distance(name, name + 1), FAR);
	CU_ASSERT_EQUAL(distance(name + 1, name), FAR);
}

/* One slip may be in any name, and one more for every four letters of it. */
static void longer_names_may_have_more_slips(void)
{
	for (size_t length = 1; length <= 16; length++) {
		for (size_t slips = 0; slips <= length; slips++) {
			char meant[17] = "", written[17] = "";

			memset(meant, 'a', length);
			memset(written, 'a', length);
			memset(written + length - slips, 'b', slips);
			CU_ASSERT_EQUAL(distance(written, meant),
					slips <= 1 + length / 4 ? slips : FAR);
		}
	}
}

FB_TEST_MAIN("symbols/name_distance", FB_TEST(counts_slips),
	     FB_TEST(what_was_not_meant_is_not_near), FB_TEST(long_names_are_not_compared),
	     FB_TEST(longer_names_may_have_more_slips))
