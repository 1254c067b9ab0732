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

/* What a header has to be; and a file's end is no header that is damaged. */
static void headers_are_checked(void)
{
	static const struct {
		uint32_t magic, version;
		uint64_t start, last;
		size_t size; /* of the file */
		bool good;
	} headers[] = {
		{FB_LIME_MAGIC, 1, 5, 5, 32, true},
		{FB_LIME_MAGIC, 1, 0, UINT64_MAX - 1, 32, true},
		{FB_LIME_MAGIC, 1, 1, UINT64_MAX, 32, true},
		{FB_LIME_MAGIC, 1, 0, UINT64_MAX, 32, false},
		{FB_LIME_MAGIC, 1, 6, 5, 32, false},
		{FB_LIME_MAGIC, 2, 5, 5, 32, false},
		{FB_LIME_MAGIC + 1, 1, 5, 5, 32, false},
		{FB_LIME_MAGIC, 1, 5, 5, 31, false},
		{FB_LIME_MAGIC, 1, 5, 5, 0, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(headers); i++) {
		struct fb_lime_header *header = calloc(1, sizeof(*header));
		uint64_t start = 77, length = 77;
		struct fb_warnings *warnings;
		struct fb_file *file;
		bool more = false;

		CU_ASSERT_PTR_NOT_NULL_FATAL(header);
		header->magic = headers[i].magic;
		header->version = headers[i].version;
		header->start = headers[i].start;
		header->last = headers[i].last;
		FB_OK_FATAL(fb_warnings_create(&warnings));
		FB_OK_FATAL(fb_file_from_memory("made", header, headers[i].size, &file));
		FB_OK(fb_lime_range(file, 0, FB_LIME_MAGIC, FB_LIME_VERSION, warnings, &more,
				    &start, &length));
		CU_ASSERT_EQUAL(more, headers[i].good);
		CU_ASSERT_EQUAL(start, headers[i].good ? headers[i].start : 77);
		CU_ASSERT_EQUAL(length,
				headers[i].good ? headers[i].last - headers[i].start + 1 : 77);
		CU_ASSERT_EQUAL(fb_warnings_count(warnings), !headers[i].good && headers[i].size);
		fb_file_destroy(file);
		fb_warnings_destroy(warnings);
	}
}

FB_TEST_MAIN("kernel/lime", FB_TEST(reads_its_ranges), FB_TEST(a_cut_image_has_what_is_left),
	     FB_TEST(what_is_no_header_ends_it), FB_TEST(headers_are_checked))
