// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses come once, however many there are. */
#include "base/address_set.h"

#include "tests/harness.h"

static void tells_fresh_from_known(void)
{
	struct fb_address_set set = {0};
	bool fresh;

	for (unsigned round = 0; round < 2; round++) {
		for (uint64_t i = 1; i <= 5000; i++) {
			fresh = round;
			/* As slabs have them, far apart and close together. */
			FB_OK(fb_address_set_add(&set,
						 0xffff888000000000ull + (i << (i % 2 ? 6 : 26)),
						 5000, "things", &fresh));
			CU_ASSERT_EQUAL(fresh, round == 0);
		}
	}
	CU_ASSERT_EQUAL(set.count, 5000);
	fb_address_set_deinit(&set);
	CU_ASSERT_PTR_NULL(set.slots);
}

static void has_a_maximum(void)
{
	struct fb_address_set set = {0};
	bool fresh = false;

	FB_OK(fb_address_set_add(&set, 8, 2, "things", &fresh));
	FB_OK(fb_address_set_add(&set, 16, 2, "things", &fresh));
	FB_FAILS_WITH(fb_address_set_add(&set, 24, 2, "things", &fresh), FB_LIMIT,
		      "more than 2 things");
	/* Those that are in may still be asked for. */
	FB_OK(fb_address_set_add(&set, 8, 2, "things", &fresh));
	CU_ASSERT(!fresh);
	fb_address_set_deinit(&set);
}

FB_TEST_MAIN("base/address_set", FB_TEST(tells_fresh_from_known), FB_TEST(has_a_maximum))
