// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading pages: every method in every wrapping, dumps cut off, damaged pages. Those in
 * parts are test_kdump_split.c's. */
#include "kernel/dump/kdump_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

#define MAX_PFN 400u

static const uint32_t methods[] = {
	0,       FB_KDUMP_PAGE_ZLIB, FB_KDUMP_PAGE_LZO, FB_KDUMP_PAGE_SNAPPY, FB_KDUMP_PAGE_ZSTD,
	MK_MIXED};

static struct mk_recipe recipe_of(uint32_t method)
{
	return (struct mk_recipe){.max_pfn = MAX_PFN,
				  .dumped = mk_runs,
				  .method = method,
				  .cpus = 2,
				  .vmcoreinfo = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n"};
}

/* Opens a file on disk, as users do, and compares every page. */
static void check_file(const struct mk_bytes *bytes, const struct mk_recipe *recipe, bool flattened,
		       const char *stream)
{
	struct fb_warnings *warnings;
	char *path = mk_file("dump", bytes);
	const char *paths[] = {path};
	const struct fb_dump_info *info;
	struct fb_dump *dump;
	size_t size = 0;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_dump_open(paths, 1, warnings, &dump));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	info = fb_dump_info(dump);
	CU_ASSERT_EQUAL(info->flattened, flattened);
	CU_ASSERT_EQUAL(info->max_pfn, recipe->max_pfn);
	CU_ASSERT_FALSE(info->incomplete);
	CU_ASSERT_EQUAL(info->pages_lost, 0);
	CU_ASSERT_EQUAL(!info->stream, !stream);
	if (stream && info->stream)
		CU_ASSERT_STRING_EQUAL(info->stream, stream);
	CU_ASSERT_STRING_EQUAL(fb_dump_vmcoreinfo(dump), recipe->vmcoreinfo);
	CU_ASSERT_PTR_NOT_NULL(fb_dump_prstatus(dump, 1, &size));
	CU_ASSERT_EQUAL(size, 336);
	CU_ASSERT_PTR_NULL(fb_dump_prstatus(dump, 2, &size));
	CU_ASSERT(mk_check(dump, recipe, NULL) > 200);
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(path);
}

static void every_method_in_every_wrapping(void)
{
	struct mk_bytes plain, flat, gzip;
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(methods); i++) {
		struct mk_recipe recipe = recipe_of(methods[i]);

		mk_kdump(&recipe, &plain);
		check_file(&plain, &recipe, false, NULL);
		mk_flatten(&plain, 5000, &flat);
		check_file(&flat, &recipe, true, NULL);
		mk_gzip(&flat, &gzip);
		check_file(&gzip, &recipe, true, "gzip");
		free(gzip.data);
		mk_gzip(&plain, &gzip);
		check_file(&gzip, &recipe, false, "gzip");
		free(gzip.data);
		free(flat.data);
		free(plain.data);
	}
}

static void tells_what_the_header_says(void)
{
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZLIB);
	const struct fb_dump_info *info;
	struct mk_bytes bytes;
	struct fb_dump *dump;
	const void *header;
	uint8_t bits[64];
	size_t size;
	int version;

	for (version = 1; version <= 7; version++) {
		recipe.version = version;
		mk_kdump(&recipe, &bytes);
		FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
		info = fb_dump_info(dump);
		CU_ASSERT_STRING_EQUAL(info->format, "kdump-compressed");
		CU_ASSERT_STRING_EQUAL(fb_dump_compression(dump), "zlib");
		CU_ASSERT_STRING_EQUAL(info->machine, "x86_64");
		CU_ASSERT_STRING_EQUAL(info->release, "6.1.0-test");
		CU_ASSERT_EQUAL(info->dump_level, 31);
		CU_ASSERT_EQUAL(info->crash_time, 1700000000);
		CU_ASSERT_EQUAL(info->pages_existing, MAX_PFN - 1);
		CU_ASSERT_FALSE(info->split);
		CU_ASSERT_EQUAL(!fb_dump_vmcoreinfo(dump), version < 3);
		header = fb_dump_kdump_header(dump, &size);
		CU_ASSERT_EQUAL_FATAL(size, bytes.bitmap1);
		CU_ASSERT_EQUAL(memcmp(header, bytes.data, size), 0);
		memset(bits, 0xff, sizeof(bits));
		FB_OK(fb_dump_existing_bitmap(dump, 1, bits, sizeof(bits)));
		CU_ASSERT_EQUAL(memcmp(bits, bytes.data + bytes.bitmap1 + 1, sizeof(bits)), 0);
		(void)mk_check(dump, &recipe, NULL);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
}

