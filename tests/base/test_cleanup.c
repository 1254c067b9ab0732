// SPDX-License-Identifier: GPL-2.0-or-later
/* Locals free themselves, and what was taken from them stays; the sanitizers see what does not. */
#include "base/cleanup.h"

#include "base/attr.h"
#include "tests/harness.h"

static unsigned destroyed;

struct thing {
	int number;
};

static void thing_destroy(struct thing *thing)
{
	destroyed += thing != NULL;
	free(thing);
}
FB_DESTROY_AT(struct thing, thing_destroy);

/* Leaves on three ways. */
static struct thing *make(unsigned way)
{
	FB_CLEANUP(fb_free_at) char *text = strdup("freed on each");
	FB_CLEANUP(thing_destroy_at) struct thing *thing = NULL;

	if (!text || way == 0)
		return NULL;
	thing = calloc(1, sizeof(*thing));
	if (!thing || way == 1)
		return NULL;
	thing->number = 7;
	return fb_take(thing);
}

static void leaving_frees(void)
{
	struct thing *thing;

	destroyed = 0;
	CU_ASSERT_PTR_NULL(make(0));
	CU_ASSERT_EQUAL(destroyed, 0);
	CU_ASSERT_PTR_NULL(make(1));
	CU_ASSERT_EQUAL(destroyed, 1);
	thing = make(2);
	CU_ASSERT_EQUAL(destroyed, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(thing);
	CU_ASSERT_EQUAL(thing->number, 7);
	thing_destroy(thing);
}

FB_TEST_MAIN("base/cleanup", FB_TEST(leaving_frees))
