/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of working memory for compressing and copying. Each thread borrows one, so that
 * there are no more than threads at work. Called by the writers of this folder.
 */
#ifndef FB_BUNDLE_SCRATCH_H
#define FB_BUNDLE_SCRATCH_H

#include <libdeflate.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <zstd.h>

#include "base/error.h"
#include "base/snappy.h"
#include "bundle/file/fiber_format.h"

/* Bytes of one: enough for a chunk with a checksum, and for a group of stored pages. */
#define FB_SCRATCH_BYTES (1u << FB_FIBER_CHUNK_SHIFT)

struct fb_scratch {
	struct libdeflate_compressor *zlib;
	ZSTD_CCtx *zstd;
	struct fb_snappy snappy; /* not loaded until a page is packed by it */
	uint8_t *bytes;          /* FB_SCRATCH_BYTES */
	struct fb_scratch *next;
};

struct fb_scratches {
	pthread_mutex_t lock;
	struct fb_scratch *idle;
};

void fb_scratches_init(struct fb_scratches *scratches);
void fb_scratches_deinit(struct fb_scratches *scratches);
/* Takes an idle one, or makes a new one; the caller returns it with fb_scratch_give(). Both are safe from many
 * threads. */
FB_MUST_CHECK struct fb_error *fb_scratch_take(struct fb_scratches *scratches,
					       struct fb_scratch **scratch_ret);
void fb_scratch_give(struct fb_scratches *scratches, struct fb_scratch *scratch);

#endif
