// SPDX-License-Identifier: GPL-2.0-or-later
/* Sets of addresses: each once, however they collide, up to the maximum. */
#include "kernel/address_set.h"

#include "tests/harness.h"

static void keeps_each_once(void)
{
	struct fb_address_set set = {0};
	bool fresh;

	for (unsigned round = 0; round < 2; round++)
		for (uint64_t i = 0; i < 1000; i++) {
			/* Far apart and side by side. */
			FB_OK_FATAL(fb_address_set_add(&set, 0xffff888000000000ull + (i << 12),
						       2000, "things", &fresh));
			CU_ASSERT_EQUAL(fresh, round == 0);
			FB_OK_FATAL(fb_address_set_add(&set, 8 + i * 8, 2000, "things", &fresh));
			CU_ASSERT_EQUAL(fresh, round == 0);
		}
	CU_ASSERT_EQUAL(set.count, 2000);
	fresh = false;
	FB_FAILS_WITH(fb_address_set_add(&set, 1, 2000, "things", &fresh), FB_LIMIT, "2000 things");
	CU_ASSERT_FALSE(fresh);
	FB_OK(fb_address_set_add(&set, 8, 2000, "things", &fresh)); /* one that is there */
	CU_ASSERT_EQUAL(set.count, 2000);
	fb_address_set_deinit(&set);
	CU_ASSERT(!set.slots && !set.room && !set.count);
	fb_address_set_deinit(&set);
}

FB_TEST_MAIN("kernel/address_set", FB_TEST(keeps_each_once))
