/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of the bundle's dump in order of their frames: those of the input,
 * as they are stored where it is kdump-compressed, and the placed ones; also those that the input has
 * lost, so that the bundle tells them from what was left out. A page that a core has is the placed one:
 * the input's could not be read.
 */
#ifndef FB_BUNDLE_PAGE_MERGE_H
#define FB_BUNDLE_PAGE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/match/place.h"
#include "bundle/merge/page_choice.h"
#include "kernel/dump/dump.h"

enum fb_merged_kind {
	FB_MERGED_STORED, /* copied: stored says where its bytes are */
	FB_MERGED_DUMPED, /* chosen, or of an input that has no stored pages: to be compressed */
	FB_MERGED_ZERO,   /* the same, in a hole of the input: of zeros, and need not be read */
	FB_MERGED_PLACED, /* of a core: to be compressed */
	FB_MERGED_LOST,   /* was to be in the input, and cannot be had */
};

struct fb_merged_page {
	uint64_t pfn;
	enum fb_merged_kind kind;
	struct fb_dump_stored stored;   /* FB_MERGED_STORED */
	const struct fb_placed *placed; /* FB_MERGED_PLACED; borrowed from the placement */
};

#define FB_MERGE_WINDOW 1024u
struct fb_page_merge {
	struct fb_dump *dump;
	const struct fb_placement *placement;
	struct fb_page_choice *choice; /* NULL: all pages */
	size_t next_placed;
	struct fb_dump_part *parts; /* owned; of a dump that has stored pages */
	size_t part_count;
	uint64_t next_pfn; /* of the dump, not looked at yet; UINT64_MAX: no more */
	struct fb_dump_stored window[FB_MERGE_WINDOW];
	size_t window_next, window_count;
	uint64_t hole_end; /* frames below it are in a hole of the dump, or not, as in_hole says */
	bool in_hole;
	uint64_t next_lost; /* of the dump, not looked at yet; UINT64_MAX: no more */
	uint64_t seen; /* pages of the dump so far, those that placed ones take the place of too */
};

/* All borrowed; the dump has been surveyed (fb_dump_survey()). choice: NULL, or which of the dump's pages are
 * taken. */
FB_MUST_CHECK struct fb_error *fb_page_merge_init(struct fb_page_merge *merge, struct fb_dump *dump,
						  const struct fb_placement *placement,
						  struct fb_page_choice *choice);
void fb_page_merge_deinit(struct fb_page_merge *merge);
/* *more_ret false at the end. FB_OS where the dump does not have the pages that its info counts: it has
 * changed since it was opened. */
FB_MUST_CHECK struct fb_error *fb_page_merge_next(struct fb_page_merge *merge, bool *more_ret,
						  struct fb_merged_page *page_ret);

#endif
