/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks the checksums of a bundle: those of its dump, in chunks, and of the fiber section's parts. Called by
 * verify.c. */
#ifndef FB_BUNDLE_VERIFY_SUMS_H
#define FB_BUNDLE_VERIFY_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "base/warnings.h"
#include "bundle/file/fiber_table.h"

/* The part FB_FIBER_DUMP_SUMS. */
struct fb_dump_sums {
	struct fb_fiber_region *regions; /* owned; they cover the dump, in order */
	size_t region_count;
	uint64_t *sums; /* owned; of all chunks of all regions, in order */
	size_t sum_count;
	uint32_t chunk_shift;
};

FB_MUST_CHECK struct fb_error *fb_dump_sums_load(const struct fb_fiber_table *table,
						 struct fb_dump_sums *sums_ret);
void fb_dump_sums_deinit(struct fb_dump_sums *sums);

/* Checks every checksum, except those of the trailer and the table, which were checked when the table was read. Each
 * that differs is added to problems. Where sums is empty, the dump is not checked. */
FB_MUST_CHECK struct fb_error *fb_verify_sums(const struct fb_fiber_table *table,
					      const struct fb_dump_sums *sums, struct fb_pool *pool,
					      struct fb_warnings *problems);

#endif
