// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/dump/frame_set.h"

#include "tests/harness.h"

static void keeps_frames(void)
{
	static const uint64_t frames[] = {0, 7, 8, 32767, 32768, 99999, 100000};
	struct fb_frame_set *set;
	bool added;

	FB_OK_FATAL(fb_frame_set_create(100001, &set));
	for (size_t i = 0; i < FB_ARRAY_SIZE(frames); i++) {
		CU_ASSERT(!fb_frame_set_has(set, frames[i]));
		FB_OK(fb_frame_set_add(set, frames[i], &added));
		CU_ASSERT(added);
		CU_ASSERT(fb_frame_set_has(set, frames[i]));
		CU_ASSERT_EQUAL(fb_frame_set_count(set), i + 1);
	}
	FB_OK(fb_frame_set_add(set, 7, &added));
	CU_ASSERT(!added);
	CU_ASSERT(!fb_frame_set_has(set, 6) && !fb_frame_set_has(set, 9));
	CU_ASSERT(!fb_frame_set_has(set, 65536));
	/* Beyond the limit. */
	FB_OK(fb_frame_set_add(set, 100001, &added));
	FB_OK(fb_frame_set_add(set, UINT64_MAX, NULL));
	CU_ASSERT(!added && !fb_frame_set_has(set, 100001) && !fb_frame_set_has(set, UINT64_MAX));
	CU_ASSERT_EQUAL(fb_frame_set_count(set), FB_ARRAY_SIZE(frames));
	fb_frame_set_destroy(set);
	FB_FAILS(fb_frame_set_create(UINT64_MAX, &set), FB_LIMIT);
}

FB_TEST_MAIN("bundle/frame_set", FB_TEST(keeps_frames))
