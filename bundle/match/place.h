/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Placing the pages of cores: finding for each page of each matched core the frame of physical memory
 * that its process's page tables name, and deciding which core's page is to stand there. All is decided
 * before anything is written. "Place" means this, and nothing else, in the program.
 */
#ifndef FB_BUNDLE_PLACE_H
#define FB_BUNDLE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "bundle/match/match.h"
#include "kernel/image/kernel.h"
#include "user/core/core.h"

/* One page that the dump lacks and a core holds. 16 bytes: there may be millions. */
struct fb_placed {
	uint64_t pfn;
	uint64_t core : 20;        /* index */
	uint64_t file_offset : 44; /* of the page in the core's (unpacked) file */
};

/* What became of the pages of one core (pages with all their bytes in the file). */
struct fb_page_counts {
	uint64_t total;
	uint64_t same;   /* the dump has the page, with these bytes */
	uint64_t filled; /* the dump had not, and this core's copy (or an equal one) is placed */
	uint64_t
		unplaced; /* no frame: swapped out, dropped, or not RAM; or the core matched none */
	uint64_t differ;  /* dump or a newer core has other bytes at that frame */
};

/* Pages of a core, one behind the other in its file, whose bytes stand at consecutive frames of
 * the bundle: the dump's own pages, and placed ones of this or of another core. */
struct fb_frame_run {
	uint64_t file_offset;
	uint64_t pfn;
	uint64_t pages; /* > 0 */
};
struct fb_core_frames {
	struct fb_frame_run *runs; /* owned; in order of file_offset, none overlapping */
	size_t count;
};

struct fb_placement {
	struct fb_placed *placed; /* owned; in order of pfn, each pfn once */
	size_t placed_count;
	struct fb_page_counts *counts; /* owned; one per core */
	struct fb_core_frames *frames; /* owned; one per core */
	size_t core_count;
	uint64_t
		conflicts; /* frames for which two cores had different bytes; the newer is placed */
};

struct fb_place_core {
	struct fb_core *core;         /* borrowed */
	const struct fb_match *match; /* of this core; borrowed */
};

/* Places the pages of all cores that match a task; core numbers in the result are indexes of cores. All
 * arguments are borrowed; pool may be NULL. A core whose pages cannot be placed is a warning.
 * placement_ret is the caller's to deinit. */
FB_MUST_CHECK struct fb_error *fb_place(struct fb_kernel *kernel, const struct fb_place_core *cores,
					size_t core_count, struct fb_pool *pool,
					struct fb_placement *placement_ret);
void fb_placement_deinit(struct fb_placement *placement);

#endif
