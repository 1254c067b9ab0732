// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decompresses a page by one of the four methods of makedumpfile, each with the library of that
 * method. Called by kdump.c.
 */
#include "kernel/dump/kdump_unpack.h"

#include <libdeflate.h>
#include <lzo/lzo1x.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/snappy.h"
#include "kernel/dump/kdump_format.h"

struct unpacker {
	struct unpacker *next; /* while it is not lent */
	struct libdeflate_decompressor *deflate;
	ZSTD_DCtx *zstd;         /* NULL until a page needs it */
	struct fb_snappy snappy; /* likewise not loaded */
};

struct fb_kdump_unpackers {
	pthread_mutex_t lock;
	struct unpacker *idle; /* as many as threads ever read at the same time */
};

static void destroy_unpacker(struct unpacker *unpacker)
{
	libdeflate_free_decompressor(unpacker->deflate);
	ZSTD_freeDCtx(unpacker->zstd);
	fb_snappy_deinit(&unpacker->snappy);
	free(unpacker);
}

static struct fb_error *borrow(struct fb_kdump_unpackers *pool, struct unpacker **unpacker_ret)
{
	struct unpacker *unpacker;

	pthread_mutex_lock(&pool->lock);
	unpacker = pool->idle;
	if (unpacker)
		pool->idle = unpacker->next;
	pthread_mutex_unlock(&pool->lock);
	if (!unpacker) {
		unpacker = calloc(1, sizeof(*unpacker));
		if (!unpacker)
			return fb_error_nomem();
		unpacker->deflate = libdeflate_alloc_decompressor();
		if (!unpacker->deflate) {
			free(unpacker);
			return fb_error_nomem();
		}
	}
	*unpacker_ret = unpacker;
	return NULL;
}

static void give_back(struct fb_kdump_unpackers *pool, struct unpacker *unpacker)
{
	pthread_mutex_lock(&pool->lock);
	unpacker->next = pool->idle;
	pool->idle = unpacker;
	pthread_mutex_unlock(&pool->lock);
}

static struct fb_error *not_a_page(const char *method)
{
	return fb_error_create(FB_CORRUPT, "%s data do not unpack to a page", method);
}

static struct fb_error *unpack_zlib(struct unpacker *unpacker, const void *data, size_t size,
				    void *page)
{
	uLongf page_size = FB_PAGE_SIZE;
	size_t actual;

	if (libdeflate_zlib_decompress(unpacker->deflate, data, size, page, FB_PAGE_SIZE,
				       &actual) == LIBDEFLATE_SUCCESS) {
		if (actual == FB_PAGE_SIZE)
			return NULL;
	} else if (uncompress(page, &page_size, data, (uLong)size) == Z_OK &&
		   page_size == FB_PAGE_SIZE) {
		/* libdeflate refuses some Huffman codes that zlib takes. */
		return NULL;
	}
	return not_a_page("zlib");
}

static struct fb_error *unpack_lzo(const void *data, size_t size, void *page)
{
	lzo_uint page_size = FB_PAGE_SIZE;

	if (lzo1x_decompress_safe(data, size, page, &page_size, NULL) != LZO_E_OK ||
	    page_size != FB_PAGE_SIZE)
		return not_a_page("lzo");
	return NULL;
}

static struct fb_error *unpack_snappy(struct unpacker *unpacker, const void *data, size_t size,
				      void *page)
{
	const struct fb_snappy_functions *call = &unpacker->snappy.call;
	size_t page_size;
	struct fb_error *err = fb_snappy_load(&unpacker->snappy);

	if (err)
		return err;
	if (call->snappy_uncompressed_length(data, size, &page_size) != SNAPPY_OK ||
	    page_size != FB_PAGE_SIZE ||
	    call->snappy_uncompress(data, size, page, &page_size) != SNAPPY_OK)
		return not_a_page("snappy");
	return NULL;
}

static struct fb_error *unpack_zstd(struct unpacker *unpacker, const void *data, size_t size,
				    void *page)
{
	if (!unpacker->zstd) {
		unpacker->zstd = ZSTD_createDCtx();
		if (!unpacker->zstd)
			return fb_error_nomem();
	}
	if (ZSTD_decompressDCtx(unpacker->zstd, page, FB_PAGE_SIZE, data, size) != FB_PAGE_SIZE)
		return not_a_page("zstd");
	return NULL;
}

struct fb_error *fb_kdump_unpackers_create(struct fb_kdump_unpackers **pool_ret)
{
	struct fb_kdump_unpackers *pool;

	if (lzo_init() != LZO_E_OK)
		return fb_error_create(FB_UNSUPPORTED, "the lzo library does not fit this program");
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return fb_error_nomem();
	pthread_mutex_init(&pool->lock, NULL);
	*pool_ret = pool;
	return NULL;
}

void fb_kdump_unpackers_destroy(struct fb_kdump_unpackers *pool)
{
	if (!pool)
		return;
	while (pool->idle) {
		struct unpacker *unpacker = pool->idle;

		pool->idle = unpacker->next;
		destroy_unpacker(unpacker);
	}
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

struct fb_error *fb_kdump_unpack(struct fb_kdump_unpackers *pool, uint32_t flags, const void *data,
				 size_t size, void *page)
{
	struct unpacker *unpacker;
	struct fb_error *err;

	switch (flags) {
	case 0:
		if (size != FB_PAGE_SIZE)
			return fb_error_create(FB_CORRUPT, "an uncompressed page of %zu bytes",
					       size);
		memcpy(page, data, FB_PAGE_SIZE);
		return NULL;
	case FB_KDUMP_PAGE_LZO:
		return unpack_lzo(data, size, page);
	case FB_KDUMP_PAGE_SNAPPY:
	case FB_KDUMP_PAGE_ZLIB:
	case FB_KDUMP_PAGE_ZSTD:
		break;
	default:
		return fb_error_create(FB_CORRUPT, "no compression method has the flags 0x%x",
				       flags);
	}
	err = borrow(pool, &unpacker);
	if (err)
		return err;
	if (flags == FB_KDUMP_PAGE_ZLIB)
		err = unpack_zlib(unpacker, data, size, page);
	else if (flags == FB_KDUMP_PAGE_SNAPPY)
		err = unpack_snappy(unpacker, data, size, page);
	else
		err = unpack_zstd(unpacker, data, size, page);
	give_back(pool, unpacker);
	return err;
}
