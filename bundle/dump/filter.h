/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides which pages of a dump are kept: by makedumpfile's dump level, and in addition a set of frames that are kept
 * whatever their class. A page is left out only where it is certain that its class is left out at this level; a page of
 * unknown class is kept, and counted. Called by filtered_dump.c.
 */
#ifndef FB_BUNDLE_FILTER_H
#define FB_BUNDLE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/dump/frame_set.h"
#include "kernel/image/kernel.h"
#include "kernel/memory/page_class.h"

/* Bits of the level (makedumpfile(8), -d). Pages of zeros stay in the dump with and without FB_LEVEL_ZERO, as in
 * makedumpfile's dumps: all of them share one stored page. */
#define FB_LEVEL_ZERO 1u
#define FB_LEVEL_CACHE 2u
#define FB_LEVEL_CACHE_PRIVATE 4u /* and those without private data */
#define FB_LEVEL_USER 8u
#define FB_LEVEL_FREE 16u
#define FB_LEVEL_ALL 31u

/* How many pages of one class are kept by the level, are kept only because they are in the set, and are left out. */
struct fb_filter_count {
	uint64_t kept, kept_though, left_out;
};

struct fb_filter;

/* kernel and kept are borrowed. kept: frames that are kept whatever their class, or NULL. Where the kernel's types do
 * not describe struct page, no class is known and all pages are kept, with a warning. FB_INVALID for a level above
 * FB_LEVEL_ALL. */
FB_MUST_CHECK struct fb_error *fb_filter_create(struct fb_kernel *kernel, unsigned level,
						const struct fb_frame_set *kept,
						struct fb_filter **filter_ret);
void fb_filter_destroy(struct fb_filter *filter);

/* Whether it is known what pages are used for. */
bool fb_filter_knows_classes(const struct fb_filter *filter);

/* The first frame at or behind pfn that is in the dump and kept; UINT64_MAX if there is none. To be called with
 * ascending frames; 0 begins again and resets the counts. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_filter_next(struct fb_filter *filter, uint64_t pfn,
					      uint64_t *pfn_ret);
/* The frame behind the last one that the kernel has a struct page for (fb_page_frames_end()): none from there on is
 * kept. */
uint64_t fb_filter_end(const struct fb_filter *filter);
/* The counts of one class for the frames since fb_filter_next() was last called with 0. */
const struct fb_filter_count *fb_filter_count(const struct fb_filter *filter,
					      enum fb_page_class class);
/* Whether pages of this class are left out at this level. */
bool fb_level_leaves_out(unsigned level, enum fb_page_class class);

#endif
