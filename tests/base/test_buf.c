// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

static void appends_keep_their_order(void)
{
	struct fb_buf buf;
	int i;

	fb_buf_init(&buf, 100000);
	for (i = 0; i < 1000; i++)
		FB_OK(fb_buf_u32(&buf, (uint32_t)i));
	CU_ASSERT_EQUAL(buf.size, 4000);
	for (i = 0; i < 1000; i++) {
		uint32_t value;

		memcpy(&value, buf.data + (size_t)i * 4, 4);
		CU_ASSERT_EQUAL(value, (uint32_t)i);
	}
	FB_OK(fb_buf_u64(&buf, 0x0102030405060708));
	CU_ASSERT_EQUAL(buf.data[4000], 0x08);
	CU_ASSERT_EQUAL(buf.data[4007], 0x01);
	fb_buf_deinit(&buf);
	CU_ASSERT_EQUAL(buf.size, 0);
}

static void the_maximum_is_inclusive_and_firm(void)
{
	static const char bytes[400];
	struct fb_buf buf;

	fb_buf_init(&buf, 300);
	FB_OK(fb_buf_append(&buf, bytes, 299));
	FB_FAILS_WITH(fb_buf_append(&buf, bytes, 2), FB_LIMIT, "300");
	CU_ASSERT_EQUAL(buf.size, 299);
	FB_OK(fb_buf_append(&buf, bytes, 1));
	CU_ASSERT_TRUE(buf.room <= 300);
	FB_FAILS(fb_buf_append(&buf, bytes, SIZE_MAX), FB_LIMIT);
	FB_FAILS(fb_buf_printf(&buf, "x"), FB_LIMIT);
	FB_OK(fb_buf_append(&buf, NULL, 0));
	CU_ASSERT_EQUAL(buf.size, 300);
	fb_buf_deinit(&buf);
	FB_OK(fb_buf_append(&buf, bytes, 300)); /* usable again, with its maximum */
	FB_FAILS(fb_buf_append(&buf, bytes, 1), FB_LIMIT);
	fb_buf_deinit(&buf);
}

static void an_endless_maximum_does_not_overflow(void)
{
	struct fb_buf buf;

	fb_buf_init(&buf, SIZE_MAX);
	FB_OK(fb_buf_append(&buf, "ab", 2));
	FB_FAILS(fb_buf_append(&buf, "ab", SIZE_MAX - 1), FB_LIMIT);
	CU_ASSERT_EQUAL(buf.size, 2);
	fb_buf_deinit(&buf);
}

static void reserved_room_counts_once_committed(void)
{
	struct fb_buf buf;
	void *room = NULL;

	fb_buf_init(&buf, 1000);
	FB_OK(fb_buf_append(&buf, "ab", 2));
	FB_OK(fb_buf_reserve(&buf, 998, &room));
	CU_ASSERT_PTR_EQUAL(room, buf.data + 2);
	memset(room, 'c', 998);
	CU_ASSERT_EQUAL(buf.size, 2);
	fb_buf_commit(&buf, 1);
	CU_ASSERT_EQUAL(buf.size, 3);
	CU_ASSERT_EQUAL(memcmp(buf.data, "abc", 3), 0);
	FB_FAILS(fb_buf_reserve(&buf, 998, &room), FB_LIMIT);
	fb_buf_deinit(&buf);
	FB_OK(fb_buf_reserve(&buf, 0, &room));
	CU_ASSERT_PTR_NOT_NULL(room);
	fb_buf_deinit(&buf);
}

static void printf_appends_without_its_nul(void)
{
	struct fb_buf buf;

	fb_buf_init(&buf, 2000);
	FB_OK(fb_buf_printf(&buf, "%d-", 17));
	FB_OK(fb_buf_printf(&buf, "%0600d", 1)); /* more than the first room */
	CU_ASSERT_EQUAL(buf.size, 603);
	CU_ASSERT_EQUAL(memcmp(buf.data, "17-000", 6), 0);
	CU_ASSERT_EQUAL(buf.data[602], '1');
	fb_buf_deinit(&buf);
}

static void arrays_are_zeroed_and_capped(void)
{
	uint64_t *array = NULL;

	FB_OK_FATAL(fb_alloc_array(3, sizeof(*array), 3, "tasks", &array));
	CU_ASSERT_EQUAL(array[0] | array[1] | array[2], 0);
	free(array);
	array = NULL;
	FB_FAILS_WITH(fb_alloc_array(4, sizeof(*array), 3, "tasks", &array), FB_LIMIT, "tasks: 4");
	CU_ASSERT_PTR_NULL(array);
	/* count * size wraps around to 0 */
	FB_FAILS(fb_alloc_array(1ull << 61, 8, UINT64_MAX, "tasks", &array), FB_NOMEM);
	FB_OK_FATAL(fb_alloc_array(0, 8, 0, "tasks", &array));
	CU_ASSERT_PTR_NOT_NULL(array);
	free(array);
}

static void growing_stops_at_the_maximum(void)
{
	uint32_t *array = NULL;
	size_t room = 0, count = 0;
	struct fb_error *err = NULL;

	while (!err) {
		err = fb_grow_array(&array, &room, count, sizeof(*array), 1000, "links");
		if (!err) {
			CU_ASSERT_TRUE(room > count);
			array[count] = (uint32_t)count;
			count++;
		}
	}
	CU_ASSERT_EQUAL(count, 1000);
	CU_ASSERT_EQUAL(room, 1000);
	CU_ASSERT_EQUAL(array[999], 999);
	FB_FAILS(err, FB_LIMIT);
	FB_FAILS(fb_grow_array(&array, &room, SIZE_MAX, 4, SIZE_MAX, "links"), FB_LIMIT);
	CU_ASSERT_EQUAL(room, 1000);
	free(array);
}

static void growing_below_eight_keeps_the_maximum(void)
{
	uint8_t *array = NULL;
	size_t room = 0;

	FB_OK(fb_grow_array(&array, &room, 0, 1, 3, "few"));
	FB_OK(fb_grow_array(&array, &room, 2, 1, 3, "few"));
	FB_FAILS(fb_grow_array(&array, &room, 3, 1, 3, "few"), FB_LIMIT);
	free(array);
}

FB_TEST_MAIN("base/buf", FB_TEST(appends_keep_their_order),
	     FB_TEST(the_maximum_is_inclusive_and_firm),
	     FB_TEST(an_endless_maximum_does_not_overflow),
	     FB_TEST(reserved_room_counts_once_committed), FB_TEST(printf_appends_without_its_nul),
	     FB_TEST(arrays_are_zeroed_and_capped), FB_TEST(growing_stops_at_the_maximum),
	     FB_TEST(growing_below_eight_keeps_the_maximum))
