// SPDX-License-Identifier: GPL-2.0-or-later
/* How a host ended, by what its panic was about. */
#include "cmd/info_look.h"

#include "tests/harness.h"

static enum fb_info_way way_of(enum fb_log_kind cause)
{
	char message[] = "Kernel panic - not syncing: something";
	const struct fb_panic panic = {.message = message, .cause = cause};

	return fb_info_way_of(&panic);
}

static void causes_have_ways(void)
{
	CU_ASSERT_EQUAL(way_of(FB_LOG_UNKNOWN), FB_INFO_CRASH);
	CU_ASSERT_EQUAL(way_of(FB_LOG_NULL_DEREFERENCE), FB_INFO_CRASH);
	CU_ASSERT_EQUAL(way_of(FB_LOG_MACHINE_CHECK), FB_INFO_CRASH);
	CU_ASSERT_EQUAL(way_of(FB_LOG_SYSRQ), FB_INFO_HANG);
	CU_ASSERT_EQUAL(way_of(FB_LOG_HUNG_TASK), FB_INFO_HANG);
	CU_ASSERT_EQUAL(way_of(FB_LOG_NMI), FB_INFO_HANG);
	CU_ASSERT_EQUAL(way_of(FB_LOG_SOFT_LOCKUP), FB_INFO_LOCKUP);
	CU_ASSERT_EQUAL(way_of(FB_LOG_HARD_LOCKUP), FB_INFO_LOCKUP);
	CU_ASSERT_EQUAL(way_of(FB_LOG_RCU_STALL), FB_INFO_LOCKUP);
	CU_ASSERT_EQUAL(way_of(FB_LOG_WORKQUEUE_LOCKUP), FB_INFO_LOCKUP);
	CU_ASSERT_EQUAL(way_of(FB_LOG_OUT_OF_MEMORY), FB_INFO_MEMORY);
}

/* As virsh dump takes one of a host that did not panic. */
static void no_panic_is_a_hang(void)
{
	const struct fb_panic panic = {.message = NULL};

	CU_ASSERT_EQUAL(fb_info_way_of(&panic), FB_INFO_HANG);
}

FB_TEST_MAIN("cmd/info_look", FB_TEST(causes_have_ways), FB_TEST(no_panic_is_a_hang))
