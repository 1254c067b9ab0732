/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an address to the segment of a core that holds it (internal to user/).
 */
#ifndef FB_USER_CORE_INDEX_H
#define FB_USER_CORE_INDEX_H

#include "user/core/core.h"

struct fb_core_range {
	uint64_t start, end; /* end exclusive */
	const struct fb_core_segment *segment;
};

/* Disjoint ranges in order of address. Where segments overlap (no known writer makes such), the
 * one that begins first has the bytes; of two that begin together, the first in the file. */
struct fb_core_index {
	struct fb_core_range *ranges; /* owned */
	size_t count;
	size_t overlaps; /* segments that lost bytes to another */
};

/* Borrows segments. */
FB_MUST_CHECK struct fb_error *fb_core_index_create(const struct fb_core_segment *segments,
						    size_t count, struct fb_core_index *index_ret);
void fb_core_index_deinit(struct fb_core_index *index);

/* The first range that ends behind address: the one holding it, or else the next; NULL behind the
 * last. */
const struct fb_core_range *fb_core_index_find(const struct fb_core_index *index, uint64_t address);

#endif
