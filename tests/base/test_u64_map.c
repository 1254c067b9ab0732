// SPDX-License-Identifier: GPL-2.0-or-later
/* The map, held against what was put in; 0 and the largest key as any other. */
#include "base/u64_map.h"

#include "tests/harness.h"

#define COUNT 5000u

/* As dumps have them: small numbers, addresses far apart and close together, 0, the largest. */
static uint64_t key_of(uint64_t i)
{
	if (i == 0)
		return 0;
	if (i == 1)
		return UINT64_MAX;
	return i % 3 ? 0xffff888000000000ull + (i << (i % 2 ? 6 : 26)) : i;
}

static void keeps_the_first_value(void)
{
	struct fb_u64_map map = {0};
	bool fresh;

	CU_ASSERT_PTR_NULL(fb_u64_map_find(&map, 0));
	CU_ASSERT_PTR_NULL(fb_u64_map_find(&map, 8));
	for (uint64_t round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < COUNT; i++) {
			fresh = round;
			if (!round)
				CU_ASSERT_PTR_NULL(fb_u64_map_find(&map, key_of(i)));
			FB_OK(fb_u64_map_add(&map, key_of(i), i + round, COUNT, "things", &fresh));
			CU_ASSERT_EQUAL(fresh, round == 0);
		}
	}
	CU_ASSERT_EQUAL(map.count, COUNT);
	for (uint64_t i = 0; i < COUNT; i++) {
		uint64_t *value = fb_u64_map_find(&map, key_of(i));

		CU_ASSERT_PTR_NOT_NULL_FATAL(value);
		CU_ASSERT_EQUAL(*value, i);
		*value = ~i;
	}
	for (uint64_t i = 0; i < COUNT; i++)
		CU_ASSERT_EQUAL(*fb_u64_map_find(&map, key_of(i)), ~i);
	CU_ASSERT_PTR_NULL(fb_u64_map_find(&map, UINT64_MAX - 1));
	fb_u64_map_deinit(&map);
	CU_ASSERT_PTR_NULL(map.slots);
	CU_ASSERT_PTR_NULL(fb_u64_map_find(&map, 0));
	FB_OK(fb_u64_map_add(&map, 3, 4, 1, "things", NULL));
	CU_ASSERT_EQUAL(*fb_u64_map_find(&map, 3), 4);
	fb_u64_map_deinit(&map);
}

static void has_a_maximum(void)
{
	struct fb_u64_map set = {0};
	bool fresh = false;

	FB_OK(fb_u64_set_add(&set, 8, 2, "things", &fresh));
	FB_OK(fb_u64_set_add(&set, 0, 2, "things", &fresh));
	CU_ASSERT(fresh);
	FB_FAILS_WITH(fb_u64_set_add(&set, 24, 2, "things", &fresh), FB_LIMIT,
		      "more than 2 things");
	CU_ASSERT_PTR_NULL(fb_u64_map_find(&set, 24));
	/* Those that are in may still be asked for. */
	FB_OK(fb_u64_set_add(&set, 0, 2, "things", &fresh));
	CU_ASSERT(!fresh);
	fb_u64_map_deinit(&set);
}

/* A million keys that differ in their high bits alone: were these not mixed into the low ones, each
 * would walk over all before it, and the test would take its time limit. */
static void high_bits_count(void)
{
	struct fb_u64_map set = {0};
	const size_t count = 1u << 20;

	for (uint64_t i = 0; i < count; i++)
		FB_OK(fb_u64_set_add(&set, i << 44, count, "things", NULL));
	CU_ASSERT_EQUAL(set.count, count);
	fb_u64_map_deinit(&set);
}

FB_TEST_MAIN("base/u64_map", FB_TEST(keeps_the_first_value), FB_TEST(has_a_maximum),
	     FB_TEST(high_bits_count))
