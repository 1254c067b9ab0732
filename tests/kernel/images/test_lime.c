// SPDX-License-Identifier: GPL-2.0-or-later
/* LiME images: ranges, what is cut off, and headers that are none. */
#include "kernel/images/lime.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/images/lime_format.h"
#include "tests/harness.h"
#include "tests/kernel/make_image.h"

static const struct mk_range ranges[] = {{1, 30}, {100, 50}, {0x100000, 3}};
#define RANGES FB_ARRAY_SIZE(ranges)

static void reads_its_ranges(void)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_lime(ranges, RANGES, &bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "LiME");
	CU_ASSERT_PTR_NULL(fb_dump_info(dump)->stream);
	CU_ASSERT_FALSE(fb_dump_info(dump)->incomplete);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->max_pfn, 0x100003);
	CU_ASSERT_PTR_NULL(fb_dump_vmcoreinfo(dump));
	mk_check_ranges(dump, ranges, RANGES, 0x100010);
	fb_dump_destroy(dump);
	free(bytes.data);
}

static void a_cut_image_has_what_is_left(void)
{
	static const struct mk_range left[] = {{1, 30}, {100, 20}};
	uint8_t page[FB_PAGE_SIZE];
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	mk_lime(ranges, RANGES, &bytes);
	bytes.size = 2 * sizeof(struct fb_lime_header) + 50 * FB_PAGE_SIZE;
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_TRUE(fb_dump_info(dump)->incomplete);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, 30);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	mk_check_ranges(dump, left, FB_ARRAY_SIZE(left), 120);
	FB_FAILS(fb_dump_read_page(dump, 120, page), FB_TRUNCATED);
	FB_FAILS(fb_dump_read_page(dump, 99, page), FB_ABSENT);
	fb_dump_destroy(dump);
	free(bytes.data);
	fb_warnings_destroy(warnings);
}

static void what_is_no_header_ends_it(void)
{
	struct fb_lime_header *header;
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	mk_lime(ranges, RANGES, &bytes);
	header = (struct fb_lime_header *)(bytes.data + sizeof(*header) + 30 * FB_PAGE_SIZE);
	header->version = 7;
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	mk_check_ranges(dump, ranges, 1, 200);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "no header of a range"));
	fb_dump_destroy(dump);
	/* Backwards, beyond all memory, or nothing at all. */
	header = (struct fb_lime_header *)bytes.data;
	header->last = header->start - 1;
	FB_FAILS(mk_open(&bytes, warnings, &dump), FB_CORRUPT);
	header->last = UINT64_MAX;
	FB_FAILS(mk_open(&bytes, warnings, &dump), FB_CORRUPT);
	header->start = 0;
	FB_FAILS(mk_open(&bytes, warnings, &dump), FB_CORRUPT);
	free(bytes.data);
	fb_warnings_destroy(warnings);
}

FB_TEST_MAIN("kernel/lime", FB_TEST(reads_its_ranges), FB_TEST(a_cut_image_has_what_is_left),
	     FB_TEST(what_is_no_header_ends_it))
