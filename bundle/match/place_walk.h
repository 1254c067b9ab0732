/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first step of placing: which frame each page of each matched core has,
 * and whether the dump has that frame's page.
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
	FB_FRAMED_DUMPED,  /* the dump has it, with these bytes */
	FB_FRAMED_PLACED,  /* this core's page is placed */
	FB_FRAMED_EQUAL,   /* another's is, with the same bytes */
	FB_FRAMED_DIFFERS, /* dump or another core has other bytes there */
};

/* A page of a core that has a frame. 16 bytes, as there may be millions. */
struct fb_framed_page {
	uint64_t pfn : 40;
	uint64_t core : 20;
	uint64_t state : 4; /* enum fb_framed_state */
	uint64_t file_offset;
};

/* Pages of all cores whose frame is RAM, in order of core and file, but for those from which the
 * dump's page differs: counts[].differ has them, counts[].total has all. A page that the dump
 * cannot give (cut off, corrupt) counts as not in it. The caller frees *pages_ret. */
FB_MUST_CHECK struct fb_error *fb_place_walk(struct fb_kernel *kernel,
					     const struct fb_place_core *cores, size_t core_count,
					     struct fb_pool *pool, struct fb_page_counts *counts,
					     struct fb_framed_page **pages_ret, size_t *count_ret);

#endif
