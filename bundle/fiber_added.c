// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which pages of a bundle came from cores: those whose data stand in a region
 * that a merge appended.
 */
#include "bundle/fiber_private.h"

/* Loads the regions once; a section whose sums are damaged has none. */
static void load_regions(struct fb_fiber *fiber)
{
	pthread_mutex_lock(&fiber->store_lock);
	if (!fiber->sums_tried) {
		fb_error_destroy(fb_dump_sums_load(&fiber->table, &fiber->sums));
		fiber->sums_tried = true;
	}
	pthread_mutex_unlock(&fiber->store_lock);
}

bool fb_fiber_page_added(struct fb_fiber *fiber, uint64_t pfn)
{
	struct fb_dump_stored stored;
	size_t count = 0;
	struct fb_error *err;

	load_regions(fiber);
	err = fb_dump_stored(fiber->dump, pfn, &stored, 1, &count);
	fb_error_destroy(err);
	if (count == 0 || stored.pfn != pfn)
		return false;
	for (size_t i = 0; i < fiber->sums.region_count; i++) {
		const struct fb_fiber_region *region = &fiber->sums.regions[i];

		if (region->kind == FB_FIBER_REGION_ADDED && stored.offset >= region->offset &&
		    stored.offset - region->offset < region->length)
			return true;
	}
	return false;
}
