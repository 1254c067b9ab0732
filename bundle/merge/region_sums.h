/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A region of the dump being written, with a checksum of each of its chunks,
 * kept for the fiber section: 8 bytes a MiB.
 */
#ifndef FB_BUNDLE_REGION_SUMS_H
#define FB_BUNDLE_REGION_SUMS_H

#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#include "base/error.h"
#include "base/outfile.h"
#include "bundle/file/fiber_format.h"

#define FB_FIBER_CHUNK (1u << FB_FIBER_CHUNK_SHIFT)

struct fb_region_sums {
	uint32_t kind; /* enum fb_fiber_region_kind */
	uint64_t offset;
	uint64_t length; /* bytes written so far, from offset on */
	uint64_t *sums;  /* owned; of the chunks that are complete, or closed */
	size_t count, room;
	XXH64_state_t *chunk; /* owned; of the chunk that is not */
};

FB_MUST_CHECK struct fb_error *fb_region_init(struct fb_region_sums *region, uint32_t kind,
					      uint64_t offset);
/* A region of known length whose sums are filled in in any order, by fb_region_set(). */
FB_MUST_CHECK struct fb_error *fb_region_init_sized(struct fb_region_sums *region, uint32_t kind,
						    uint64_t offset, uint64_t length);
void fb_region_deinit(struct fb_region_sums *region);

/* Writes bytes at the region's end. */
FB_MUST_CHECK struct fb_error *fb_region_write(struct fb_region_sums *region,
					       struct fb_outfile *outfile, const void *bytes,
					       size_t length);
/* After the last write: the sum of the chunk that has begun. */
FB_MUST_CHECK struct fb_error *fb_region_close(struct fb_region_sums *region);
/* The chunk's whole bytes. Different chunks may be set at the same time. */
void fb_region_set(struct fb_region_sums *region, size_t chunk, const void *bytes, size_t length);

#endif
