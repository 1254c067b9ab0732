// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/images/extents.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define SPAN 4096u

static void keeps_disjoint_pieces(void)
{
	struct fb_extent pieces[] = {{100, 10, 0}, {0, 50, 500}, {110, 5, 300}};
	struct fb_extents extents;

	FB_OK_FATAL(fb_extents_create(pieces, 3, &extents));
	CU_ASSERT_EQUAL(extents.count, 3);
	CU_ASSERT_EQUAL(extents.list[0].start, 0);
	CU_ASSERT_EQUAL(extents.list[1].start, 100);
	CU_ASSERT_EQUAL(extents.list[2].source, 300);
	CU_ASSERT_EQUAL(fb_extents_end(&extents), 115);
	CU_ASSERT_EQUAL(fb_extents_find(&extents, 0), 0);
	CU_ASSERT_EQUAL(fb_extents_find(&extents, 49), 0);
	CU_ASSERT_EQUAL(fb_extents_find(&extents, 50), 1);
	CU_ASSERT_EQUAL(fb_extents_find(&extents, 114), 2);
	CU_ASSERT_EQUAL(fb_extents_find(&extents, 115), 3);
	fb_extents_deinit(&extents);
}

static void joins_what_continues(void)
{
	struct fb_extent pieces[] = {{0, 10, 70}, {10, 10, 80}, {20, 10, 91}};
	struct fb_extents extents;

	FB_OK_FATAL(fb_extents_create(pieces, 3, &extents));
	CU_ASSERT_EQUAL(extents.count, 2);
	CU_ASSERT_EQUAL(extents.list[0].length, 20);
	fb_extents_deinit(&extents);
}

static void takes_none(void)
{
	struct fb_extents extents;

	FB_OK_FATAL(fb_extents_create(NULL, 0, &extents));
	CU_ASSERT_EQUAL(extents.count, 0);
	CU_ASSERT_EQUAL(fb_extents_end(&extents), 0);
	CU_ASSERT_EQUAL(fb_extents_find(&extents, 0), 0);
	fb_extents_deinit(&extents);
}

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 33);
}

/* What each address would hold were the pieces written one after the other. */
static void paint(const struct fb_extent *pieces, size_t count, uint64_t *map)
{
	size_t i, at;

	memset(map, 0xff, SPAN * sizeof(*map));
	for (i = 0; i < count; i++) {
		for (at = 0; at < pieces[i].length; at++)
			map[pieces[i].start + at] = pieces[i].source + at;
	}
}

static size_t count_differences(const struct fb_extents *extents, const uint64_t *map)
{
	uint64_t address;
	size_t wrong = 0;

	for (address = 0; address < SPAN; address++) {
		size_t index = fb_extents_find(extents, address);
		uint64_t source = UINT64_MAX;

		if (index < extents->count && extents->list[index].start <= address)
			source = extents->list[index].source + address - extents->list[index].start;
		wrong += source != map[address];
	}
	return wrong;
}

static void later_pieces_win(void)
{
	static uint64_t map[SPAN];
	struct fb_extent pieces[64];
	struct fb_extents extents;
	uint64_t state = 1, source;
	size_t round, i, count, j;

	for (round = 0; round < 200; round++) {
		count = 1 + next_random(&state) % FB_ARRAY_SIZE(pieces);
		for (i = 0, source = 0; i < count; i++) {
			pieces[i].start = next_random(&state) % SPAN;
			pieces[i].length = 1 + next_random(&state) % (SPAN - pieces[i].start);
			pieces[i].source = source;
			source += pieces[i].length + 16;
		}
		paint(pieces, count, map);
		FB_OK_FATAL(fb_extents_create(pieces, count, &extents));
		CU_ASSERT_EQUAL(count_differences(&extents, map), 0);
		for (j = 1; j < extents.count; j++)
			CU_ASSERT(extents.list[j - 1].start + extents.list[j - 1].length <=
				  extents.list[j].start);
		fb_extents_deinit(&extents);
	}
}

FB_TEST_MAIN("kernel/extents", FB_TEST(keeps_disjoint_pieces), FB_TEST(joins_what_continues),
	     FB_TEST(takes_none), FB_TEST(later_pieces_win))
