/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a region of the dump and computes a checksum for each of its chunks, 8 bytes for
 * each MiB, which fiber_writer.c stores in the fiber section. Called by the other writers
 * of this folder.
 */
#ifndef FB_BUNDLE_REGION_SUMS_H
#define FB_BUNDLE_REGION_SUMS_H

#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "bundle/file/fiber_format.h"

#define FB_FIBER_CHUNK (1u << FB_FIBER_CHUNK_SHIFT)

struct fb_region_sums {
	uint32_t kind; /* enum fb_fiber_region_kind */
	uint64_t offset;
	uint64_t length; /* bytes written so far, from offset on */
	uint64_t *sums;  /* owned; of the complete chunks */
	size_t count, room;
	XXH64_state_t *chunk; /* owned; of the chunk that is not complete yet */
};

FB_MUST_CHECK struct fb_error *fb_region_init(struct fb_region_sums *region, uint32_t kind,
					      uint64_t offset);
/* The same for a region of known length whose checksums are set in any order, by fb_region_set(). */
FB_MUST_CHECK struct fb_error *fb_region_init_sized(struct fb_region_sums *region, uint32_t kind,
						    uint64_t offset, uint64_t length);
void fb_region_deinit(struct fb_region_sums *region);

/* Writes bytes at the region's end. */
FB_MUST_CHECK struct fb_error *fb_region_write(struct fb_region_sums *region,
					       struct fb_outfile *outfile, const void *bytes,
					       size_t length);
/* To be called after the last write: completes the last chunk. */
FB_MUST_CHECK struct fb_error *fb_region_close(struct fb_region_sums *region);
/* Sets the checksum of the chunk with this index from all of its bytes. Safe from many threads for different chunks. */
void fb_region_set(struct fb_region_sums *region, size_t chunk, const void *bytes, size_t length);

#endif
