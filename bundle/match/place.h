/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places the pages of cores. To place means, throughout the program: to find for a page of a matched core
 * the frame of physical memory to which the process's page tables map its address, and to decide which
 * core's page becomes the page of that frame where several have one. All this happens before anything is
 * written. Called by bundle/merge.
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

/* A page that the dump lacks and a core has. It takes 16 bytes, because there may be millions. */
struct fb_placed {
	uint64_t pfn;
	uint64_t core : 20;        /* index */
	uint64_t file_offset : 44; /* of the page in the core's (unpacked) file */
};

/* The results for the pages of one core (for pages of which all bytes are in the file). */
struct fb_page_counts {
	uint64_t total;
	uint64_t same;   /* the dump has the page, with the same bytes */
	uint64_t filled; /* the dump lacks it, and this core's page (or an equal one) is placed */
	/* It has no frame, because it was swapped out, dropped or not RAM; or the core matched no process. */
	uint64_t unplaced;
	uint64_t differ; /* the dump or a newer core has other bytes for that frame */
};

/* Consecutive pages in a core's file whose bytes are in consecutive frames of the bundle: as pages of the dump, or as
 * placed pages of this or another core. */
struct fb_frame_run {
	uint64_t file_offset; /* in the core's file, in bytes */
	uint64_t pfn;         /* of the first frame */
	uint64_t pages;       /* > 0 */
};
struct fb_core_frames {
	struct fb_frame_run *runs; /* owned; in order of file_offset, none overlapping */
	size_t count;
};

struct fb_placement {
	struct fb_placed *placed; /* owned; in order of pfn, each pfn once */
	size_t placed_count;
	struct fb_page_counts *counts; /* owned; one for each core */
	struct fb_core_frames *frames; /* owned; one for each core */
	size_t core_count;
	/* Frames for which two cores have different bytes; the newer core's page is placed. */
	uint64_t conflicts;
};

struct fb_place_core {
	struct fb_core *core;         /* borrowed */
	const struct fb_match *match; /* of this core; borrowed */
};

/* Places the pages of all cores that match a task; the numbers of cores in the result are indexes in `cores`.
 * Parameters are borrowed; pool may be NULL. A core whose pages cannot be placed is a warning. The caller frees the
 * result with fb_placement_deinit(). */
FB_MUST_CHECK struct fb_error *fb_place(struct fb_kernel *kernel, const struct fb_place_core *cores,
					size_t core_count, struct fb_pool *pool,
					struct fb_placement *placement_ret);
void fb_placement_deinit(struct fb_placement *placement);

#endif
