/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of a dump are kept: by makedumpfile's dump level, and those kept for another reason
 * although the level leaves their class out. A page is left out only where it is known to be of a class
 * that is to be left out; what is not known is kept, and counted.
 */
#ifndef FB_BUNDLE_FILTER_H
#define FB_BUNDLE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/dump/frame_set.h"
#include "kernel/image/kernel.h"
#include "kernel/memory/page_class.h"

/* Bits of the level (makedumpfile(8), -d). Pages of zeros stay, as makedumpfile's do: all share one stored
 * page, with that bit and without. */
#define FB_LEVEL_ZERO 1u
#define FB_LEVEL_CACHE 2u
#define FB_LEVEL_CACHE_PRIVATE 4u /* and those without private data */
#define FB_LEVEL_USER 8u
#define FB_LEVEL_FREE 16u
#define FB_LEVEL_ALL 31u

/* How many pages of one class the input has that stay, that stay only for another reason, and
 * that go. */
struct fb_filter_count {
	uint64_t kept, kept_though, left_out;
};

struct fb_filter;

/* Both borrowed; kept: frames that stay whatever their class, or NULL. Where the kernel's types do not
 * describe struct page no class is known: everything stays, with a warning. FB_INVALID for a level that
 * cannot be. */
FB_MUST_CHECK struct fb_error *fb_filter_create(struct fb_kernel *kernel, unsigned level,
						const struct fb_frame_set *kept,
						struct fb_filter **filter_ret);
void fb_filter_destroy(struct fb_filter *filter);

/* The first frame at or behind pfn that is in the dump and stays; UINT64_MAX: none. Frames are asked for in
 * ascending order; 0 begins anew, and counts anew. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_filter_next(struct fb_filter *filter, uint64_t pfn,
					      uint64_t *pfn_ret);
/* The counts of one class among the frames that were passed since frame 0 was last asked for. */
const struct fb_filter_count *fb_filter_count(const struct fb_filter *filter,
					      enum fb_page_class class);
/* Whether pages of this class go at this level. */
bool fb_level_leaves_out(unsigned level, enum fb_page_class class);

#endif
