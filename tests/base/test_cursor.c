// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cursor.h"

#include <string.h>

#include "tests/harness.h"

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 'a', 'b', 0, 'c'};

static struct fb_cursor at(size_t offset)
{
	struct fb_cursor cursor;

	fb_cursor_init(&cursor, bytes, sizeof(bytes), "note");
	cursor.offset = offset;
	return cursor;
}

static void integers_are_little_endian(void)
{
	struct fb_cursor cursor = at(0);
	uint64_t u64 = 0;
	uint32_t u32 = 0;
	uint16_t u16 = 0;
	uint8_t u8 = 0;

	FB_OK(fb_cursor_u8(&cursor, &u8));
	FB_OK(fb_cursor_u16(&cursor, &u16));
	FB_OK(fb_cursor_u32(&cursor, &u32));
	CU_ASSERT_EQUAL(u8, 0x01);
	CU_ASSERT_EQUAL(u16, 0x0302);
	CU_ASSERT_EQUAL(u32, 0x07060504);
	CU_ASSERT_EQUAL(fb_cursor_left(&cursor), sizeof(bytes) - 7);
	cursor = at(0);
	FB_OK(fb_cursor_u64(&cursor, &u64));
	CU_ASSERT_EQUAL(u64, 0x0807060504030201);
}

static void a_failed_read_moves_and_writes_nothing(void)
{
	struct fb_cursor cursor = at(sizeof(bytes) - 1);
	uint64_t u64 = 7;
	uint32_t u32 = 7;
	uint16_t u16 = 7;
	const uint8_t *in_place = bytes;
	char copy[2] = {7, 7};

	FB_FAILS_WITH(fb_cursor_u16(&cursor, &u16), FB_TRUNCATED, "note: 2 bytes");
	FB_FAILS(fb_cursor_u32(&cursor, &u32), FB_TRUNCATED);
	FB_FAILS(fb_cursor_u64(&cursor, &u64), FB_TRUNCATED);
	FB_FAILS(fb_cursor_copy(&cursor, copy, 2), FB_TRUNCATED);
	FB_FAILS(fb_cursor_bytes(&cursor, 2, &in_place), FB_TRUNCATED);
	CU_ASSERT_EQUAL(u16, 7);
	CU_ASSERT_EQUAL(u32, 7);
	CU_ASSERT_EQUAL(u64, 7);
	CU_ASSERT_EQUAL(copy[0], 7);
	CU_ASSERT_PTR_EQUAL(in_place, bytes);
	CU_ASSERT_EQUAL(cursor.offset, sizeof(bytes) - 1);
}

static void lengths_near_the_maximum_do_not_wrap(void)
{
	struct fb_cursor cursor = at(4);
	const uint8_t *in_place;

	FB_FAILS(fb_cursor_skip(&cursor, UINT64_MAX), FB_TRUNCATED);
	FB_FAILS(fb_cursor_skip(&cursor, UINT64_MAX - 3), FB_TRUNCATED); /* offset + this is 0 */
	FB_FAILS(fb_cursor_bytes(&cursor, UINT64_MAX - 3, &in_place), FB_TRUNCATED);
	FB_FAILS(fb_cursor_copy(&cursor, NULL, SIZE_MAX), FB_TRUNCATED);
	CU_ASSERT_EQUAL(cursor.offset, 4);
}

static void the_very_end_can_be_reached(void)
{
	struct fb_cursor cursor = at(0);
	const uint8_t *in_place;
	uint8_t u8;

	FB_OK(fb_cursor_skip(&cursor, sizeof(bytes)));
	FB_OK(fb_cursor_skip(&cursor, 0));
	FB_OK(fb_cursor_bytes(&cursor, 0, &in_place));
	CU_ASSERT_EQUAL(fb_cursor_left(&cursor), 0);
	FB_FAILS(fb_cursor_u8(&cursor, &u8), FB_TRUNCATED);
	fb_cursor_init(&cursor, NULL, 0, "nothing");
	FB_OK(fb_cursor_copy(&cursor, NULL, 0));
	FB_FAILS(fb_cursor_u8(&cursor, &u8), FB_TRUNCATED);
}

static void aligns_from_the_start_of_the_data(void)
{
	struct fb_cursor cursor = at(1);

	FB_OK(fb_cursor_align(&cursor, 4));
	CU_ASSERT_EQUAL(cursor.offset, 4);
	FB_OK(fb_cursor_align(&cursor, 4));
	CU_ASSERT_EQUAL(cursor.offset, 4);
	FB_FAILS(fb_cursor_align(&cursor, 16), FB_TRUNCATED);
	CU_ASSERT_EQUAL(cursor.offset, 4);
}

static void strings_need_their_nul(void)
{
	struct fb_cursor cursor = at(8);
	const char *string = NULL;

	FB_OK(fb_cursor_string(&cursor, &string));
	CU_ASSERT_STRING_EQUAL(string, "ab");
	CU_ASSERT_EQUAL(cursor.offset, 11);
	FB_FAILS_WITH(fb_cursor_string(&cursor, &string), FB_CORRUPT, "offset 11");
	CU_ASSERT_STRING_EQUAL(string, "ab");
	cursor = at(10);
	FB_OK(fb_cursor_string(&cursor, &string));
	CU_ASSERT_STRING_EQUAL(string, "");
	cursor = at(sizeof(bytes));
	FB_FAILS(fb_cursor_string(&cursor, &string), FB_CORRUPT);
}

FB_TEST_MAIN("base/cursor", FB_TEST(integers_are_little_endian),
	     FB_TEST(a_failed_read_moves_and_writes_nothing),
	     FB_TEST(lengths_near_the_maximum_do_not_wrap), FB_TEST(the_very_end_can_be_reached),
	     FB_TEST(aligns_from_the_start_of_the_data), FB_TEST(strings_need_their_nul))
