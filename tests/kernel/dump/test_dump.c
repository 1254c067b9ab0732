// SPDX-License-Identifier: GPL-2.0-or-later
/* Detection, physical memory as a space, and reading from many threads. */
#include "kernel/dump/dump.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

#define MAX_PFN 6000u

static const struct mk_recipe recipe = {
	.max_pfn = MAX_PFN, .dumped = mk_runs, .method = MK_MIXED, .vmcoreinfo = "A=b\n"};

static struct fb_dump *open_dump(void)
{
	struct fb_dump *dump = NULL;
	struct mk_bytes bytes;

	mk_kdump(&recipe, &bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	free(bytes.data);
	return dump;
}

static void fails(const void *bytes, size_t size, enum fb_code code, const char *text)
{
	char *path = fb_test_file("input", bytes, size);
	struct fb_dump *dump;

	FB_FAILS_WITH(fb_dump_open((const char *[]){path}, 1, NULL, &dump), code, text);
	free(path);
}

static void refuses_what_is_no_dump(void)
{
	struct fb_dump *dump;

	fails("", 0, FB_INVALID, "empty");
	fails("K", 1, FB_INVALID, "not a kernel dump (starts with 4b)");
	fails("#!/bin/sh\necho\n", 15, FB_INVALID,
	      "not a kernel dump (starts with 23 21 2f 62 69 6e 2f 73)");
	fails("KDUMP   ", 8, FB_TRUNCATED, "ends inside its kdump header");
	fails("\177ELF\2\1\1", 8, FB_TRUNCATED, "ends inside its ELF header");
	fails("\177ELF\1\1\1", 8, FB_INVALID, "not a kernel dump");
	fails("makedumpfile\0\0\0\0", 16, FB_TRUNCATED, "flattened");
	FB_FAILS(fb_dump_open(NULL, 0, NULL, &dump), FB_INVALID);
	FB_FAILS(fb_dump_open((const char *[]){"/nonexistent/dump"}, 1, NULL, &dump), FB_OS);
	FB_FAILS(fb_dump_open((const char *[]){"/"}, 1, NULL, &dump), FB_INVALID);
}

static void memory_reads_across_pages(void)
{
	uint8_t bytes[5 * FB_PAGE_SIZE], expected[37 * FB_PAGE_SIZE];
	struct fb_dump *dump = open_dump();
	struct fb_space *space = fb_dump_physical(dump);
	size_t i, round, at, length;
	uint64_t value;

	for (i = 0; i < 37; i++)
		mk_page(58 + i, expected + i * FB_PAGE_SIZE);
	/* Twice: from the dump, from the cache. */
	for (round = 0; round < 2; round++) {
		for (at = 0; at < sizeof(expected); at += 1777) {
			length = at % sizeof(bytes) + 1;
			if (length > sizeof(expected) - at)
				length = sizeof(expected) - at;
			FB_OK_FATAL(fb_space_read(space, 58 * FB_PAGE_SIZE + at, bytes, length));
			CU_ASSERT_EQUAL(memcmp(bytes, expected + at, length), 0);
		}
	}
	FB_OK(fb_space_u64(space, 59 * FB_PAGE_SIZE - 4, &value));
	CU_ASSERT_EQUAL(memcmp(&value, expected + FB_PAGE_SIZE - 4, 8), 0);
	FB_FAILS(fb_space_u64(space, 95 * FB_PAGE_SIZE - 4, &value), FB_ABSENT);
	FB_FAILS(fb_space_u64(space, UINT64_MAX - 15, &value), FB_ABSENT);
	fb_dump_destroy(dump);
}

static void check_run(struct fb_space *space, uint64_t address, uint64_t length, uint64_t expected,
		      enum fb_absence absence)
{
	struct fb_run run;

