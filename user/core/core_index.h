/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the segment of a core that holds an address. Called by core.c.
 */
#ifndef FB_USER_CORE_INDEX_H
#define FB_USER_CORE_INDEX_H

#include "user/core/core.h"

struct fb_core_range {
	uint64_t start, end; /* end exclusive */
	const struct fb_core_segment *segment;
};

/* Disjoint ranges in order of address. Where segments overlap, which no known writer causes, the bytes are those of the
 * segment that begins first; of two that begin at one address, of the first in the file. */
struct fb_core_index {
	struct fb_core_range *ranges; /* owned */
	size_t count;
	size_t overlaps; /* how many segments overlap an earlier one */
};

/* Makes the index of count segments, which are borrowed and must outlive it. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_core_index_create(const struct fb_core_segment *segments,
						    size_t count, struct fb_core_index *index_ret);
void fb_core_index_deinit(struct fb_core_index *index);

/* The range that holds address, or else the next one above it; NULL if there is none. */
const struct fb_core_range *fb_core_index_find(const struct fb_core_index *index, uint64_t address);

#endif