/* Up to the last frame's byte, from any offset on; what the file has behind it is no part of it. */
static void the_bitmap_of_the_host_ends_with_its_frames(void)
{
	static const uint64_t ends[] = {399, 400, 401};

	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++) {
		struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZLIB);
		const size_t size = (ends[i] + 7) / 8;
		uint8_t bits[64], expected[64] = {0};
		struct mk_bytes bytes;
		struct fb_dump *dump;

		recipe.max_pfn = ends[i];
		mk_kdump(&recipe, &bytes);
		memset(bytes.data + bytes.bitmap1, 0xa5, 100);
		FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
		memset(expected, 0xa5, size);
		for (uint64_t offset = 0; offset <= size + 1; offset++) {
			size_t left = offset < size ? size - (size_t)offset : 0;

			memset(bits, 0xff, sizeof(bits));
			FB_OK(fb_dump_existing_bitmap(dump, offset, bits, sizeof(bits)));
			CU_ASSERT_EQUAL(memcmp(bits, expected + size - left, left), 0);
			for (size_t at = left; at < sizeof(bits); at++)
				CU_ASSERT_EQUAL(bits[at], 0);
		}
		memset(bits, 0xff, sizeof(bits));
		FB_OK(fb_dump_existing_bitmap(dump, size - 2, bits, 1));
		CU_ASSERT_EQUAL(bits[0], 0xa5);
		CU_ASSERT_EQUAL(bits[1], 0xff);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
}

static void names_the_methods_of_its_pages(void)
{
	static const char *const names[] = {"none", "zlib", "lzo", "snappy", "zstd", "mixed"};
	struct mk_bytes bytes;
	struct fb_dump *dump;
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(methods); i++) {
		struct mk_recipe recipe = recipe_of(methods[i]);

		mk_kdump(&recipe, &bytes);
		FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
		CU_ASSERT_STRING_EQUAL(fb_dump_compression(dump), names[i]);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
}

/* Where the file made here ends, and the first frame that is lost by it. */
static uint64_t first_lost;

static bool behind_cut(uint64_t pfn)
{
	/* The shared page of zeros stands first, and outlives the cut. */
	return pfn >= first_lost && pfn % 4;
}

static void cut(struct mk_bytes bytes, const struct mk_recipe *recipe, size_t index, size_t add)
{
	const struct fb_kdump_page_desc *desc = mk_desc(&bytes, index);
	struct fb_warnings *warnings;
	struct fb_dump_part part;
	struct fb_dump *dump;
	uint64_t pfn;
	size_t i;

	for (pfn = 0, i = 0; i < index || !recipe->dumped(pfn); pfn++)
		i += recipe->dumped(pfn);
	first_lost = pfn;
	bytes.size = desc->offset + add;
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_TRUE(fb_dump_info(dump)->incomplete);
	i = mk_check(dump, recipe, behind_cut);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, bytes.pages - i);
	FB_OK(fb_dump_part(dump, 0, &part));
	CU_ASSERT(part.data_end <= bytes.size);
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
}

static void reads_a_cut_dump_as_far_as_it_goes(void)
{
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZLIB);
	struct mk_bytes bytes;
	size_t index;

	mk_kdump(&recipe, &bytes);
	for (index = 2; index < bytes.pages; index++) {
		const struct fb_kdump_page_desc *desc = mk_desc(&bytes, index);

		if (desc->offset == bytes.pages_start)
			continue;
		cut(bytes, &recipe, index, 0);
		cut(bytes, &recipe, index, desc->size - 1);
	}
	/* In the descriptors: none of the pages has data. */
	for (bytes.size = bytes.pages_start; bytes.size > 10; bytes.size -= bytes.size / 7 + 1)
		FB_FAILS(mk_open(&bytes, NULL, &(struct fb_dump *){NULL}), FB_TRUNCATED);
	free(bytes.data);
}

static void a_cut_stream_never_gives_wrong_pages(void)
{
	struct mk_recipe recipe = recipe_of(MK_MIXED);
	uint8_t page[FB_PAGE_SIZE], expected[FB_PAGE_SIZE];
	struct mk_bytes plain, flat;
	size_t read = 0, step;
	struct fb_dump *dump;
	uint64_t pfn;

	mk_kdump(&recipe, &plain);
	mk_flatten(&plain, 3000, &flat);
	/* The right header comes last in this stream: put it first. */
	memcpy(flat.data + FB_FLAT_HEADER_SIZE + 16, plain.data, 3000);
	for (; flat.size > FB_FLAT_HEADER_SIZE; flat.size -= step) {
		struct fb_error *err = mk_open(&flat, NULL, &dump);

		step = flat.size / 23 + 1;
		if (flat.size <= step)
			step = flat.size - 1;
		if (err) {
			CU_ASSERT_EQUAL(fb_error_code(err), FB_TRUNCATED);
			fb_error_destroy(err);
			continue;
		}
		for (pfn = fb_dump_next_page(dump, 0); pfn != UINT64_MAX;
		     pfn = fb_dump_next_page(dump, pfn + 1), read++) {
			mk_page(pfn, expected);
			FB_OK(fb_dump_read_page(dump, pfn, page));
			CU_ASSERT_EQUAL(memcmp(page, expected, sizeof(page)), 0);
		}
		fb_dump_destroy(dump);
	}
	CU_ASSERT(read > 1000);
	free(flat.data);
	free(plain.data);
}