	FB_OK_FATAL(fb_space_locate(space, address, length, &run));
	CU_ASSERT_EQUAL(run.start, address);
	CU_ASSERT_EQUAL(run.length, expected);
	CU_ASSERT_EQUAL(run.origin.absence, absence);
	CU_ASSERT_EQUAL(run.origin.source, absence ? FB_SOURCE_ABSENT : FB_SOURCE_VMCORE);
	CU_ASSERT_TRUE(run.origin.has_physical);
	CU_ASSERT_EQUAL(run.origin.physical, address);
}

static void memory_tells_what_is_there(void)
{
	const uint64_t page = FB_PAGE_SIZE, all = UINT64_MAX / 2;
	struct fb_dump *dump = open_dump();
	struct fb_space *space = fb_dump_physical(dump);

	check_run(space, 0, all, 37 * page, FB_ABSENCE_NONE);
	check_run(space, 5, 7, 7, FB_ABSENCE_NONE);
	check_run(space, 37 * page - 1, 100, 1, FB_ABSENCE_NONE);
	check_run(space, 37 * page, all, 21 * page, FB_ABSENCE_FILTERED);
	check_run(space, 40 * page + 5, page, page, FB_ABSENCE_FILTERED);
	/* The last run of 26 ends with the memory. */
	check_run(space, (MAX_PFN - 1) * page, all, page, FB_ABSENCE_NONE);
	check_run(space, MAX_PFN * page, 10 * page, 10 * page, FB_ABSENCE_UNMAPPED);
	check_run(space, UINT64_MAX - 9, 10, 10, FB_ABSENCE_UNMAPPED);
	fb_dump_destroy(dump);
}

static void memory_tells_what_was_cut_off(void)
{
	const uint64_t page = FB_PAGE_SIZE;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_kdump(&recipe, &bytes);
	bytes.size = mk_desc(&bytes, 101)->offset;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	/* Frame 143 = 2 * 58 + 27 is the 102nd; every fourth is the shared page of zeros. */
	check_run(fb_dump_physical(dump), 140 * page, 50 * page, 3 * page, FB_ABSENCE_NONE);
	check_run(fb_dump_physical(dump), 143 * page, 50 * page, page, FB_ABSENCE_TRUNCATED);
	check_run(fb_dump_physical(dump), 144 * page, 50 * page, page, FB_ABSENCE_NONE);
	check_run(fb_dump_physical(dump), 145 * page, 50 * page, 3 * page, FB_ABSENCE_TRUNCATED);
	check_run(fb_dump_physical(dump), 153 * page, 50 * page, 21 * page, FB_ABSENCE_FILTERED);
	fb_dump_destroy(dump);
	free(bytes.data);
}

static void runs_end_where_pages_are_missing(void)
{
	struct fb_dump *dump = open_dump();
	size_t runs = 0, wrong = 0;

	for (uint64_t pfn = fb_dump_next_page(dump, 0), end; pfn != UINT64_MAX;
	     pfn = fb_dump_next_page(dump, end), runs++) {
		end = fb_dump_run_end(dump, pfn);
		CU_ASSERT(end > pfn && end <= MAX_PFN && !fb_dump_has_page(dump, end));
		for (uint64_t i = pfn; i < end; i++)
			wrong += !fb_dump_has_page(dump, i) || fb_dump_run_end(dump, i) != end;
	}
	CU_ASSERT(runs > 3);
	CU_ASSERT_EQUAL(wrong, 0);
	fb_dump_destroy(dump);
}

static struct fb_error *read_some(void *context, size_t index)
{
	struct fb_dump *dump = context;
	uint8_t bytes[FB_PAGE_SIZE], expected[FB_PAGE_SIZE];
	uint64_t state = index + 1;
	struct fb_error *err;
	size_t i;

	for (i = 0; i < 4000; i++) {
		uint64_t pfn, offset;
		size_t length;

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		pfn = fb_dump_next_page(dump, (state >> 33) % (MAX_PFN - 60));
		offset = state >> 20 & 4095;
		length = i % 5 ? (size_t)(state >> 40) % (FB_PAGE_SIZE - offset) + 1 : FB_PAGE_SIZE;
		if (length == FB_PAGE_SIZE)
			offset = 0;
		err = fb_space_read(fb_dump_physical(dump), pfn * FB_PAGE_SIZE + offset, bytes,
				    length);
		if (err)
			return err;
		mk_page(pfn, expected);
		if (memcmp(bytes, expected + offset, length) != 0)
			return fb_error_create(FB_CORRUPT, "frame %zu differs", (size_t)pfn);
	}
	return NULL;
}

static void serves_many_threads(void)
{
	struct fb_dump *dump = open_dump();
	struct fb_pool *pool;

	FB_OK_FATAL(fb_pool_create(4, &pool));
	FB_OK(fb_pool_for(pool, 8, read_some, dump));
	fb_pool_destroy(pool);
	fb_dump_destroy(dump);
}

/* What kdump-compressed dumps alone have; others say so, by their format. */
static void others_have_no_stored_pages(void)
{
	struct fb_dump_stored stored[2];
	struct fb_dump *dump = NULL;
	struct fb_dump_part part;
	struct mk_bytes bytes;
	size_t count, size = 7;
	uint8_t bits[8];

	mk_elf(&recipe, &bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	free(bytes.data);
	CU_ASSERT_EQUAL(fb_dump_parts(dump), 0);
	FB_FAILS_WITH(fb_dump_part(dump, 0, &part), FB_UNSUPPORTED,
		      "a dump of format ELF has no stored pages");
	FB_FAILS_WITH(fb_dump_stored(dump, 0, stored, 2, &count), FB_UNSUPPORTED, "format ELF");
	FB_FAILS_WITH(fb_dump_existing_bitmap(dump, 0, bits, sizeof(bits)), FB_UNSUPPORTED,
		      "format ELF");
	CU_ASSERT_PTR_NULL(fb_dump_kdump_header(dump, &size));
	CU_ASSERT_FALSE(fb_dump_has_page(dump, fb_dump_info(dump)->max_pfn));
	fb_dump_destroy(dump);
	dump = open_dump();
	CU_ASSERT_EQUAL(fb_dump_parts(dump), 1);
	FB_OK(fb_dump_stored(dump, 0, stored, 2, &count));
	CU_ASSERT_EQUAL(count, 2);
	CU_ASSERT_PTR_NOT_NULL(fb_dump_kdump_header(dump, &size));
	CU_ASSERT(size >= 2 * FB_KDUMP_BLOCK);
	CU_ASSERT_FALSE(fb_dump_has_page(dump, MAX_PFN));
	fb_dump_destroy(dump);
}

FB_TEST_MAIN("kernel/dump", FB_TEST(refuses_what_is_no_dump), FB_TEST(others_have_no_stored_pages),
	     FB_TEST(memory_reads_across_pages), FB_TEST(memory_tells_what_is_there),
	     FB_TEST(memory_tells_what_was_cut_off), FB_TEST(runs_end_where_pages_are_missing),
	     FB_TEST(serves_many_threads))
