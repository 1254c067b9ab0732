// SPDX-License-Identifier: GPL-2.0-or-later
/* Raw images: what is taken for one, and holes. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/make_image.h"

#define RAW_BYTES (16u << 20)

/* A file of that size that is a hole but for pages 3 to 10, all as page 3, and the last. */
static char *make_raw(uint64_t size)
{
	char *path = fb_test_file("memory.raw", "", 0);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	uint8_t page[FB_PAGE_SIZE];

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(ftruncate(fd, (off_t)size), 0);
	mk_page(3, page);
	for (off_t pfn = 3; pfn <= 10; pfn++)
		CU_ASSERT_EQUAL(pwrite(fd, page, sizeof(page), pfn * FB_PAGE_SIZE), FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(pwrite(fd, page, sizeof(page), (off_t)(size - sizeof(page))), FB_PAGE_SIZE);
	(void)close(fd);
	return path;
}

static void offsets_are_addresses_and_holes_zeros(void)
{
	static const uint8_t zeros[FB_PAGE_SIZE];
	uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];
	char *path = make_raw(RAW_BYTES);
	struct fb_warnings *warnings;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_dump_open((const char *const[]){path}, 1, warnings, &dump));
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "raw");
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "as a raw memory image"));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->max_pfn, RAW_BYTES / FB_PAGE_SIZE);
	mk_page(3, wanted);
	FB_OK(fb_dump_read_page(dump, 3, page));
	CU_ASSERT_EQUAL(memcmp(page, wanted, sizeof(page)), 0);
	FB_OK(fb_dump_read_page(dump, 11, page));
	CU_ASSERT_EQUAL(memcmp(page, zeros, sizeof(page)), 0);
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(path);
}

/* Nine pages may not claim 1 TiB. */
static void a_hole_is_believed_so_far(void)
{
	char *path = make_raw(1ull << 40);
	struct fb_dump *dump;

	FB_OK_FATAL(fb_dump_open((const char *const[]){path}, 1, NULL, &dump));
	CU_ASSERT(fb_dump_info(dump)->pages_dumped <= 64u * FB_MAX_HOLES);
	CU_ASSERT_TRUE(fb_dump_has_page(dump, 3));
	fb_dump_destroy(dump);
	free(path);
}

static void a_hole_alone_is_no_memory(void)
{
	char *path = fb_test_file("hole.raw", "", 0);
	struct fb_dump *dump;

	CU_ASSERT_EQUAL_FATAL(truncate(path, RAW_BYTES), 0);
	FB_FAILS_WITH(fb_dump_open((const char *const[]){path}, 1, NULL, &dump), FB_CORRUPT,
		      "a raw image without one byte of memory");
	free(path);
}

static void what_is_too_small_or_odd_is_none(void)
{
	char *path = make_raw(RAW_BYTES - FB_PAGE_SIZE);
	struct fb_dump *dump;

	FB_FAILS_WITH(fb_dump_open((const char *const[]){path}, 1, NULL, &dump), FB_INVALID,
		      "not a kernel dump");
	CU_ASSERT_EQUAL(truncate(path, RAW_BYTES + 1), 0);
	FB_FAILS(fb_dump_open((const char *const[]){path}, 1, NULL, &dump), FB_INVALID);
	free(path);
}

FB_TEST_MAIN("kernel/raw_image", FB_TEST(offsets_are_addresses_and_holes_zeros),
	     FB_TEST(a_hole_is_believed_so_far), FB_TEST(a_hole_alone_is_no_memory),
	     FB_TEST(what_is_too_small_or_odd_is_none))
