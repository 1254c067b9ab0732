// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the segments of a core as ranges of pages, without overlaps. Called by place_walk.c and by
 * merge's core writer.
 */
#include "bundle/match/core_ranges.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

/* False where the segment has no whole page in the file. */
static bool segment_range(const struct fb_core_segment *segment, uint64_t file_size,
			  struct fb_core_range *range)
{
	uint64_t skip = -segment->address & (FB_PAGE_SIZE - 1);
	uint64_t length = segment->file_size;

	if (segment->file_offset >= file_size)
		return false;
	if (length > file_size - segment->file_offset)
		length = file_size - segment->file_offset;
	if (length > segment->memory_size)
		length = segment->memory_size;
	/* The last byte's address must not wrap. */
	if (length && segment->address > UINT64_MAX - (length - 1))
		length = -segment->address;
	if (length < skip || length - skip < FB_PAGE_SIZE)
		return false;
	range->address = segment->address + skip;
	range->file_offset = segment->file_offset + skip;
	range->pages = (length - skip) >> FB_PAGE_SHIFT;
	return true;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct fb_core_range *x = a, *y = b;

	if (x->file_offset != y->file_offset)
		return x->file_offset < y->file_offset ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

/* Cuts what an earlier range has already; sorted. */
static void make_disjoint(struct fb_core_ranges *ranges)
{
	uint64_t covered = 0;
	size_t kept = 0;

	for (size_t i = 0; i < ranges->count; i++) {
		struct fb_core_range range = ranges->list[i];

		if (range.file_offset < covered) {
			uint64_t lost =
				(covered - range.file_offset + FB_PAGE_SIZE - 1) >> FB_PAGE_SHIFT;

			if (lost >= range.pages)
				continue;
			range.pages -= lost;
			range.file_offset += lost << FB_PAGE_SHIFT;
			range.address += lost << FB_PAGE_SHIFT;
		}
		covered = range.file_offset + (range.pages << FB_PAGE_SHIFT);
		ranges->pages += range.pages;
		ranges->list[kept++] = range;
	}
	ranges->count = kept;
}

struct fb_error *fb_core_ranges_create(const struct fb_core *core,
				       struct fb_core_ranges *ranges_ret)
{
	const struct fb_core_info *info = fb_core_info(core);
	uint64_t file_size = fb_core_file(core)->size;
	struct fb_core_ranges ranges = {0};
	struct fb_error *err;

	if (file_size > FB_MAX_CORE_BYTES)
		return fb_error_create(FB_LIMIT, "%s: a core of more than 16 TiB", info->path);
	err = fb_alloc_array(info->segment_count, sizeof(*ranges.list), FB_MAX_PHDRS,
			     "segments of a core", &ranges.list);
	if (err)
		return err;
	for (size_t i = 0; i < info->segment_count; i++)
		if (segment_range(&info->segments[i], file_size, &ranges.list[ranges.count]))
			ranges.count++;
	qsort(ranges.list, ranges.count, sizeof(*ranges.list), compare_ranges);
	make_disjoint(&ranges);
	*ranges_ret = ranges;
	return NULL;
}

void fb_core_ranges_deinit(struct fb_core_ranges *ranges)
{
	free(ranges->list);
	memset(ranges, 0, sizeof(*ranges));
}
