// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/dump/kdump_unpack.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

static const uint32_t methods[] = {FB_KDUMP_PAGE_ZLIB, FB_KDUMP_PAGE_LZO, FB_KDUMP_PAGE_SNAPPY,
				   FB_KDUMP_PAGE_ZSTD};

static bool only_page_2(uint64_t pfn)
{
	return pfn == 2;
}

/* Page 2 as it is stored by a method. */
static size_t stored_page(uint32_t method, uint8_t *data)
{
	const struct mk_recipe recipe = {.max_pfn = 8, .dumped = only_page_2, .method = method};
	const struct fb_kdump_page_desc *desc;
	struct mk_bytes bytes;
	size_t size;

	mk_kdump(&recipe, &bytes);
	desc = mk_desc(&bytes, 0);
	CU_ASSERT_EQUAL_FATAL(desc->flags, method);
	size = desc->size;
	memcpy(data, bytes.data + desc->offset, size);
	free(bytes.data);
	return size;
}

static void unpacks_every_method(void)
{
	uint8_t data[FB_PAGE_SIZE], page[FB_PAGE_SIZE], expected[FB_PAGE_SIZE];
	struct fb_kdump_unpackers *pool;
	size_t i, size;

	mk_page(2, expected);
	FB_OK_FATAL(fb_kdump_unpackers_create(&pool));
	for (i = 0; i < FB_ARRAY_SIZE(methods); i++) {
		size = stored_page(methods[i], data);
		memset(page, 0xff, sizeof(page));
		FB_OK(fb_kdump_unpack(pool, methods[i], data, size, page));
		CU_ASSERT_EQUAL(memcmp(page, expected, sizeof(page)), 0);
	}
	FB_OK(fb_kdump_unpack(pool, 0, expected, FB_PAGE_SIZE, page));
	FB_FAILS(fb_kdump_unpack(pool, 0, expected, FB_PAGE_SIZE - 1, page), FB_CORRUPT);
	FB_FAILS(fb_kdump_unpack(pool, 3, expected, 100, page), FB_CORRUPT);
	FB_FAILS(fb_kdump_unpack(pool, 0x40, expected, 100, page), FB_CORRUPT);
	fb_kdump_unpackers_destroy(pool);
}

/* A changed bit may still unpack to a page, where the method has no checksum, but never to more or
 * less than one: the bytes behind the page stay. */
static void refuses_damage(void)
{
	uint8_t data[FB_PAGE_SIZE], page[FB_PAGE_SIZE + 64], guard[64];
	struct fb_kdump_unpackers *pool;
	size_t i, at, size, refused = 0;
	struct fb_error *err;

	memset(guard, 0x5a, sizeof(guard));
	memset(page, 0x5a, sizeof(page));
	FB_OK_FATAL(fb_kdump_unpackers_create(&pool));
	for (i = 0; i < FB_ARRAY_SIZE(methods); i++) {
		size = stored_page(methods[i], data);
		for (at = 0; at < size; at++) {
			FB_FAILS(fb_kdump_unpack(pool, methods[i], data, at, page), FB_CORRUPT);
			data[at] ^= 0x11;
			err = fb_kdump_unpack(pool, methods[i], data, size, page);
			data[at] ^= 0x11;
			refused += err != NULL;
			fb_error_destroy(err);
			CU_ASSERT_EQUAL(memcmp(page + FB_PAGE_SIZE, guard, sizeof(guard)), 0);
		}
	}
	CU_ASSERT(refused > 0);
	fb_kdump_unpackers_destroy(pool);
}

FB_TEST_MAIN("kernel/kdump_unpack", FB_TEST(unpacks_every_method), FB_TEST(refuses_damage))
