// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"

#include "base/attr.h"
#include "tests/harness.h"

static void tells_zeros_from_others(void)
{
	uint8_t page[FB_PAGE_SIZE] = {0};

	CU_ASSERT(fb_all_zero(page, 0));
	for (size_t length = 1; length <= 20; length++) {
		CU_ASSERT(fb_all_zero(page, length));
		for (size_t i = 0; i < length; i++) {
			page[i] = 0x80;
			CU_ASSERT_FALSE(fb_all_zero(page, length));
			page[i] = 0;
		}
	}
	CU_ASSERT(fb_all_zero(page, sizeof(page)));
	page[sizeof(page) - 1] = 1;
	CU_ASSERT_FALSE(fb_all_zero(page, sizeof(page)));
	CU_ASSERT(fb_all_zero(page, sizeof(page) - 1));
}

/* Equal bytes are not zeros. */
static void equal_bytes_are_not_zeros(void)
{
	uint8_t bytes[16];

	memset(bytes, 7, sizeof(bytes));
	CU_ASSERT_FALSE(fb_all_zero(bytes, sizeof(bytes)));
	CU_ASSERT_FALSE(fb_all_zero(bytes, 1));
}

FB_TEST_MAIN("base/bytes", FB_TEST(tells_zeros_from_others), FB_TEST(equal_bytes_are_not_zeros))
