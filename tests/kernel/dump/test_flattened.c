// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/dump/flattened.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/dump/kdump_format.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

static const struct mk_recipe recipe = {
	.max_pfn = 300, .dumped = mk_runs, .method = FB_KDUMP_PAGE_ZLIB, .vmcoreinfo = "A=b\n"};

static struct fb_error *open_bytes(const struct mk_bytes *bytes, struct fb_warnings *warnings,
				   bool *complete, struct fb_file **file_ret)
{
	void *copy = malloc(bytes->size + 1);
	struct fb_file *stream;
	struct fb_error *err;

	memcpy(copy, bytes->data, bytes->size);
	err = fb_file_from_memory("made.flat", copy, bytes->size, &stream);
	if (err)
		return err;
	err = fb_flattened_open(stream, warnings, complete, file_ret);
	if (err)
		fb_file_destroy(stream);
	return err;
}

/* Reads in pieces of many sizes, so that they begin and end everywhere in the records. */
static size_t count_differences(struct fb_file *file, const struct mk_bytes *plain)
{
	uint8_t bytes[9000];
	size_t at, size = 1, wrong = 0;

	for (at = 0; at < plain->size; at += size) {
		size = (size * 7 + 3) % sizeof(bytes) + 1;
		if (size > plain->size - at)
			size = plain->size - at;
		FB_OK_FATAL(fb_file_read(file, at, bytes, size));
		wrong += memcmp(bytes, plain->data + at, size) != 0;
	}
	return wrong;
}

static void restores_the_file(void)
{
	static const size_t record_sizes[] = {1, 17, 4096, 65536, 1u << 24};
	struct mk_bytes plain, flat;
	struct fb_file *file;
	bool complete, flattened;
	size_t i;

	mk_kdump(&recipe, &plain);
	for (i = 0; i < FB_ARRAY_SIZE(record_sizes); i++) {
		mk_flatten(&plain, record_sizes[i], &flat);
		FB_OK_FATAL(open_bytes(&flat, NULL, &complete, &file));
		CU_ASSERT_TRUE(complete);
		CU_ASSERT_EQUAL(file->size, plain.size);
		CU_ASSERT_EQUAL(count_differences(file, &plain), 0);
		FB_OK(fb_flattened_detect(file, &flattened));
		CU_ASSERT_FALSE(flattened);
		fb_file_destroy(file);
		free(flat.data);
	}
	free(plain.data);
}

static void append_record(struct mk_bytes *bytes, uint64_t offset, uint64_t size, char fill)
{
	struct fb_flat_record record = {(int64_t)htobe64(offset), (int64_t)htobe64(size)};

	memcpy(bytes->data + bytes->size, &record, sizeof(record));
	bytes->size += sizeof(record);
	if (size < 4096) {
		memset(bytes->data + bytes->size, fill, size);
		bytes->size += size;
	}
}

static void begin(struct mk_bytes *bytes)
{
	struct fb_flat_header header = {FB_FLAT_SIGNATURE, (int64_t)htobe64(1),
					(int64_t)htobe64(1)};

	bytes->data = calloc(1, 65536);
	memcpy(bytes->data, &header, sizeof(header));
	bytes->size = FB_FLAT_HEADER_SIZE;
}

static void later_records_overwrite_and_holes_are_zeros(void)
{
	struct fb_file *file;
	struct mk_bytes flat;
	bool complete;
	char text[24];
	uint64_t start, end;

	begin(&flat);
	append_record(&flat, 0, 10, 'a');
	append_record(&flat, 14, 6, 'b');
	append_record(&flat, 5, 2, 'c');
	append_record(&flat, 3, 0, 'x');
	append_record(&flat, 18, 2, 'd');
	append_record(&flat, UINT64_MAX, UINT64_MAX, 0);
	append_record(&flat, 0, 20, 'z');
	FB_OK_FATAL(open_bytes(&flat, NULL, &complete, &file));
	CU_ASSERT_TRUE(complete);
	CU_ASSERT_EQUAL(file->size, 20);
	FB_OK(fb_file_read(file, 0, text, 20));
	CU_ASSERT_EQUAL(memcmp(text, "aaaaaccaaa\0\0\0\0bbbbdd", 20), 0);
	FB_FAILS(fb_file_read(file, 15, text, 6), FB_TRUNCATED);
	CU_ASSERT_EQUAL(fb_file_data_size(file), 16);
	fb_file_next_data(file, 8, &start, &end);
	CU_ASSERT_TRUE(start == 8 && end == 10);
	fb_file_next_data(file, 10, &start, &end);
	CU_ASSERT_TRUE(start == 14 && end == 18);
	fb_file_destroy(file);
	free(flat.data);
}

