// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places pages of cores (place.h) in three steps, the first two of them in parallel: each page of a core gets its frame
 * from the page tables of its process (place_walk.c); pages of several cores with the same frame are compared, and the
 * newest core's page is placed; then the pages that are in their frame are listed for each core. Called by merge, info
 * and report.
 */
#include "bundle/match/place.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/parallel.h"
#include "bundle/match/place_walk.h"

/* Entries that one part of the comparing looks at. */
#define COMPARE_SLICE 512u

struct placing {
	const struct fb_place_core *cores;
	size_t core_count;
	struct fb_framed_page *pages;
	size_t count;
	uint32_t *rank; /* of each core; the lower one is placed */
	size_t *slices; /* where each part of the comparing begins; and where the last ends */
	size_t slice_count;
};

/* Newest first; what is unknown is old. */
static int compare_age(const struct fb_place_core *a, const struct fb_place_core *b)
{
	double x = a->match->taken_before_panic_s, y = b->match->taken_before_panic_s;
	int64_t s, t;

	if (isnan(x) != isnan(y))
		return isnan(x) ? 1 : -1;
	if (!isnan(x) && x != y)
		return x < y ? -1 : 1;
	s = fb_core_info(a->core)->mtime_ns;
	t = fb_core_info(b->core)->mtime_ns;
	return s > t ? -1 : s < t;
}

static int compare_cores(const void *a, const void *b, void *context)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct fb_place_core *cores = context;
	int order = compare_age(&cores[i], &cores[j]);

	return order ? order : i < j ? -1 : i > j;
}

static struct fb_error *rank_cores(struct placing *placing)
{
	FB_CLEANUP(fb_free_at) uint32_t *order = NULL;
	struct fb_error *err;

	err = fb_alloc_array(placing->core_count, sizeof(*order), FB_MAX_CORES, "cores", &order);
	if (!err)
		err = fb_alloc_array(placing->core_count, sizeof(*placing->rank), FB_MAX_CORES,
				     "cores", &placing->rank);
	if (err)
		return err;
	for (size_t i = 0; i < placing->core_count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, placing->core_count, sizeof(*order), compare_cores, (void *)placing->cores);
	for (size_t i = 0; i < placing->core_count; i++)
		placing->rank[order[i]] = (uint32_t)i;
	return NULL;
}

/* By frame, the page to be placed first; pages that the dump has come last. */
static int compare_frames(const void *a, const void *b, void *context)
{
	const struct fb_framed_page *x = a, *y = b;
	const struct placing *placing = context;

	if ((x->state == FB_FRAMED_DUMPED) != (y->state == FB_FRAMED_DUMPED))
		return x->state == FB_FRAMED_DUMPED ? 1 : -1;
	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	if (x->core != y->core)
		return placing->rank[x->core] < placing->rank[y->core] ? -1 : 1;
	return x->file_offset < y->file_offset ? -1 : x->file_offset > y->file_offset;
}

static struct fb_error *read_page(const struct placing *placing, const struct fb_framed_page *page,
				  void *to)
{
	struct fb_core *core = placing->cores[page->core].core;

	return fb_error_prefix(
		fb_file_read(fb_core_file(core), page->file_offset, to, FB_PAGE_SIZE), "%s",
		fb_core_info(core)->path);
}

/* The claims on one frame: the first is placed, the others are equal to it or differ. */
static struct fb_error *settle_frame(struct placing *placing, size_t first, size_t end)
{
	uint8_t placed[FB_PAGE_SIZE], other[FB_PAGE_SIZE];
	struct fb_error *err;

	placing->pages[first].state = FB_FRAMED_PLACED;
	if (end - first == 1)
		return NULL;
	err = read_page(placing, &placing->pages[first], placed);
	for (size_t i = first + 1; i < end && !err; i++) {
		err = read_page(placing, &placing->pages[i], other);
		if (!err)
			placing->pages[i].state = memcmp(placed, other, FB_PAGE_SIZE)
							  ? FB_FRAMED_DIFFERS
							  : FB_FRAMED_EQUAL;
	}
	return err;
}

static struct fb_error *settle_slice(void *context, size_t index)
{
	struct placing *placing = context;
	size_t i = placing->slices[index], end = placing->slices[index + 1];
	struct fb_error *err = NULL;

	while (i < end && !err) {
		size_t first = i;

		while (i < end && placing->pages[i].pfn == placing->pages[first].pfn)
			i++;
		err = settle_frame(placing, first, i);
	}
	return err;
}

/* Cuts the first `claims` pages in slices that split no frame. */
static struct fb_error *slice_claims(struct placing *placing, size_t claims)
{
	struct fb_error *err;

	err = fb_alloc_array(claims / COMPARE_SLICE + 2, sizeof(*placing->slices), SIZE_MAX,
			     "slices", &placing->slices);
	if (err)
		return err;
	for (size_t i = 0; i < claims;) {
		size_t end = i + COMPARE_SLICE < claims ? i + COMPARE_SLICE : claims;

		while (end < claims && placing->pages[end].pfn == placing->pages[end - 1].pfn)
			end++;
		placing->slices[++placing->slice_count] = end;
		i = end;
	}
	return NULL;
}

/* Pages are in order of their frames, those that the dump has excluded. */
static struct fb_error *take_placed(const struct placing *placing, size_t claims,
				    struct fb_placement *placement)
{
	size_t count = 0;
	struct fb_error *err;
	bool differs = false;

