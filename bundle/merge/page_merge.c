// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the pages of the dump and those that cores add, in order of their frames. Called by
 * bundle_writer.c and kdump_data.c.
 */
#include "bundle/merge/page_merge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

struct fb_error *fb_page_merge_init(struct fb_page_merge *merge, struct fb_dump *dump,
				    const struct fb_placement *placement,
				    struct fb_page_choice *choice)
{
	struct fb_error *err;

	memset(merge, 0, sizeof(*merge));
	merge->dump = dump;
	merge->placement = placement;
	merge->choice = choice;
	merge->next_lost = fb_dump_info(dump)->pages_lost ? 0 : UINT64_MAX;
	/* Parts of the input are copied whole, unless only some of its pages are chosen: those
	 * come one by one. */
	merge->part_count = choice ? 0 : fb_dump_parts(dump);
	err = fb_alloc_array(merge->part_count, sizeof(*merge->parts), FB_MAX_SPLIT_PARTS,
			     "parts of the dump", &merge->parts);
	for (size_t i = 0; i < merge->part_count && !err; i++)
		err = fb_dump_part(dump, i, &merge->parts[i]);
	if (err)
		fb_page_merge_deinit(merge);
	return err;
}

void fb_page_merge_deinit(struct fb_page_merge *merge)
{
	free(merge->parts);
	memset(merge, 0, sizeof(*merge));
}

/* Whether the page lies wholly in the data of its part. Only then is it there after that data
 * was copied. */
static bool stored_is_copied(const struct fb_page_merge *merge, const struct fb_dump_stored *stored)
{
	const struct fb_dump_part *part;

	if (stored->part >= merge->part_count)
		return false;
	part = &merge->parts[stored->part];
	return stored->offset >= part->data_start && stored->offset <= part->data_end &&
	       stored->size <= part->data_end - stored->offset;
}

/* Makes window[window_next] the next stored page, or sets next_pfn to UINT64_MAX. */
static struct fb_error *find_stored(struct fb_page_merge *merge)
{
	struct fb_error *err;

	for (;;) {
		for (; merge->window_next < merge->window_count; merge->window_next++) {
			if (stored_is_copied(merge, &merge->window[merge->window_next]))
				return NULL;
		}
		if (merge->next_pfn == UINT64_MAX)
			return NULL;
		merge->window_next = merge->window_count = 0;
		err = fb_dump_stored(merge->dump, merge->next_pfn, merge->window, FB_MERGE_WINDOW,
				     &merge->window_count);
		if (err)
			return err;
		merge->next_pfn = merge->window_count
					  ? merge->window[merge->window_count - 1].pfn + 1
					  : UINT64_MAX;
	}
}

/* The frame of the dump's next page, UINT64_MAX at the end. */
static struct fb_error *peek_dump(struct fb_page_merge *merge, uint64_t *pfn_ret)
{
	struct fb_error *err = NULL;

	if (merge->choice) {
		if (merge->next_pfn != UINT64_MAX)
			err = merge->choice->next(merge->choice->context, merge->next_pfn,
						  &merge->next_pfn);
		*pfn_ret = merge->next_pfn;
		return err;
	}
	if (!merge->part_count) {
		if (merge->next_pfn != UINT64_MAX)
			merge->next_pfn = fb_dump_next_page(merge->dump, merge->next_pfn);
		*pfn_ret = merge->next_pfn;
		return NULL;
	}
	err = find_stored(merge);
	if (!err)
		*pfn_ret = merge->window_next < merge->window_count
				   ? merge->window[merge->window_next].pfn
				   : UINT64_MAX;
	return err;
}

static void skip_dump(struct fb_page_merge *merge)
{
	merge->seen++;
	if (merge->part_count)
		merge->window_next++;
	else
		merge->next_pfn++;
}

static uint64_t peek_lost(struct fb_page_merge *merge)
{
	if (merge->next_lost != UINT64_MAX)
		merge->next_lost = fb_dump_next_lost(merge->dump, merge->next_lost);
	if (merge->choice && merge->next_lost >= merge->choice->end)
		merge->next_lost = UINT64_MAX;
	return merge->next_lost;
}

/* Fills in a page that the dump has but whose stored bytes are not copied. Frames are asked for
 * in ascending order. */
static enum fb_merged_kind kind_of_dumped(struct fb_page_merge *merge, uint64_t pfn)
{
	if (pfn >= merge->hole_end)
		merge->in_hole = fb_dump_in_hole(merge->dump, pfn, &merge->hole_end);
	return merge->in_hole ? FB_MERGED_ZERO : FB_MERGED_DUMPED;
}

/* Checks that the dump had as many pages as it was said to have when it was opened. Formats
 * without a map of their pages have no such count. */
static struct fb_error *check_seen(const struct fb_page_merge *merge)
{
	uint64_t counted = fb_dump_info(merge->dump)->pages_dumped;

	if (!counted || counted == merge->seen)
		return NULL;
	return fb_error_create(FB_OS,
			       "the dump had %" PRIu64 " pages when it was opened, and has %" PRIu64
			       " now: is it still being written or copied?",
			       counted, merge->seen);
}

struct fb_error *fb_page_merge_next(struct fb_page_merge *merge, bool *more_ret,
				    struct fb_merged_page *page_ret)
{
	const struct fb_placement *placement = merge->placement;
	const struct fb_placed *placed = NULL;
	uint64_t pfn, lost = peek_lost(merge);
	struct fb_error *err = peek_dump(merge, &pfn);

	if (err)
		return err;
	if (merge->next_placed < placement->placed_count)
		placed = &placement->placed[merge->next_placed];
	*more_ret = placed || pfn != UINT64_MAX || lost != UINT64_MAX;
	if (placed && placed->pfn <= pfn && placed->pfn <= lost) {
		page_ret->pfn = placed->pfn;
		page_ret->kind = FB_MERGED_PLACED;
		page_ret->placed = placed;
		merge->next_placed++;
		if (placed->pfn == pfn)
			skip_dump(merge);
		if (placed->pfn == lost)
			merge->next_lost++;
	} else if (lost < pfn) {
		page_ret->pfn = lost;
		page_ret->kind = FB_MERGED_LOST;
		merge->next_lost++;
	} else if (pfn != UINT64_MAX) {
		page_ret->pfn = pfn;
		page_ret->kind = merge->part_count ? FB_MERGED_STORED : kind_of_dumped(merge, pfn);
		if (merge->part_count)
			page_ret->stored = merge->window[merge->window_next];
		skip_dump(merge);
	}
	return *more_ret || merge->choice ? NULL : check_seen(merge);
}
