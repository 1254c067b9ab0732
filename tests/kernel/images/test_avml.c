// SPDX-License-Identifier: GPL-2.0-or-later
/* AVML's version 2: packed ranges, what is cut off or damaged, and chunks that hold nothing. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/images/lime_format.h"
#include "tests/harness.h"
#include "tests/kernel/make_image.h"

static const struct mk_range ranges[] = {{1, 35}, {100, 50}};
#define RANGES FB_ARRAY_SIZE(ranges)

static void unpacks_its_ranges(void)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_avml(ranges, RANGES, &bytes);
	CU_ASSERT(bytes.size < 85 * FB_PAGE_SIZE);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "AVML");
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->stream, "snappy");
	CU_ASSERT_FALSE(fb_dump_info(dump)->incomplete);
	mk_check_ranges(dump, ranges, RANGES, 200);
	fb_dump_destroy(dump);
	free(bytes.data);
}

/* Whole chunks of 16 pages come before the damage. */
static void what_is_damaged_or_cut_off_is_lost(void)
{
	static const struct mk_range left[] = {{1, 32}};
	struct fb_warnings *warnings;
	struct mk_bytes bytes, first;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	mk_avml(ranges, 1, &first);
	mk_avml(ranges, RANGES, &bytes);
	bytes.size = first.size - sizeof(struct fb_avml_trailer) - 3;
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_TRUE(fb_dump_info(dump)->incomplete);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, 3);
	mk_check_ranges(dump, left, 1, 33);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "what follows is lost"));
	fb_dump_destroy(dump);
	free(bytes.data);
	/* In the first chunk of data: nothing is left. */
	first.data[sizeof(struct fb_lime_header) + 10 + 11] = 0x02;
	FB_FAILS(mk_open(&first, NULL, &dump), FB_TRUNCATED);
	free(first.data);
	fb_warnings_destroy(warnings);
}

static void chunks_without_data_come_to_an_end(void)
{
	struct mk_bytes bytes = {0};
	const size_t chunks = FB_MAX_SKIPPED_FRAMES + 10;
	struct fb_lime_header header = {
		.magic = FB_AVML_MAGIC, .version = FB_AVML_VERSION, .last = FB_PAGE_SIZE - 1};
	struct fb_warnings *warnings;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	bytes.size = sizeof(header) + 4 * chunks;
	bytes.data = calloc(1, bytes.size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes.data);
	memcpy(bytes.data, &header, sizeof(header));
	for (size_t i = 0; i < chunks; i++)
		bytes.data[sizeof(header) + 4 * i] = 0xfe;
	FB_FAILS(mk_open(&bytes, warnings, &dump), FB_TRUNCATED);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "at offset 4128"));
	free(bytes.data);
	fb_warnings_destroy(warnings);
}

FB_TEST_MAIN("kernel/avml", FB_TEST(unpacks_its_ranges),
	     FB_TEST(what_is_damaged_or_cut_off_is_lost),
	     FB_TEST(chunks_without_data_come_to_an_end))