	for (size_t i = 0; i < claims; i++)
		count += placing->pages[i].state == FB_FRAMED_PLACED;
	err = fb_alloc_array(count, sizeof(*placement->placed), FB_MAX_PFN, "placed pages",
			     &placement->placed);
	if (err)
		return err;
	for (size_t i = 0; i < claims; i++) {
		const struct fb_framed_page *page = &placing->pages[i];

		if (page->state == FB_FRAMED_PLACED) {
			struct fb_placed *placed = &placement->placed[placement->placed_count++];

			placed->pfn = page->pfn;
			placed->core = page->core;
			placed->file_offset = page->file_offset;
			differs = false;
		} else if (page->state == FB_FRAMED_DIFFERS && !differs) {
			placement->conflicts++;
			differs = true;
		}
	}
	return NULL;
}

static int compare_files(const void *a, const void *b)
{
	const struct fb_framed_page *x = a, *y = b;

	if (x->core != y->core)
		return x->core < y->core ? -1 : 1;
	return x->file_offset < y->file_offset ? -1 : x->file_offset > y->file_offset;
}

static void count_page(const struct fb_framed_page *page, struct fb_page_counts *counts)
{
	switch ((enum fb_framed_state)page->state) {
	case FB_FRAMED_DUMPED:
		counts->same++;
		break;
	case FB_FRAMED_PLACED:
	case FB_FRAMED_EQUAL:
		counts->filled++;
		break;
	case FB_FRAMED_DIFFERS:
		counts->differ++;
		break;
	case FB_FRAMED_CLAIMED:
		break; /* none is left */
	}
}

static struct fb_error *add_frame(struct fb_core_frames *frames, size_t *room,
				  const struct fb_framed_page *page)
{
	struct fb_frame_run *last = frames->count ? &frames->runs[frames->count - 1] : NULL;
	struct fb_error *err;

	if (last && last->pfn + last->pages == page->pfn &&
	    last->file_offset + (last->pages << FB_PAGE_SHIFT) == page->file_offset) {
		last->pages++;
		return NULL;
	}
	err = fb_grow_array(&frames->runs, room, frames->count, sizeof(*frames->runs),
			    FB_MAX_EXTENTS, "frames of a core");
	if (!err)
		frames->runs[frames->count++] = (struct fb_frame_run){
			.file_offset = page->file_offset, .pfn = page->pfn, .pages = 1};
	return err;
}

/* Sorts the pages by file; counts them, and lists those that stand at their frames. */
static struct fb_error *list_frames(struct placing *placing, struct fb_placement *placement)
{
	struct fb_error *err = NULL;
	size_t room = 0;

	qsort(placing->pages, placing->count, sizeof(*placing->pages), compare_files);
	for (size_t i = 0; i < placing->count && !err; i++) {
		const struct fb_framed_page *page = &placing->pages[i];

		if (i == 0 || page->core != placing->pages[i - 1].core)
			room = 0;
		count_page(page, &placement->counts[page->core]);
		if (page->state != FB_FRAMED_DIFFERS)
			err = add_frame(&placement->frames[page->core], &room, page);
	}
	for (size_t i = 0; i < placing->core_count; i++) {
		struct fb_page_counts *counts = &placement->counts[i];

		counts->unplaced = counts->total - counts->same - counts->filled - counts->differ;
	}
	return err;
}

static struct fb_error *settle(struct placing *placing, struct fb_pool *pool,
			       struct fb_placement *placement)
{
	struct fb_error *err = rank_cores(placing);
	size_t claims = placing->count;

	if (err)
		return err;
	qsort_r(placing->pages, placing->count, sizeof(*placing->pages), compare_frames, placing);
	while (claims && placing->pages[claims - 1].state == FB_FRAMED_DUMPED)
		claims--;
	err = slice_claims(placing, claims);
	if (!err)
		err = fb_parallel_for(pool, placing->slice_count, settle_slice, placing);
	if (!err)
		err = take_placed(placing, claims, placement);
	return err ? err : list_frames(placing, placement);
}

struct fb_error *fb_place(struct fb_kernel *kernel, const struct fb_place_core *cores,
			  size_t core_count, struct fb_pool *pool,
			  struct fb_placement *placement_ret)
{
	struct placing placing = {.cores = cores, .core_count = core_count};
	struct fb_placement placement = {.core_count = core_count};
	struct fb_error *err;

	err = fb_alloc_array(core_count, sizeof(*placement.counts), FB_MAX_CORES, "cores",
			     &placement.counts);
	if (!err)
		err = fb_alloc_array(core_count, sizeof(*placement.frames), FB_MAX_CORES, "cores",
				     &placement.frames);
	if (!err)
		err = fb_place_walk(kernel, cores, core_count, pool, placement.counts,
				    &placing.pages, &placing.count);
	if (!err)
		err = settle(&placing, pool, &placement);
	free(placing.pages);
	free(placing.rank);
	free(placing.slices);
	if (err) {
		fb_placement_deinit(&placement);
		return err;
	}
	*placement_ret = placement;
	return NULL;
}

void fb_placement_deinit(struct fb_placement *placement)
{
	for (size_t i = 0; placement->frames && i < placement->core_count; i++)
		free(placement->frames[i].runs);
	free(placement->frames);
	free(placement->counts);
	free(placement->placed);
	memset(placement, 0, sizeof(*placement));
}
