/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first step of placing (place.h): finds the frame of each page of each matched core,
 * and whether the dump has that frame's page. Called by place.c.
 */
#ifndef FB_BUNDLE_PLACE_WALK_H
#define FB_BUNDLE_PLACE_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "bundle/match/place.h"
#include "kernel/image/kernel.h"

enum fb_framed_state {
	FB_FRAMED_CLAIMED, /* the dump has no such page */
	FB_FRAMED_DUMPED,  /* the dump has it, with the same bytes */
	FB_FRAMED_PLACED,  /* this core's page is placed */
	FB_FRAMED_EQUAL,   /* another core's page is placed, with the same bytes */
	FB_FRAMED_DIFFERS, /* the dump or another core has other bytes for the frame */
};

/* A page of a core that has a frame. It takes 16 bytes, because there may be millions. */
struct fb_framed_page {
	uint64_t pfn : 40;
	uint64_t core : 20;
	uint64_t state : 4; /* enum fb_framed_state */
	uint64_t file_offset;
};

/* Lists the pages of all cores whose frame is RAM, in order of core and file. Pages from which the dump's page differs
 * are not in the list but are counted in counts[].differ; counts[].total has all. A page that cannot be read from the
 * dump (cut off, corrupt) counts as not in it. The caller frees *pages_ret. */
FB_MUST_CHECK struct fb_error *fb_place_walk(struct fb_kernel *kernel,
					     const struct fb_place_core *cores, size_t core_count,
					     struct fb_pool *pool, struct fb_page_counts *counts,
					     struct fb_framed_page **pages_ret, size_t *count_ret);

#endif
