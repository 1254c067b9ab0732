// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decompression of one page by each of zram's algorithms. Called by zram.c.
 */
#include "kernel/swap/zram_compression.h"

#include <libdeflate.h>
#include <lz4.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "kernel/swap/lzo_rle.h"

struct fb_error *fb_zram_algorithm_parse(const char *name, enum fb_zram_algorithm *algorithm_ret)
{
	static const struct {
		const char *name;
		enum fb_zram_algorithm algorithm;
	} known[] = {
		{"lzo-rle", FB_ZRAM_LZO},     {"lzo", FB_ZRAM_LZO},   {"lz4", FB_ZRAM_LZ4},
		{"lz4hc", FB_ZRAM_LZ4},       {"zstd", FB_ZRAM_ZSTD}, {"842", FB_ZRAM_842},
		{"deflate", FB_ZRAM_DEFLATE},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, name) == 0) {
			*algorithm_ret = known[i].algorithm;
			return NULL;
		}
	}
	return fb_error_create(FB_UNSUPPORTED, "zram compression '%s'", name);
}

static struct fb_error *wrong_data(const char *algorithm)
{
	return fb_error_create(FB_CORRUPT, "%s data do not decompress to a page", algorithm);
}

static struct fb_error *decompress_lzo(const void *data, size_t size, void *page)
{
	size_t length;
	struct fb_error *err = fb_lzo_rle_decompress(data, size, page, FB_PAGE_SIZE, &length);

	if (fb_error_is(err, FB_TRUNCATED)) {
		fb_error_destroy(err);
		return wrong_data("LZO");
	}
	if (err)
		return err;
	return length == FB_PAGE_SIZE ? NULL : wrong_data("LZO");
}

static struct fb_error *decompress_lz4(const void *data, size_t size, void *page)
{
	int length = LZ4_decompress_safe(data, page, (int)size, FB_PAGE_SIZE);

	return length == (int)FB_PAGE_SIZE ? NULL : wrong_data("LZ4");
}

static struct fb_error *decompress_zstd(const void *data, size_t size, void *page)
{
	size_t length;

	/* "zram: add dictionary support to zstd backend" (6.12). */
	if (ZSTD_getDictID_fromFrame(data, size))
		return fb_error_create(FB_UNSUPPORTED, "zstd with a dictionary");
	length = ZSTD_decompress(page, FB_PAGE_SIZE, data, size);
	if (ZSTD_getErrorCode(length) == ZSTD_error_memory_allocation)
		return fb_error_nomem();
	if (ZSTD_isError(length) || length != FB_PAGE_SIZE)
		return wrong_data("zstd");
	return NULL;
}

/* Without the header of zlib: a negative window size, as the kernel calls it. */
static struct fb_error *decompress_deflate(const void *data, size_t size, void *page)
{
	struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
	enum libdeflate_result result;

	if (!decompressor)
		return fb_error_nomem();
	result = libdeflate_deflate_decompress(decompressor, data, size, page, FB_PAGE_SIZE, NULL);
	libdeflate_free_decompressor(decompressor);
	return result == LIBDEFLATE_SUCCESS ? NULL : wrong_data("deflate");
}

struct fb_error *fb_zram_decompress(enum fb_zram_algorithm algorithm, const void *data, size_t size,
				    void *page)
{
	if (size > FB_PAGE_SIZE)
		return fb_error_create(FB_INVALID, "%zu bytes are no compressed page", size);
	switch (algorithm) {
	case FB_ZRAM_LZO:
		return decompress_lzo(data, size, page);
	case FB_ZRAM_LZ4:
		return decompress_lz4(data, size, page);
	case FB_ZRAM_ZSTD:
		return decompress_zstd(data, size, page);
	case FB_ZRAM_DEFLATE:
		return decompress_deflate(data, size, page);
	case FB_ZRAM_842:
		break;
	}
	return fb_error_create(FB_UNSUPPORTED, "zram compression 842");
}