static void a_cut_stream_reads_as_far_as_it_goes(void)
{
	struct mk_bytes flat, whole;
	struct fb_warnings *warnings;
	struct fb_file *file;
	bool complete = true;
	char text[24];

	begin(&whole);
	append_record(&whole, 0, 10, 'a');
	append_record(&whole, 10, 10, 'b');
	append_record(&whole, UINT64_MAX, UINT64_MAX, 0);
	/* In the end mark, in the second payload, in its header. */
	for (flat = whole; flat.size > FB_FLAT_HEADER_SIZE + 26; flat.size--) {
		size_t payload = flat.size - FB_FLAT_HEADER_SIZE - 26;
		size_t expected = payload < 16 ? 10 : payload < 26 ? payload - 6 : 20;

		FB_OK_FATAL(fb_warnings_create(&warnings));
		FB_OK_FATAL(open_bytes(&flat, warnings, &complete, &file));
		CU_ASSERT_EQUAL(complete, flat.size == whole.size);
		CU_ASSERT_EQUAL(fb_warnings_count(warnings), !complete);
		CU_ASSERT_EQUAL(file->size, expected);
		FB_OK(fb_file_read(file, 0, text, expected));
		CU_ASSERT_EQUAL(memcmp(text, "aaaaaaaaaabbbbbbbbbb", expected), 0);
		fb_file_destroy(file);
		fb_warnings_destroy(warnings);
	}
	free(whole.data);
}

static void refuses_what_holds_nothing(void)
{
	struct fb_file *file;
	struct mk_bytes flat;
	bool complete;

	begin(&flat);
	FB_FAILS_WITH(open_bytes(&flat, NULL, &complete, &file), FB_TRUNCATED, "holds no data");
	append_record(&flat, UINT64_MAX, UINT64_MAX, 0);
	FB_FAILS_WITH(open_bytes(&flat, NULL, &complete, &file), FB_TRUNCATED, "holds no data");
	flat.size = 4000;
	FB_FAILS_WITH(open_bytes(&flat, NULL, &complete, &file), FB_TRUNCATED, "header");
	flat.size = 8192;
	flat.data[23] = 2;
	FB_FAILS_WITH(open_bytes(&flat, NULL, &complete, &file), FB_UNSUPPORTED, "type 2");
	free(flat.data);
}

/* Each costs 16 bytes and a look, and a hole is nothing but these. */
static void stops_at_records_that_hold_nothing(void)
{
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_file *file;
	bool complete;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	begin(&bytes);
	append_record(&bytes, 0, 5, 'a');
	for (unsigned i = 0; i < FB_MAX_EMPTY_FLAT_RECORDS; i++)
		append_record(&bytes, 0, 0, 0);
	append_record(&bytes, 5, 5, 'b');
	append_record(&bytes, 0, 0, 0);
	append_record(&bytes, 10, 5, 'c');
	FB_OK_FATAL(open_bytes(&bytes, warnings, &complete, &file));
	CU_ASSERT_FALSE(complete);
	CU_ASSERT_EQUAL(file->size, 10);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "records that hold nothing"));
	fb_file_destroy(file);
	free(bytes.data);
	fb_warnings_destroy(warnings);
}

static void stops_at_a_corrupt_record(void)
{
	static const uint64_t bad[][2] = {
		{UINT64_MAX, 5}, {5, UINT64_MAX}, {1ull << 63, 1}, {INT64_MAX, 1}, {1, INT64_MAX}};
	struct fb_warnings *warnings;
	struct fb_file *file;
	struct mk_bytes flat;
	bool complete;
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(bad); i++) {
		FB_OK_FATAL(fb_warnings_create(&warnings));
		begin(&flat);
		append_record(&flat, 0, 10, 'a');
		append_record(&flat, bad[i][0], bad[i][1], 'b');
		FB_OK_FATAL(open_bytes(&flat, warnings, &complete, &file));
		CU_ASSERT_FALSE(complete);
		CU_ASSERT_EQUAL(file->size, 10);
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "corrupt"));
		fb_file_destroy(file);
		fb_warnings_destroy(warnings);
		free(flat.data);
	}
}

FB_TEST_MAIN("kernel/flattened", FB_TEST(restores_the_file),
	     FB_TEST(later_records_overwrite_and_holes_are_zeros),
	     FB_TEST(a_cut_stream_reads_as_far_as_it_goes), FB_TEST(refuses_what_holds_nothing),
	     FB_TEST(stops_at_records_that_hold_nothing), FB_TEST(stops_at_a_corrupt_record))
