// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines by made tables of locations: each form of an entry, and tables that are damaged. */
#include "user/runtimes/python_lines.h"

#include "base/attr.h"
#include "tests/harness.h"

/* An entry's first byte: its code, and how many units it covers. */
#define HEAD(code, units) (uint8_t)(0x80 | (code) << 3 | ((units)-1))

static void each_form_gives_its_line(void)
{
	static const uint8_t table[] = {
		HEAD(0, 2),  0x12,       /* units 0, 1: the same line */
		HEAD(11, 1), 0x04, 0x08, /* 2: one line on */
		HEAD(12, 1), 0x04, 0x08, /* 3: two lines on */
		HEAD(13, 3), 0x08,       /* 4 to 6: four on, by a signed number */
		HEAD(14, 1), 0x49, 0x01, 0x00, 0x05, 0x45, 0x01, /* 7: 36 back; end line, columns */
		HEAD(15, 2),                                     /* 8, 9: no location */
		HEAD(9, 1),  0x00,                               /* 10 */
	};
	static const uint32_t lines[] = {100, 100, 101, 103, 107, 107, 107, 71, 0, 0, 71};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lines); i++)
		CU_ASSERT_EQUAL(fb_python_line(table, sizeof(table), 100, (int64_t)i), lines[i]);
	CU_ASSERT_EQUAL(fb_python_line(table, sizeof(table), 100, FB_ARRAY_SIZE(lines)), 0);
	/* Before its first instruction a function is in its first line. */
	CU_ASSERT_EQUAL(fb_python_line(table, sizeof(table), 100, -1), 100);
	CU_ASSERT_EQUAL(fb_python_line(table, 0, 100, 0), 0);
}

static void damaged_tables_have_no_line(void)
{
	static const uint8_t no_mark[] = {0x00, 0x12};
	static const uint8_t cut_short[] = {HEAD(0, 1)};
	static const uint8_t cut_number[] = {HEAD(13, 1), 0x48};
	static const uint8_t long_number[] = {HEAD(13, 1), 0x48, 0x48, 0x48,
					      0x48,        0x48, 0x48, 0x01};
	static const uint8_t marked_number[] = {HEAD(13, 1), 0x88};
	static const uint8_t below_zero[] = {HEAD(13, 1), 0x0d};

	CU_ASSERT_EQUAL(fb_python_line(no_mark, sizeof(no_mark), 5, 0), 0);
	CU_ASSERT_EQUAL(fb_python_line(cut_short, sizeof(cut_short), 5, 0), 0);
	CU_ASSERT_EQUAL(fb_python_line(cut_number, sizeof(cut_number), 5, 0), 0);
	CU_ASSERT_EQUAL(fb_python_line(long_number, sizeof(long_number), 5, 0), 0);
	CU_ASSERT_EQUAL(fb_python_line(marked_number, sizeof(marked_number), 5, 0), 0);
	CU_ASSERT_EQUAL(fb_python_line(below_zero, sizeof(below_zero), 5, 0), 0);
	CU_ASSERT_EQUAL(fb_python_line(below_zero, sizeof(below_zero), 7, 0), 1);
}

static uint32_t step(const uint8_t *table, size_t size, int64_t unit)
{
	return fb_python_line_of_pairs(table, size, 10, unit, FB_PYTHON_LINES_STEPS);
}

static uint32_t range(const uint8_t *table, size_t size, int64_t unit)
{
	return fb_python_line_of_pairs(table, size, 10, unit, FB_PYTHON_LINES_RANGES);
}

/* 3.9: the second line begins at byte 8, and the third, in two steps, at byte 10; one before it at byte 12. */
static void steps_give_the_line_that_has_begun(void)
{
	static const uint8_t table[] = {0, 1, 8, 1, 2, 127, 0, 73, 2, 0xff, 2};
	static const uint32_t lines[] = {11, 11, 11, 11, 12, 212, 211, 211};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lines); i++)
		CU_ASSERT_EQUAL(step(table, sizeof(table), (int64_t)i), lines[i]);
	CU_ASSERT_EQUAL(step(table, sizeof(table), -1), 10);
	CU_ASSERT_EQUAL(step(table, 0, 3), 10);
	CU_ASSERT_EQUAL(step((const uint8_t[]){0, 0x81}, 2, 0), 0);
}

/* 3.10: bytes 0 to 5, of no line 6 to 9, 10 to 13 after an empty range. */
static void ranges_give_their_line(void)
{
	static const uint8_t table[] = {6, 1, 4, 0x80, 0, 127, 4, 0xfe};
	static const uint32_t lines[] = {11, 11, 11, 0, 0, 136, 136, 0};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lines); i++)
		CU_ASSERT_EQUAL(range(table, sizeof(table), (int64_t)i), lines[i]);
	CU_ASSERT_EQUAL(range(table, sizeof(table), -1), 10);
	CU_ASSERT_EQUAL(range(table, 0, 0), 0);
	CU_ASSERT_EQUAL(range((const uint8_t[]){2, 0x81}, 2, 0), 0);
}

FB_TEST_MAIN("user/runtimes/python_lines", FB_TEST(each_form_gives_its_line),
	     FB_TEST(steps_give_the_line_that_has_begun), FB_TEST(ranges_give_their_line),
	     FB_TEST(damaged_tables_have_no_line))
