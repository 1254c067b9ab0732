// SPDX-License-Identifier: GPL-2.0-or-later
/* Which groups are near duplicates. */
#include "cmd/triage/triage.h"
#include "tests/harness.h"

static void add(json_t *groups, const char *signature, const char *kind, const char *stack)
{
	json_t *group = json_object();

	(void)json_object_set_new(group, "signature", json_string(signature));
	(void)json_object_set_new(group, "kind", json_string(kind));
	(void)json_object_set_new(group, "stack", stack ? json_string(stack) : json_null());
	(void)json_array_append_new(groups, group);
}

static const char *family(const json_t *groups, size_t index)
{
	return json_string_value(json_object_get(json_array_get(groups, index), "family"));
}

static void near_stacks(void)
{
	json_t *groups = json_array();

	add(groups, "0", "bug", "a b c d e f g h i j");
	add(groups, "1", "bug", "a b c d e f g X Y Z");        /* 3 of 10 differ */
	add(groups, "2", "bug", "a b c d e f W X Y Z");        /* 4 of 10 */
	add(groups, "3", "page-fault", "a b c d e f g h i j"); /* another kind */
	add(groups, "4", "bug", "b c d e f g h i j");          /* the first was inlined */
	add(groups, "5", "bug", NULL);
	add(groups, "6", "bug", NULL); /* unknown ones are not like each other */
	FB_OK_FATAL(fb_triage_find_families(groups));
	CU_ASSERT_STRING_EQUAL(family(groups, 0), "0");
	CU_ASSERT_STRING_EQUAL(family(groups, 1), "0");
	/* Near to 1, which is no family's first. */
	CU_ASSERT_STRING_EQUAL(family(groups, 2), "2");
	CU_ASSERT_STRING_EQUAL(family(groups, 3), "3");
	CU_ASSERT_STRING_EQUAL(family(groups, 4), "0");
	CU_ASSERT_STRING_EQUAL(family(groups, 5), "5");
	CU_ASSERT_STRING_EQUAL(family(groups, 6), "6");
	json_decref(groups);
}

static void none(void)
{
	json_t *groups = json_array();

	FB_OK_FATAL(fb_triage_find_families(groups));
	CU_ASSERT_EQUAL(json_array_size(groups), 0);
	json_decref(groups);
}

FB_TEST_MAIN("triage/families", FB_TEST(near_stacks), FB_TEST(none))
