/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists the pages of a bundle's dump in order of their frames: those of the input (as they are stored, where the input
 * is kdump-compressed), and the placed pages of cores (place.h). Pages that the input has lost are listed too, so that
 * the bundle can mark them as lost and not as left out. Where both have a frame, the placed page is taken, because the
 * input's page could not be read. Called by kdump_data.c and bundle_writer.c.
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
	FB_MERGED_STORED, /* to be copied: `stored` has the place of its bytes */
	FB_MERGED_DUMPED, /* to be read and compressed */
	FB_MERGED_ZERO,   /* the same, but in a hole of the input, so that it is zeros unread */
	FB_MERGED_PLACED, /* of a core, to be compressed */
	FB_MERGED_LOST,   /* the input should have it, but it is lost */
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
	struct fb_dump_part *parts; /* owned; where the dump's stored pages are copied */
	size_t part_count;
	uint64_t next_pfn; /* the dump's next page; UINT64_MAX: no more */
	struct fb_dump_stored window[FB_MERGE_WINDOW];
	size_t window_next, window_count;
	uint64_t hole_end;  /* in_hole holds for the frames up to this one, exclusive */
	bool in_hole;       /* the frames are in a hole of the dump */
	uint64_t next_lost; /* the dump's next lost page; UINT64_MAX: no more */
	uint64_t seen;      /* pages of the dump so far, including those replaced by placed ones */
};

/* Parameters are borrowed. fb_dump_survey() must have been called for the dump. choice: which of the dump's pages are
 * taken; NULL: all. */
FB_MUST_CHECK struct fb_error *fb_page_merge_init(struct fb_page_merge *merge, struct fb_dump *dump,
						  const struct fb_placement *placement,
						  struct fb_page_choice *choice);
void fb_page_merge_deinit(struct fb_page_merge *merge);
/* Gives the next page; *more_ret is false at the end. FB_OS where the dump does not have as many pages as its info
 * counts, because its file has changed since it was opened. */
FB_MUST_CHECK struct fb_error *fb_page_merge_next(struct fb_page_merge *merge, bool *more_ret,
						  struct fb_merged_page *page_ret);

#endif
