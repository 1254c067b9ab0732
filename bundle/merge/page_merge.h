/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of the bundle's dump in order of their frames: those of the input,
 * as they are stored where it is kdump-compressed, and the placed ones. A page
 * that both have is the placed one: the input's could not be read.
 */
#ifndef FB_BUNDLE_PAGE_MERGE_H
#define FB_BUNDLE_PAGE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/match/place.h"
#include "kernel/dump/dump.h"

enum fb_merged_kind {
	FB_MERGED_STORED, /* copied: stored says where its bytes are */
	FB_MERGED_DUMPED, /* of an input that has no stored pages: to be compressed */
	FB_MERGED_PLACED, /* of a core: to be compressed */
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
	size_t next_placed;
	struct fb_dump_part *parts; /* owned; of a dump that has stored pages */
	size_t part_count;
	uint64_t next_pfn; /* of the dump, not looked at yet; UINT64_MAX: no more */
	struct fb_dump_stored window[FB_MERGE_WINDOW];
	size_t window_next, window_count;
	uint64_t dropped; /* stored pages that are said to lie outside the data */
};

/* All borrowed. */
FB_MUST_CHECK struct fb_error *fb_page_merge_init(struct fb_page_merge *merge, struct fb_dump *dump,
						  const struct fb_placement *placement);
void fb_page_merge_deinit(struct fb_page_merge *merge);
/* *more_ret false at the end. */
FB_MUST_CHECK struct fb_error *fb_page_merge_next(struct fb_page_merge *merge, bool *more_ret,
						  struct fb_merged_page *page_ret);

#endif
