// SPDX-License-Identifier: GPL-2.0-or-later
/* Each of zram's algorithms: what the libraries compress comes back, damage is named. */
#include "kernel/swap/zram_compression.h"

#include <libdeflate.h>
#include <lz4.h>
#include <lz4hc.h>
#include <lzo/lzo1x.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "tests/base/failing_memory.h"
#include "tests/harness.h"

static void make_page(uint8_t *page)
{
	for (size_t i = 0; i < FB_PAGE_SIZE; i++)
		page[i] = (uint8_t)((i % 61) ^ (i >> 5));
}

/* What comes back of length bytes; then with the last byte gone, and for a page too short. */
static void check(enum fb_zram_algorithm algorithm, const uint8_t *data, size_t length)
{
	uint8_t page[FB_PAGE_SIZE], out[FB_PAGE_SIZE];

	make_page(page);
	CU_ASSERT_FATAL(length > 1 && length < FB_PAGE_SIZE);
	FB_OK(fb_zram_decompress(algorithm, data, length, out));
	CU_ASSERT_EQUAL(memcmp(page, out, sizeof(page)), 0);
	FB_FAILS(fb_zram_decompress(algorithm, data, length - 1, out), FB_CORRUPT);
	FB_FAILS(fb_zram_decompress(algorithm, data, 0, out), FB_CORRUPT);
}

static void reads_lzo(void)
{
	static uint8_t memory[LZO1X_1_MEM_COMPRESS];
	uint8_t page[FB_PAGE_SIZE], data[2 * FB_PAGE_SIZE];
	lzo_uint length = sizeof(data);

	make_page(page);
	lzo1x_1_compress(page, sizeof(page), data, &length, memory);
	check(FB_ZRAM_LZO, data, length);
	length = sizeof(data);
	lzo1x_1_compress(page, 4000, data, &length, memory);
	FB_FAILS(fb_zram_decompress(FB_ZRAM_LZO, data, length, page), FB_CORRUPT);
}

static void reads_lz4(void)
{
	uint8_t page[FB_PAGE_SIZE], data[2 * FB_PAGE_SIZE];
	int length;

	make_page(page);
	length = LZ4_compress_default((char *)page, (char *)data, sizeof(page), sizeof(data));
	check(FB_ZRAM_LZ4, data, (size_t)length);
	length = LZ4_compress_HC((char *)page, (char *)data, sizeof(page), sizeof(data), 9);
	check(FB_ZRAM_LZ4, data, (size_t)length);
	length = LZ4_compress_default((char *)page, (char *)data, 4095, sizeof(data));
	FB_FAILS(fb_zram_decompress(FB_ZRAM_LZ4, data, (size_t)length, page), FB_CORRUPT);
}

static void reads_zstd(void)
{
	uint8_t page[FB_PAGE_SIZE], data[2 * FB_PAGE_SIZE];
	uint8_t with_dictionary[] = {0x28, 0xb5, 0x2f, 0xfd, 0x61, 0x05, 0x00, 0x10, 0x01};
	size_t length;

	make_page(page);
	length = ZSTD_compress(data, sizeof(data), page, sizeof(page), 3);
	check(FB_ZRAM_ZSTD, data, length);
	length = ZSTD_compress(data, sizeof(data), page, 4095, 3);
	FB_FAILS(fb_zram_decompress(FB_ZRAM_ZSTD, data, length, page), FB_CORRUPT);
	FB_FAILS_WITH(
		fb_zram_decompress(FB_ZRAM_ZSTD, with_dictionary, sizeof(with_dictionary), page),
		FB_UNSUPPORTED, "dictionary");
}

struct compressed {
	enum fb_zram_algorithm algorithm;
	size_t size;
	uint8_t data[2 * FB_PAGE_SIZE], page[FB_PAGE_SIZE];
};

static struct fb_error *decompress(void *context)
{
	struct compressed *compressed = context;

	return fb_zram_decompress(compressed->algorithm, compressed->data, compressed->size,
				  compressed->page);
}

/* A page is not damaged because memory was out. */
static void memory_that_is_out_is_no_damage(void)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
	struct compressed zstd = {.algorithm = FB_ZRAM_ZSTD};
	struct compressed deflate = {.algorithm = FB_ZRAM_DEFLATE};
	uint8_t page[FB_PAGE_SIZE];

	CU_ASSERT_PTR_NOT_NULL_FATAL(compressor);
	make_page(page);
	zstd.size = ZSTD_compress(zstd.data, sizeof(zstd.data), page, sizeof(page), 3);
	CU_ASSERT(failing_memory_must_pass(decompress, &zstd, NULL, 100, 0) > 0);
	deflate.size = libdeflate_deflate_compress(compressor, page, sizeof(page), deflate.data,
						   sizeof(deflate.data));
	CU_ASSERT(failing_memory_must_pass(decompress, &deflate, NULL, 100, 0) > 0);
	libdeflate_free_compressor(compressor);
}

static void reads_deflate(void)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
	uint8_t page[FB_PAGE_SIZE], data[2 * FB_PAGE_SIZE];
	size_t length;

	CU_ASSERT_PTR_NOT_NULL_FATAL(compressor);
	make_page(page);
	length = libdeflate_deflate_compress(compressor, page, sizeof(page), data, sizeof(data));
	check(FB_ZRAM_DEFLATE, data, length);
	length = libdeflate_deflate_compress(compressor, page, 4095, data, sizeof(data));
	FB_FAILS(fb_zram_decompress(FB_ZRAM_DEFLATE, data, length, page), FB_CORRUPT);
	libdeflate_free_compressor(compressor);
}

static void knows_names(void)
{
	enum fb_zram_algorithm algorithm;
	uint8_t page[FB_PAGE_SIZE] = {0};

	FB_OK(fb_zram_algorithm_parse("lzo-rle", &algorithm));
	CU_ASSERT_EQUAL(algorithm, FB_ZRAM_LZO);
	FB_OK(fb_zram_algorithm_parse("lz4hc", &algorithm));
	CU_ASSERT_EQUAL(algorithm, FB_ZRAM_LZ4);
	FB_OK(fb_zram_algorithm_parse("842", &algorithm));
	FB_FAILS(fb_zram_decompress(algorithm, page, 10, page), FB_UNSUPPORTED);
	FB_FAILS_WITH(fb_zram_algorithm_parse("", &algorithm), FB_UNSUPPORTED, "''");
	FB_FAILS(fb_zram_decompress(FB_ZRAM_LZ4, page, FB_PAGE_SIZE + 1, page), FB_INVALID);
}

FB_TEST_MAIN("kernel/zram_compression", FB_TEST(reads_lzo), FB_TEST(reads_lz4), FB_TEST(reads_zstd),
	     FB_TEST(reads_deflate), FB_TEST(memory_that_is_out_is_no_damage), FB_TEST(knows_names))
