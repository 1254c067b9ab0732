// SPDX-License-Identifier: GPL-2.0-or-later
/* AVML's version 2: packed ranges, what is cut off or damaged, and chunks that hold nothing. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/images/lime_format.h"
#include "tests/harness.h"
#include "tests/kernel/images/make_qevm.h"
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

static void begin(struct mk_bytes *bytes, uint64_t length)
{
	const struct fb_lime_header header = {
		.magic = FB_AVML_MAGIC, .version = FB_AVML_VERSION, .last = length - 1};

	*bytes = (struct mk_bytes){0};
	mk_qevm_put(bytes, &header, sizeof(header));
}

/* A chunk's head with this length, and behind it as many bytes as follow: a checksum, and data that begin with those
 * given and go on with zeros. */
static void add_chunk(struct mk_bytes *bytes, uint8_t type, uint32_t length, const void *data,
		      size_t size)
{
	static const uint8_t zeros[1u << 18];
	const uint8_t head[8] = {type, (uint8_t)length, (uint8_t)(length >> 8),
				 (uint8_t)(length >> 16)};

	mk_qevm_put(bytes, head, 8);
	mk_qevm_put(bytes, data, size);
	if (length > 4 + size)
		mk_qevm_put(bytes, zeros, length - 4 - size);
}

static void end_range(struct mk_bytes *bytes)
{
	static const struct fb_avml_trailer trailer;

	mk_qevm_put(bytes, &trailer, sizeof(trailer));
}

/* Whole pages that are there. Ends the bytes. */
static uint64_t count_pages(struct mk_bytes *bytes)
{
	struct fb_dump *dump = NULL;
	struct fb_error *err = mk_open(bytes, NULL, &dump);
	uint64_t pages = err ? 0 : fb_dump_info(dump)->pages_dumped;

	fb_error_destroy(err);
	fb_dump_destroy(dump);
	free(bytes->data);
	return pages;
}

/* Of plain data there is a checksum at least, 64 KiB at most, and no more than the range has. */
static void plain_chunks_have_a_size(void)
{
	static const struct {
		uint32_t pages, length;
		bool good;
	} chunks[] = {{16, 65540, true},
		      {17, 65540, true},
		      {17, 65541, false},
		      {1, 4100, true},
		      {1, 4101, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(chunks); i++) {
		struct mk_bytes bytes;

		begin(&bytes, (uint64_t)chunks[i].pages * FB_PAGE_SIZE);
		add_chunk(&bytes, 1, chunks[i].length, NULL, 0);
		end_range(&bytes);
		CU_ASSERT_EQUAL(count_pages(&bytes),
				chunks[i].good ? (chunks[i].length - 4) / FB_PAGE_SIZE : 0);
	}
	for (uint32_t length = 3; length <= 4; length++) {
		struct mk_bytes bytes;

		begin(&bytes, FB_PAGE_SIZE);
		add_chunk(&bytes, 1, length, NULL, 0);
		bytes.size -= 4 - length;
		add_chunk(&bytes, 1, 4100, NULL, 0);
		end_range(&bytes);
		CU_ASSERT_EQUAL(count_pages(&bytes), length == 4);
	}
}

/* 64 KiB that are packed into the most bytes that a chunk may have: literals of one byte each, and a long one. */
static void a_packed_chunk_has_a_largest_size(void)
{
	for (uint32_t more = 0; more < 2; more++) {
		const uint32_t most = 32 + 65536 + 65536 / 6, singles = most - 6 - 65536 + more;
		const uint32_t rest = 65536 - singles;
		const uint8_t preamble[3] = {0x80, 0x80,
					     0x04}; /* 65,536, seven bits in each byte */
		const uint8_t single[2] = {0, 'x'};
		const uint8_t last[3] = {61 << 2, (uint8_t)(rest - 1), (uint8_t)((rest - 1) >> 8)};
		struct mk_bytes bytes, packed = {0};

		mk_qevm_put(&packed, preamble, sizeof(preamble));
		for (uint32_t i = 0; i < singles; i++)
			mk_qevm_put(&packed, single, sizeof(single));
		mk_qevm_put(&packed, last, sizeof(last));
		begin(&bytes, 65536);
		add_chunk(&bytes, 0, most + 4 + more, packed.data, packed.size);
		end_range(&bytes);
		free(packed.data);
		CU_ASSERT_EQUAL(count_pages(&bytes), more ? 0 : 16);
	}
}

/* Chunks of the upper types are passed over, with what they hold; the others have to be known. */
static void unknown_chunks_are_damage(void)
{
	static const struct {
		uint8_t type;
		bool good;
	} types[] = {{0x02, false}, {0x7f, false}, {0x80, true}, {0xfe, true}, {0xff, true}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(types); i++) {
		struct mk_bytes bytes;

		begin(&bytes, FB_PAGE_SIZE);
		add_chunk(&bytes, types[i].type, 300, NULL, 0);
		add_chunk(&bytes, 1, 4100, NULL, 0);
		end_range(&bytes);
		CU_ASSERT_EQUAL(count_pages(&bytes), types[i].good);
	}
}

/* Only so many chunks without data may precede each chunk with data. A data chunk of 0 bytes counts as one without. */
static void chunks_without_data_are_counted(void)
{
	for (unsigned wrong = 0; wrong < 3; wrong++) {
		struct mk_bytes bytes;

		begin(&bytes, 2 * FB_PAGE_SIZE);
		for (unsigned part = 0; part < 2; part++) {
			unsigned empty = FB_MAX_SKIPPED_FRAMES - 1 + (wrong == 1 && part);

			if (wrong == 2 && part) {
				add_chunk(&bytes, 1, 4, NULL, 0);
				add_chunk(&bytes, 0xfe, 4, NULL, 0);
			}
			for (unsigned i = 0; i < empty; i++)
				add_chunk(&bytes, 0xfe, 4, NULL, 0);
			add_chunk(&bytes, 1, 4100, NULL, 0);
		}
		end_range(&bytes);
		CU_ASSERT_EQUAL(count_pages(&bytes), wrong ? 1 : 2);
	}
}

/* Damage ends the image, whatever stands behind. */
static void nothing_is_read_behind_damage(void)
{
	struct mk_bytes bytes, first;

	mk_avml(ranges, 1, &first);
	mk_avml(ranges, RANGES, &bytes);
	bytes.data[first.size]++; /* the second header's magic */
	free(first.data);
	CU_ASSERT_EQUAL(count_pages(&bytes), 35);
	mk_avml(ranges, RANGES, &bytes);
	bytes.data[sizeof(struct fb_lime_header) + 10 + 11] = 0x02;
	CU_ASSERT_EQUAL(count_pages(&bytes), 0);
}

FB_TEST_MAIN("kernel/avml", FB_TEST(unpacks_its_ranges),
	     FB_TEST(what_is_damaged_or_cut_off_is_lost),
	     FB_TEST(chunks_without_data_come_to_an_end), FB_TEST(plain_chunks_have_a_size),
	     FB_TEST(a_packed_chunk_has_a_largest_size), FB_TEST(unknown_chunks_are_damage),
	     FB_TEST(chunks_without_data_are_counted), FB_TEST(nothing_is_read_behind_damage))
