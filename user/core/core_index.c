// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From an address to the segment of a core that holds it. Called by core.c for each read.
 */
#include "user/core/core_index.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

static int compare_start(const void *left, const void *right)
{
	const struct fb_core_range *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	/* All segments lie in one array: its order is the file's. */
	return (a->segment > b->segment) - (a->segment < b->segment);
}

/* Takes from each range what an earlier one already covers, and drops what is left empty. */
static void resolve_overlaps(struct fb_core_index *index)
{
	uint64_t covered = 0;
	size_t kept = 0;

	for (size_t i = 0; i < index->count; i++) {
		struct fb_core_range range = index->ranges[i];

		if (range.start < covered) {
			range.start = covered;
			index->overlaps++;
		}
		if (range.start >= range.end)
			continue;
		covered = range.end;
		index->ranges[kept++] = range;
	}
	index->count = kept;
}

struct fb_error *fb_core_index_create(const struct fb_core_segment *segments, size_t count,
				      struct fb_core_index *index_ret)
{
	struct fb_core_index index = {0};
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*index.ranges), FB_MAX_PHDRS, "segments", &index.ranges);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		if (segments[i].memory_size == 0)
			continue;
		index.ranges[index.count++] = (struct fb_core_range){
			.start = segments[i].address,
			.end = segments[i].address + segments[i].memory_size,
			.segment = &segments[i],
		};
	}
	qsort(index.ranges, index.count, sizeof(*index.ranges), compare_start);
	resolve_overlaps(&index);
	*index_ret = index;
	return NULL;
}

void fb_core_index_deinit(struct fb_core_index *index)
{
	free(index->ranges);
	*index = (struct fb_core_index){0};
}

const struct fb_core_range *fb_core_index_find(const struct fb_core_index *index, uint64_t address)
{
	size_t at = FB_LOWER_BOUND(i, index->count, index->ranges[i].end <= address);

	return at < index->count ? &index->ranges[at] : NULL;
}
