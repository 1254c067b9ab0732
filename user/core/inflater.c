// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unpacks a compressed stream that comes in pieces to a file. Called by apport.c.
 */
#include "user/core/inflater.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
/* next_in is const with this. */
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#define OUT_SIZE (256u << 10)

/* inflateInit2(): 15 bits of window, and 32 for "gzip or zlib, by its header". */
#define ZLIB_ANY_HEADER (15 + 32)
/* The first byte of a gzip member. */
#define GZIP_FIRST 0x1f

struct fb_inflater {
	struct fb_temporary *temporary; /* borrowed */
	uint64_t size;                  /* bytes unpacked so far */
	z_stream zlib;
	bool zlib_ready;
	ZSTD_DStream *zstd;
	bool done;   /* at the end of a stream */
	bool closed; /* what came behind it is no stream: the rest is not looked at */
	uint8_t out[OUT_SIZE];
};

static struct fb_error *put(struct fb_inflater *inflater, size_t length)
{
	struct fb_error *err =
		fb_temporary_write(inflater->temporary, inflater->size, inflater->out, length);

	if (!err)
		inflater->size += length;
	return err;
}

/* One gzip member or zlib stream, or what of it the input has. */
static struct fb_error *inflate_member(struct fb_inflater *inflater)
{
	z_stream *zlib = &inflater->zlib;
	struct fb_error *err;
	int status = Z_OK;

	inflater->done = false;
	do {
		zlib->next_out = inflater->out;
		zlib->avail_out = OUT_SIZE;
		status = inflate(zlib, Z_NO_FLUSH);
		err = put(inflater, OUT_SIZE - zlib->avail_out);
		if (err)
			return err;
	} while (status == Z_OK && (zlib->avail_in > 0 || zlib->avail_out == 0));
	inflater->done = status == Z_STREAM_END;
	if (status == Z_MEM_ERROR)
		return fb_error_nomem();
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return fb_error_create(FB_CORRUPT, "deflate stream: %s",
				       zlib->msg ? zlib->msg : "damaged");
	return NULL;
}

static struct fb_error *feed_zlib(struct fb_inflater *inflater, const void *bytes, size_t length)
{
	z_stream *zlib = &inflater->zlib;
	struct fb_error *err = NULL;

	zlib->next_in = bytes;
	zlib->avail_in = (uInt)length;
	while (!err && zlib->avail_in > 0 && !inflater->closed) {
		if (inflater->done && *zlib->next_in != GZIP_FIRST)
			inflater->closed = true;
		else if (inflater->done && inflateReset(zlib) != Z_OK)
			err = fb_error_nomem();
		else
			err = inflate_member(inflater);
	}
	return err;
}

static struct fb_error *feed_zstd(struct fb_inflater *inflater, const void *bytes, size_t length)
{
	ZSTD_inBuffer in = {.src = bytes, .size = length};
	ZSTD_outBuffer out;
	struct fb_error *err;
	size_t status;

	do {
		out = (ZSTD_outBuffer){.dst = inflater->out, .size = OUT_SIZE};
		status = ZSTD_decompressStream(inflater->zstd, &out, &in);
		err = put(inflater, out.pos);
		if (err)
			return err;
		if (ZSTD_isError(status)) {
			inflater->closed = inflater->done;
			return inflater->closed ? NULL
						: fb_error_create(FB_CORRUPT, "zstd stream: %s",
								  ZSTD_getErrorName(status));
		}
		inflater->done = status == 0;
	} while (in.pos < in.size || out.pos == out.size);
	return NULL;
}

static struct fb_error *start(struct fb_inflater *inflater, const uint8_t *bytes, size_t length)
{
	static const uint8_t zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};

	if (length >= sizeof(zstd_magic) && memcmp(bytes, zstd_magic, sizeof(zstd_magic)) == 0) {
		inflater->zstd = ZSTD_createDStream();
		return inflater->zstd ? NULL : fb_error_nomem();
	}
	if (inflateInit2(&inflater->zlib, ZLIB_ANY_HEADER) != Z_OK)
		return fb_error_nomem();
	inflater->zlib_ready = true;
	return NULL;
}

struct fb_error *fb_inflater_create(struct fb_temporary *temporary,
				    struct fb_inflater **inflater_ret)
{
	struct fb_inflater *inflater = calloc(1, sizeof(*inflater));

	if (!inflater)
		return fb_error_nomem();
	inflater->temporary = temporary;
	*inflater_ret = inflater;
	return NULL;
}

void fb_inflater_destroy(struct fb_inflater *inflater)
{
	if (!inflater)
		return;
	if (inflater->zlib_ready)
		inflateEnd(&inflater->zlib);
	ZSTD_freeDStream(inflater->zstd);
	free(inflater);
}

struct fb_error *fb_inflater_feed(struct fb_inflater *inflater, const void *bytes, size_t length)
{
	struct fb_error *err;

	if (length == 0 || inflater->closed)
		return NULL;
	if (!inflater->zstd && !inflater->zlib_ready) {
		err = start(inflater, bytes, length);
		if (err)
			return err;
	}
	return inflater->zstd ? feed_zstd(inflater, bytes, length)
			      : feed_zlib(inflater, bytes, length);
}

bool fb_inflater_done(const struct fb_inflater *inflater)
{
	return inflater->done;
}

struct fb_error *fb_inflater_finish(struct fb_inflater *inflater, uint64_t *size_ret)
{
	*size_ret = inflater->size;
	return fb_temporary_finish(inflater->temporary, inflater->size);
}
