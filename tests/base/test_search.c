// SPDX-License-Identifier: GPL-2.0-or-later
/* FB_LOWER_BOUND against looking at each element, for every length up to some and every key. */
#include "base/search.h"

#include <stdbool.h>
#include <stdint.h>

#include "tests/harness.h"

#define MOST 70u

static void finds_what_a_walk_finds(void)
{
	uint64_t list[MOST];

	for (size_t count = 0; count <= MOST; count++) {
		/* 0 0 2 2 4 4: with equal elements, and values that lie between. */
		for (size_t i = 0; i < count; i++)
			list[i] = i / 2 * 2;
		for (uint64_t key = 0; key <= MOST; key++) {
			size_t not_below = 0, above = 0;

			while (not_below < count && list[not_below] < key)
				not_below++;
			while (above < count && list[above] <= key)
				above++;
			CU_ASSERT_EQUAL(FB_LOWER_BOUND(i, count, list[i] < key), not_below);
			CU_ASSERT_EQUAL(FB_LOWER_BOUND(i, count, list[i] <= key), above);
		}
	}
}

static bool counted_below(size_t i, size_t key, size_t *looks)
{
	++*looks;
	return i < key;
}

/* A list of 2^63 elements that are computed: no index overflows. */
static void looks_a_few_times_only(void)
{
	const size_t count = (size_t)1 << 63, key = count - 3;
	size_t looks = 0;

	CU_ASSERT_EQUAL(FB_LOWER_BOUND(i, count, counted_below(i, key, &looks)), key);
	CU_ASSERT(looks <= 64);
}

FB_TEST_MAIN("base/search", FB_TEST(finds_what_a_walk_finds), FB_TEST(looks_a_few_times_only))
