// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/dump/kdump_bitmap.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define OFFSET 100u
/* More blocks than the bitmap keeps at a time. */
#define BITS (70u * 32768u + 1000u)

static bool is_set(uint64_t pfn)
{
	uint64_t block = pfn / 32768;

	/* Whole blocks without and with bits, and mixed ones. */
	if (block % 5 == 3)
		return false;
	if (block % 5 == 4)
		return true;
	return pfn % 64 < 40 ? pfn % 7 < 3 : pfn / 4096 % 3 == 1;
}

static struct fb_file *make_file(size_t bytes)
{
	uint8_t *data = calloc(1, OFFSET + bytes);
	struct fb_file *file;
	uint64_t pfn;

	for (pfn = 0; pfn < 8 * bytes; pfn++)
		data[OFFSET + pfn / 8] |= (uint8_t)(is_set(pfn) << (pfn % 8));
	FB_OK_FATAL(fb_file_from_memory("bits", data, OFFSET + bytes, &file));
	return file;
}

/* Every frame of the range, and some around it. */
static void check(struct fb_kdump_bitmap *bitmap, uint64_t start, uint64_t end, uint64_t there)
{
	uint64_t pfn, rank = 0, got, next_set = 0, next_clear = 0, wrong = 0;
	bool set;

	for (pfn = start > 70 ? start - 70 : 0; pfn < end + 70; pfn++) {
		bool expected = pfn >= start && pfn < end && pfn < there && is_set(pfn);

		FB_OK_FATAL(fb_kdump_bitmap_test(bitmap, pfn, &set, &got));
		wrong += set != expected || (set && got != rank);
		rank += expected;
		if (pfn >= end)
			continue;
		if (next_set <= pfn)
			FB_OK_FATAL(fb_kdump_bitmap_next(bitmap, pfn, true, &next_set));
		if (next_clear <= pfn)
			FB_OK_FATAL(fb_kdump_bitmap_next(bitmap, pfn, false, &next_clear));
		wrong += expected ? next_set != pfn || next_clear <= pfn
				  : next_clear != pfn || next_set <= pfn;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(fb_kdump_bitmap_count(bitmap), rank);
}

static void ranks_and_finds(void)
{
	static const uint64_t ranges[][2] = {{0, BITS},      {0, 1},         {63, 64},
					     {100, 100},     {70000, 70001}, {32768, 65536},
					     {32767, 98305}, {1000, 140000}, {131072, 163840}};
	struct fb_file *file = make_file((BITS + 7) / 8);
	struct fb_kdump_bitmap *bitmap;
	uint64_t count;
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(ranges); i++) {
		FB_OK_FATAL(
			fb_kdump_bitmap_create(file, OFFSET, ranges[i][0], ranges[i][1], &bitmap));
		check(bitmap, ranges[i][0], ranges[i][1], BITS);
		FB_OK(fb_kdump_bitmap_popcount(file, OFFSET, ranges[i][0], ranges[i][1], &count));
		CU_ASSERT_EQUAL(count, fb_kdump_bitmap_count(bitmap));
		fb_kdump_bitmap_destroy(bitmap);
	}
	fb_file_destroy(file);
}

static void reads_clear_behind_the_file(void)
{
	struct fb_file *file = make_file(5001);
	struct fb_kdump_bitmap *bitmap;

	FB_OK_FATAL(fb_kdump_bitmap_create(file, OFFSET, 10, 90000, &bitmap));
	check(bitmap, 10, 90000, 8 * 5001);
	fb_kdump_bitmap_destroy(bitmap);
	fb_file_destroy(file);
}

/* A lone bit at the edges of words, of groups of words and of blocks, in ranges that begin and end at it or beside
 * it. */
static void a_lone_bit_is_found_where_it_is(void)
{
	static const uint64_t bits[] = {0,     1,     63,    64,    511,   512,    1023,
					32767, 32768, 32831, 65535, 70000, 131071, 200000};
	const size_t bytes = 4 * 8192;

	for (size_t i = 0; i < FB_ARRAY_SIZE(bits); i++) {
		uint8_t *data = calloc(1, OFFSET + bytes);
		const uint64_t bit = bits[i];
		struct fb_file *file;

		CU_ASSERT_PTR_NOT_NULL_FATAL(data);
		data[OFFSET + bit / 8] |= (uint8_t)(1u << bit % 8);
		FB_OK_FATAL(fb_file_from_memory("bit", data, OFFSET + bytes, &file));
		for (unsigned range = 0; range < 6; range++) {
			uint64_t start = range == 0 ? 0 : range < 3 ? bit : bit + (range == 3);
			uint64_t end = range == 1 ? bit + 1 : range == 4 ? bit : 8 * bytes;
			bool there = bit >= start && bit < end, set = !there;
			struct fb_kdump_bitmap *bitmap;
			uint64_t found, last, count, rank = 7;

			if (range == 5)
				start = bit > 100 ? bit - 100 : 0;
			FB_OK_FATAL(fb_kdump_bitmap_create(file, OFFSET, start, end, &bitmap));
			CU_ASSERT_EQUAL(fb_kdump_bitmap_count(bitmap), there);
			FB_OK(fb_kdump_bitmap_popcount(file, OFFSET, start, end, &count));
			CU_ASSERT_EQUAL(count, there);
			FB_OK(fb_kdump_bitmap_test(bitmap, bit, &set, &rank));
			CU_ASSERT_EQUAL(set, there);
			CU_ASSERT_EQUAL(rank, there ? 0 : 7);
			FB_OK(fb_kdump_bitmap_next(bitmap, 0, true, &found));
			CU_ASSERT_EQUAL(found, there ? bit : end);
			FB_OK(fb_kdump_bitmap_end(bitmap, &last));
			CU_ASSERT_EQUAL(last, there ? bit + 1 : start);
			fb_kdump_bitmap_destroy(bitmap);
		}
		fb_file_destroy(file);
	}
}

FB_TEST_MAIN("kernel/kdump_bitmap", FB_TEST(ranks_and_finds), FB_TEST(reads_clear_behind_the_file),
	     FB_TEST(a_lone_bit_is_found_where_it_is))