static bool is_last_two(uint64_t pfn)
{
	return pfn == 377 || pfn == 378;
}

/* As makedumpfile leaves it when its disk is full. */
static void reads_a_dump_marked_incomplete(void)
{
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZSTD);
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	recipe.max_pfn = 379;
	recipe.status = FB_KDUMP_STATUS_INCOMPLETE;
	mk_kdump(&recipe, &bytes);
	memset(mk_desc(&bytes, bytes.pages - 2), 0, 2 * sizeof(struct fb_kdump_page_desc));
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_TRUE(fb_dump_info(dump)->incomplete);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, 2);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	(void)mk_check(dump, &recipe, is_last_two);
	fb_dump_destroy(dump);
	free(bytes.data);
	fb_warnings_destroy(warnings);
}

/* In its cyclic mode makedumpfile writes the bitmap piece by piece, but knows how many pages will come. */
static void knows_where_the_bitmap_was_not_written(void)
{
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZLIB);
	uint8_t page[FB_PAGE_SIZE];
	struct mk_bytes bytes;
	struct fb_dump *dump;
	const uint64_t cut = 128, last = 127; /* 116 + 37 > cut: a run is cut within */

	recipe.status = FB_KDUMP_STATUS_INCOMPLETE;
	mk_kdump(&recipe, &bytes);
	memset(bytes.data + bytes.bitmap2 + cut / 8, 0, (size_t)(recipe.max_pfn - cut) / 8);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	FB_OK(fb_dump_read_page(dump, last, page));
	FB_FAILS(fb_dump_read_page(dump, 40, page), FB_ABSENT);
	CU_ASSERT_EQUAL(fb_dump_page_absence(dump, 40), FB_ABSENCE_FILTERED);
	FB_FAILS_WITH(fb_dump_read_page(dump, cut, page), FB_TRUNCATED, "not written far enough");
	FB_FAILS(fb_dump_read_page(dump, 160, page), FB_TRUNCATED);
	CU_ASSERT_EQUAL(fb_dump_page_absence(dump, 160), FB_ABSENCE_TRUNCATED);
	fb_dump_destroy(dump);
	free(bytes.data);
}

static void damaged_pages_are_corrupt_alone(void)
{
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZLIB);
	uint8_t page[FB_PAGE_SIZE];
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_kdump(&recipe, &bytes);
	mk_desc(&bytes, 1)->size = FB_PAGE_SIZE + 1;
	mk_desc(&bytes, 2)->size--;
	mk_desc(&bytes, 3)->flags = 0x80;
	mk_desc(&bytes, 5)->offset = 64;
	mk_desc(&bytes, 6)->offset = UINT64_MAX;
	mk_desc(&bytes, 7)->size = 0;
	mk_desc(&bytes, 9)->flags = FB_KDUMP_PAGE_LZO | FB_KDUMP_PAGE_ZLIB;
	bytes.data[mk_desc(&bytes, 10)->offset + 5] ^= 1;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	FB_OK(fb_dump_read_page(dump, 0, page));
	FB_FAILS_WITH(fb_dump_read_page(dump, 1, page), FB_CORRUPT, "page frame 0x1: ");
	FB_FAILS_WITH(fb_dump_read_page(dump, 2, page), FB_CORRUPT, "zlib");
	FB_FAILS(fb_dump_read_page(dump, 3, page), FB_CORRUPT);
	FB_OK(fb_dump_read_page(dump, 4, page));
	FB_FAILS(fb_dump_read_page(dump, 5, page), FB_CORRUPT);
	FB_FAILS(fb_dump_read_page(dump, 6, page), FB_TRUNCATED);
	FB_FAILS(fb_dump_read_page(dump, 7, page), FB_CORRUPT);
	FB_FAILS(fb_dump_read_page(dump, 9, page), FB_CORRUPT);
	FB_FAILS(fb_dump_read_page(dump, 10, page), FB_CORRUPT);
	FB_OK(fb_dump_read_page(dump, 11, page));
	FB_FAILS(fb_dump_read_page(dump, 37, page), FB_ABSENT);
	CU_ASSERT_FALSE(fb_dump_has_page(dump, 3));
	CU_ASSERT_EQUAL(fb_dump_page_absence(dump, 3), FB_ABSENCE_TRUNCATED);
	CU_ASSERT_EQUAL(fb_dump_page_absence(dump, 37), FB_ABSENCE_FILTERED);
	fb_dump_destroy(dump);
	free(bytes.data);
}

