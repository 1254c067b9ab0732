// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real dumps, page by page: against libkdumpfile (which reads our de-flattened
 * copy), and against the hashes of the full dump taken at the same panic.
 */
#define XXH_INLINE_ALL
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#include "kernel/dump/dump_private.h"
#include "kernel/image/vmcoreinfo.h"
#include "tests/harness.h"

static const char *const kernels[] = {"5.10", "6.1"};

static char *data_path(const char *kernel, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s/%s", getenv("FBUNDLE_DATA"), kernel, name) < 0)
		abort();
	return path;
}

static double milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct fb_dump *open_real(const char *kernel)
{
	char *path = data_path(kernel, "dump.flat-zlib-d31");
	struct fb_dump *dump = NULL;
	struct fb_warnings *warnings;
	double start = milliseconds();

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, warnings, &dump));
	printf("\n    %s: opened in %.2f ms; ", kernel, milliseconds() - start);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	fb_warnings_destroy(warnings);
	free(path);
	return dump;
}

static struct fb_dump *open_by_library(const char *kernel)
{
	char *path = data_path(kernel, "dump.flat-zlib-d31");
	struct fb_dump_input input = {0};
	struct fb_dump *dump = NULL;

	FB_OK_FATAL(fb_file_open(path, &input.file));
	FB_OK_FATAL(fb_dump_input_unwrap(&input, NULL));
	FB_OK_FATAL(fb_kdumpfile_open(&input, NULL, &dump));
	free(path);
	return dump;
}

static double read_all(struct fb_dump *dump)
{
	uint8_t page[FB_PAGE_SIZE];
	double start = milliseconds();
	uint64_t pfn;

	for (pfn = fb_dump_next_page(dump, 0); pfn != UINT64_MAX;
	     pfn = fb_dump_next_page(dump, pfn + 1))
		FB_OK_FATAL(fb_dump_read_page(dump, pfn, page));
	return milliseconds() - start;
}

static void agrees_with_libkdumpfile(void)
{
	uint8_t page[FB_PAGE_SIZE], theirs[FB_PAGE_SIZE];
	size_t i;

	if (!fb_test_data())
		return;
	for (i = 0; i < FB_ARRAY_SIZE(kernels); i++) {
		struct fb_dump *dump = open_real(kernels[i]);
		struct fb_dump *library = open_by_library(kernels[i]);
		uint64_t pfn, wrong = 0, count = 0;

		for (pfn = 0; pfn < fb_dump_info(dump)->max_pfn; pfn++) {
			bool there = fb_dump_has_page(dump, pfn);

			wrong += there != fb_dump_has_page(library, pfn);
			if (!there)
				continue;
			FB_OK_FATAL(fb_dump_read_page(dump, pfn, page));
			FB_OK_FATAL(fb_dump_read_page(library, pfn, theirs));
			wrong += memcmp(page, theirs, sizeof(page)) != 0;
			count++;
		}
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(count, fb_dump_info(dump)->pages_dumped);
		CU_ASSERT_EQUAL(count, fb_dump_info(library)->pages_dumped);
		CU_ASSERT_STRING_EQUAL(fb_dump_vmcoreinfo(dump), fb_dump_vmcoreinfo(library));
		printf("%" PRIu64 " pages in %.0f ms, by libkdumpfile in %.0f ms ", count,
		       read_all(dump), read_all(library));
		fb_dump_destroy(library);
		fb_dump_destroy(dump);
	}
}

static void agrees_with_the_full_dump(void)
{
	uint8_t page[FB_PAGE_SIZE];
	uint64_t pfn, hash;
	size_t i;

	if (!fb_test_data())
		return;
	for (i = 0; i < FB_ARRAY_SIZE(kernels); i++) {
		struct fb_dump *dump = open_real(kernels[i]);
		char *path = data_path(kernels[i], "truth/pages");
		FILE *truth = fopen(path, "r");
		uint64_t checked = 0, wrong = 0;

		CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
		while (fscanf(truth, "%" SCNx64 " %" SCNx64, &pfn, &hash) == 2) {
			if (!fb_dump_has_page(dump, pfn))
				continue;
			FB_OK_FATAL(fb_dump_read_page(dump, pfn, page));
			wrong += XXH64(page, sizeof(page), 0) != hash;
			checked++;
		}
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(checked, fb_dump_info(dump)->pages_dumped);
		(void)fclose(truth);
		free(path);
		fb_dump_destroy(dump);
	}
}

static void has_notes_and_vmcoreinfo(void)
{
	struct fb_vmcoreinfo *info;
	uint64_t value;
	size_t i, size;

	if (!fb_test_data())
		return;
	for (i = 0; i < FB_ARRAY_SIZE(kernels); i++) {
		struct fb_dump *dump = open_real(kernels[i]);

		CU_ASSERT_PTR_NOT_NULL(fb_dump_prstatus(dump, 1, &size));
		CU_ASSERT_PTR_NULL(fb_dump_prstatus(dump, 2, &size)); /* 2 CPUs */
		FB_OK_FATAL(fb_vmcoreinfo_parse(fb_dump_vmcoreinfo(dump), &info));
		CU_ASSERT_STRING_EQUAL(fb_vmcoreinfo_get(info, "OSRELEASE"),
				       fb_dump_info(dump)->release);
		CU_ASSERT_TRUE(fb_vmcoreinfo_kaslr_offset(info, &value));
		CU_ASSERT_TRUE(fb_vmcoreinfo_symbol(info, "_stext", &value));
		fb_vmcoreinfo_destroy(info);
		fb_dump_destroy(dump);
	}
}

FB_TEST_MAIN("kernel/dump on real data", FB_TEST(agrees_with_libkdumpfile),
	     FB_TEST(agrees_with_the_full_dump), FB_TEST(has_notes_and_vmcoreinfo))
