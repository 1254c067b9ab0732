// SPDX-License-Identifier: GPL-2.0-or-later
/* VMCOREINFO that only some page of the dump holds. */
#include <stdlib.h>
#include <string.h>

#include "kernel/image/kernel_private.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

#define TEXT \
	"OSRELEASE=6.1\nSYMBOL(swapper_pg_dir)=ffffffff82a10000\nSYMBOL(_stext)=ffffffff81000000\n"

static bool dumped(uint64_t pfn)
{
	return pfn < 200 || (pfn > 20000 && pfn < 20100);
}

struct scanned {
	struct mk_bytes bytes;
	struct fb_warnings *warnings;
	struct fb_dump *dump;
};

/* Frames of the form 4n + 1 hold noise, so they are stored as they are. */
static void put(struct scanned *scanned, uint64_t pfn, const char *text, size_t size)
{
	size_t index = 0;

	for (uint64_t i = 0; i < pfn; i++)
		index += dumped(i);
	CU_ASSERT_EQUAL_FATAL(mk_desc(&scanned->bytes, index)->size, FB_PAGE_SIZE);
	memcpy(scanned->bytes.data + mk_desc(&scanned->bytes, index)->offset, text, size);
}

static void make(struct scanned *scanned)
{
	struct mk_recipe recipe = {
		.max_pfn = 21000, .dumped = dumped, .method = FB_KDUMP_PAGE_ZLIB};

	memset(scanned, 0, sizeof(*scanned));
	mk_kdump(&recipe, &scanned->bytes);
	FB_OK_FATAL(fb_warnings_create(&scanned->warnings));
}

static struct fb_error *scan(struct scanned *scanned, unsigned threads, char **text_ret)
{
	struct fb_pool *pool = NULL;
	struct fb_error *err;

	if (!scanned->dump)
		FB_OK_FATAL(mk_open(&scanned->bytes, scanned->warnings, &scanned->dump));
	if (threads)
		FB_OK_FATAL(fb_pool_create(threads, &pool));
	err = fb_vmcoreinfo_scan(scanned->dump, pool, text_ret);
	fb_pool_destroy(pool);
	return err;
}

static void destroy(struct scanned *scanned)
{
	fb_dump_destroy(scanned->dump);
	fb_warnings_destroy(scanned->warnings);
	free(scanned->bytes.data);
}

static void finds_it(void)
{
	struct scanned scanned;
	char *text = NULL;

	make(&scanned);
	put(&scanned, 20061, TEXT, sizeof(TEXT));
	for (unsigned threads = 0; threads < 4; threads += 3) {
		FB_OK_FATAL(scan(&scanned, threads, &text));
		CU_ASSERT_STRING_EQUAL(text, TEXT);
		free(text);
	}
	destroy(&scanned);
}

/* The lowest one, whatever thread is first. */
static void prefers_the_lowest(void)
{
	struct scanned scanned;
	char *text = NULL;

	make(&scanned);
	put(&scanned, 20061, TEXT "AT=high\n", sizeof(TEXT "AT=high\n"));
	put(&scanned, 101, TEXT "AT=low\n", sizeof(TEXT "AT=low\n"));
	for (unsigned i = 0; i < 20; i++) {
		FB_OK_FATAL(scan(&scanned, 4, &text));
		CU_ASSERT_STRING_EQUAL(text, TEXT "AT=low\n");
		free(text);
	}
	destroy(&scanned);
}

/* Text without an end is as long as its page. */
static void ends_with_the_page(void)
{
	struct scanned scanned;
	char page[FB_PAGE_SIZE], *text = NULL;

	make(&scanned);
	memset(page, 'x', sizeof(page));
	memcpy(page, TEXT, sizeof(TEXT) - 1);
	put(&scanned, 5, page, sizeof(page));
	FB_OK_FATAL(scan(&scanned, 0, &text));
	CU_ASSERT_EQUAL(strlen(text), FB_PAGE_SIZE);
	free(text);
	destroy(&scanned);
}

static void believes_no_half_of_it(void)
{
	struct scanned scanned;
	char *text = NULL;

	make(&scanned);
	put(&scanned, 5, "OSRELEASE=6.1\nSYMBOL(_stext)=1\n", 32);
	put(&scanned, 9, "xOSRELEASE=6.1\nSYMBOL(swapper_pg_dir)=1\nSYMBOL(_stext)=1\n", 57);
	FB_FAILS_WITH(scan(&scanned, 0, &text), FB_NOT_FOUND, "neither as a note nor in its pages");
	CU_ASSERT_PTR_NULL(text);
	destroy(&scanned);
}

FB_TEST_MAIN("kernel/vmcoreinfo_scan", FB_TEST(finds_it), FB_TEST(prefers_the_lowest),
	     FB_TEST(ends_with_the_page), FB_TEST(believes_no_half_of_it))