/* A bundle has more behind its last page. */
static void what_follows_the_data_is_left_alone(void)
{
	struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_SNAPPY);
	struct fb_dump_part part;
	struct mk_bytes bytes;
	struct fb_dump *dump;
	size_t end;

	mk_kdump(&recipe, &bytes);
	end = bytes.size;
	bytes.data = realloc(bytes.data, end + 50000);
	memset(bytes.data + end, 0xc3, 50000);
	bytes.size += 50000;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	(void)mk_check(dump, &recipe, NULL);
	FB_OK(fb_dump_part(dump, 0, &part));
	CU_ASSERT_EQUAL(part.data_end, end);
	fb_dump_destroy(dump);
	free(bytes.data);
}

struct question {
	struct failing_file failing;
	struct failure failure;
	uint64_t pages;
};

/* Opens the dump and goes over its pages; none is denied without an error. */
static struct fb_error *count_pages(void *context)
{
	struct question *question = context;
	struct fb_dump_input input = {.file = &question->failing.file,
				      .stored_size = question->failing.file.size};
	struct fb_dump *dump = NULL;
	struct fb_error *err = fb_dump_open_inputs(&input, 1, NULL, &dump);

	question->pages = 0;
	for (uint64_t pfn = 0; !err && pfn < MAX_PFN; pfn++)
		question->pages += fb_dump_has_page(dump, pfn);
	for (uint64_t pfn = 0; !err && pfn != UINT64_MAX; pfn = fb_dump_next_page(dump, pfn + 1))
		question->pages++;
	for (uint64_t pfn = 0; !err && pfn != UINT64_MAX; pfn = fb_dump_next_lost(dump, pfn + 1))
		question->pages++;
	if (!err)
		err = fb_dump_failure(dump);
	fb_dump_destroy(dump);
	return err;
}

/* A disk that does not give a part of the tables may hide pages: that is an error too. */
static void check_bad_disk(struct question *question)
{
	const uint64_t pages = question->pages;
	const size_t reads = question->failure.reads;

	for (size_t at = 1; at <= reads; at++) {
		struct fb_error *err;

		question->failure = (struct failure){.at = at, .code = FB_CORRUPT};
		err = count_pages(question);
		CU_ASSERT(err || question->pages == pages);
		fb_error_destroy(err);
	}
	question->failure = (struct failure){.at = 0};
}

/* Also of a dump that is cut off, whose descriptors are looked at one by one. */
static void what_is_fatal_passes(void)
{
	for (unsigned cut = 0; cut < 3; cut++) {
		struct mk_recipe recipe = recipe_of(FB_KDUMP_PAGE_ZLIB);
		struct question question;
		struct mk_bytes bytes;
		struct fb_file *file;

		if (cut < 2)
			mk_kdump(&recipe, &bytes);
		else
			mk_elf(&recipe, &bytes);
		FB_OK_FATAL(fb_file_from_memory("made", bytes.data,
						cut == 1 ? bytes.size * 2 / 3 : bytes.size, &file));
		failing_file_init(&question.failing, file, &question.failure);
		failing_must_pass(count_pages, &question, &question.failure, 100, 100);
		FB_OK(count_pages(&question));
		CU_ASSERT(question.pages > 200);
		check_bad_disk(&question);
		fb_file_destroy(file);
	}
}

FB_TEST_MAIN("kernel/kdump", FB_TEST(every_method_in_every_wrapping),
	     FB_TEST(tells_what_the_header_says),
	     FB_TEST(the_bitmap_of_the_host_ends_with_its_frames),
	     FB_TEST(names_the_methods_of_its_pages), FB_TEST(reads_a_cut_dump_as_far_as_it_goes),
	     FB_TEST(a_cut_stream_never_gives_wrong_pages), FB_TEST(reads_a_dump_marked_incomplete),
	     FB_TEST(knows_where_the_bitmap_was_not_written),
	     FB_TEST(damaged_pages_are_corrupt_alone), FB_TEST(what_follows_the_data_is_left_alone),
	     FB_TEST(what_is_fatal_passes))
