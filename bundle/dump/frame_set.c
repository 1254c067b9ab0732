// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The set is a table of bitmaps; each bitmap is made when the first of its frames is added. Filled
 * by keep_memory.c, read by filter.c.
 */
#include "bundle/dump/frame_set.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

#define CHUNK_FRAMES 32768u

struct fb_frame_set {
	uint64_t limit;
	uint64_t count;
	uint8_t **chunks; /* owned, each too; NULL: no frame of it is in the set */
	size_t chunk_count;
};

struct fb_error *fb_frame_set_create(uint64_t limit, struct fb_frame_set **set_ret)
{
	struct fb_frame_set *set = calloc(1, sizeof(*set));
	struct fb_error *err;

	if (!set)
		return fb_error_nomem();
	set->limit = limit;
	set->chunk_count = (size_t)(limit / CHUNK_FRAMES) + 1;
	err = fb_alloc_array(set->chunk_count, sizeof(*set->chunks),
			     FB_MAX_BITMAP_PFN / CHUNK_FRAMES + 1, "page frames", &set->chunks);
	if (err) {
		free(set);
		return err;
	}
	*set_ret = set;
	return NULL;
}

void fb_frame_set_destroy(struct fb_frame_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->chunk_count; i++)
		free(set->chunks[i]);
	free(set->chunks);
	free(set);
}

struct fb_error *fb_frame_set_add(struct fb_frame_set *set, uint64_t pfn, bool *added_ret)
{
	uint8_t **chunk, *byte, bit = (uint8_t)(1u << pfn % 8);
	bool added = false;

	if (pfn < set->limit) {
		chunk = &set->chunks[pfn / CHUNK_FRAMES];
		if (!*chunk)
			*chunk = calloc(CHUNK_FRAMES / 8, 1);
		if (!*chunk)
			return fb_error_nomem();
		byte = &(*chunk)[pfn % CHUNK_FRAMES / 8];
		added = !(*byte & bit);
		*byte |= bit;
		set->count += added;
	}
	if (added_ret)
		*added_ret = added;
	return NULL;
}

bool fb_frame_set_has(const struct fb_frame_set *set, uint64_t pfn)
{
	const uint8_t *chunk = pfn < set->limit ? set->chunks[pfn / CHUNK_FRAMES] : NULL;

	return chunk && chunk[pfn % CHUNK_FRAMES / 8] >> pfn % 8 & 1;
}

uint64_t fb_frame_set_count(const struct fb_frame_set *set)
{
	return set->count;
}
