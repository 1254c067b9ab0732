// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the page descriptors of a kdump-compressed file. They are kept in blocks, in a
 * direct-mapped cache with a lock for each slot. Called by kdump.c and kdump_open.c.
 */
#include "kernel/dump/kdump_pages.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* Descriptors of a block: just under a page of the file. */
#define BLOCK_DESCS 170u
/* All descriptors of 170 MB of memory; what a walk over page tables and slabs comes back to. */
#define MAX_SLOTS 256u
#define SURVEY_DESCS 16384u

#define METHODS (FB_KDUMP_PAGE_ZLIB | FB_KDUMP_PAGE_LZO | FB_KDUMP_PAGE_SNAPPY | FB_KDUMP_PAGE_ZSTD)

struct slot {
	pthread_mutex_t lock;
	uint64_t block; /* UINT64_MAX: none */
	struct fb_kdump_page_desc descs[BLOCK_DESCS];
};

struct fb_kdump_descs {
	struct fb_file *file; /* borrowed */
	uint64_t offset;
	uint64_t count;
	struct slot *slots; /* owned */
	size_t slot_count;
};

struct fb_error *fb_kdump_descs_create(struct fb_file *file, uint64_t offset, uint64_t count,
				       struct fb_kdump_descs **descs_ret)
{
	uint64_t i, blocks = count / BLOCK_DESCS + 1;
	struct fb_kdump_descs *descs;

	if (count > FB_MAX_PFN || offset > INT64_MAX - count * sizeof(struct fb_kdump_page_desc))
		return fb_error_create(FB_CORRUPT, "%s: %" PRIu64 " page descriptors", file->path,
				       count);
	descs = calloc(1, sizeof(*descs));
	if (!descs)
		return fb_error_nomem();
	descs->file = file;
	descs->offset = offset;
	descs->count = count;
	descs->slot_count = blocks < MAX_SLOTS ? (size_t)blocks : MAX_SLOTS;
	descs->slots = calloc(descs->slot_count, sizeof(*descs->slots));
	if (!descs->slots) {
		free(descs);
		return fb_error_nomem();
	}
	for (i = 0; i < descs->slot_count; i++) {
		pthread_mutex_init(&descs->slots[i].lock, NULL);
		descs->slots[i].block = UINT64_MAX;
	}
	*descs_ret = descs;
	return NULL;
}

void fb_kdump_descs_destroy(struct fb_kdump_descs *descs)
{
	size_t i;

	if (!descs)
		return;
	for (i = 0; i < descs->slot_count; i++)
		pthread_mutex_destroy(&descs->slots[i].lock);
	free(descs->slots);
	free(descs);
}

struct fb_error *fb_kdump_descs_read(struct fb_kdump_descs *descs, uint64_t index, size_t count,
				     struct fb_kdump_page_desc *list)
{
	size_t got, size = count * sizeof(*list);
	struct fb_error *err;

	err = fb_file_read_some(descs->file, descs->offset + index * sizeof(*list), list, size,
				&got);
	if (err)
		return fb_error_prefix(err, "page descriptors");
	/* Behind the end of a file that was cut off; one that is cut off now is an error. */
	got -= got % sizeof(*list);
	memset((char *)list + got, 0, size - got);
	return NULL;
}

struct fb_error *fb_kdump_descs_get(struct fb_kdump_descs *descs, uint64_t index,
				    struct fb_kdump_page_desc *desc_ret)
{
	uint64_t first, block = index / BLOCK_DESCS;
	struct slot *slot = &descs->slots[block % descs->slot_count];
	struct fb_error *err = NULL;

	pthread_mutex_lock(&slot->lock);
	if (slot->block != block) {
		first = block * BLOCK_DESCS;
		slot->block = UINT64_MAX;
		err = fb_kdump_descs_read(descs, first,
					  descs->count - first < BLOCK_DESCS ? descs->count - first
									     : BLOCK_DESCS,
					  slot->descs);
		if (!err)
			slot->block = block;
	}
	if (!err)
		*desc_ret = slot->descs[index % BLOCK_DESCS];
	pthread_mutex_unlock(&slot->lock);
	return err;
}

static bool in_file(const struct fb_kdump_descs *descs, const struct fb_kdump_page_desc *desc)
{
	return desc->size <= descs->file->size && desc->offset <= descs->file->size - desc->size;
}

static bool well_formed(const struct fb_kdump_descs *descs, const struct fb_kdump_page_desc *desc)
{
	return desc->size && desc->size <= FB_MAX_STORED_PAGE &&
	       desc->offset >= fb_kdump_descs_end(descs) && !(desc->flags & ~METHODS) &&
	       !(desc->flags & (desc->flags - 1));
}

bool fb_kdump_desc_good(const struct fb_kdump_descs *descs, const struct fb_kdump_page_desc *desc)
{
	return well_formed(descs, desc) && in_file(descs, desc);
}

struct fb_error *fb_kdump_desc_check(const struct fb_kdump_descs *descs,
				     const struct fb_kdump_page_desc *desc)
{
	if (fb_kdump_desc_good(descs, desc))
		return NULL;
	/* makedumpfile leaves descriptors empty when its disk is full, and descriptors behind
	 * the end of a file read as zeros too. */
	if (!desc->offset && !desc->size)
		return fb_error_create(FB_TRUNCATED,
				       "its descriptor was not written: the dump is incomplete");
	if (well_formed(descs, desc))
		return fb_error_create(FB_TRUNCATED,
				       "its data (%" PRIu32 " bytes at offset %" PRIu64
				       ") lie behind the end of the file (%" PRIu64 " bytes)",
				       desc->size, desc->offset, descs->file->size);
	return fb_error_create(FB_CORRUPT,
			       "its descriptor is corrupt (offset %" PRIu64 ", size %" PRIu32
			       ", flags 0x%" PRIx32 ")",
			       desc->offset, desc->size, desc->flags);
}

uint64_t fb_kdump_descs_end(const struct fb_kdump_descs *descs)
{
	return descs->offset + descs->count * sizeof(struct fb_kdump_page_desc);
}

struct fb_error *fb_kdump_descs_survey(struct fb_kdump_descs *descs,
				       struct fb_kdump_survey *survey_ret)
{
	struct fb_kdump_survey survey = {.data_start = UINT64_MAX,
					 .data_end = fb_kdump_descs_end(descs)};
	struct fb_kdump_page_desc *list;
	struct fb_error *err = NULL;
	uint64_t index, there;
	size_t i, some;

	/* Descriptors behind the end of the file need no look. */
	there = descs->file->size > descs->offset ? descs->file->size - descs->offset : 0;
	there /= sizeof(*list);
	if (there > descs->count)
		there = descs->count;
	survey.bad = descs->count - there;
	list = malloc(SURVEY_DESCS * sizeof(*list));
	if (!list)
		return fb_error_nomem();
	for (index = 0; !err && index < there; index += some) {
		some = there - index < SURVEY_DESCS ? (size_t)(there - index) : SURVEY_DESCS;
		err = fb_kdump_descs_read(descs, index, some, list);
		for (i = 0; !err && i < some; i++) {
			if (!fb_kdump_desc_good(descs, &list[i])) {
				survey.bad++;
				survey.damaged += list[i].offset || list[i].size;
				continue;
			}
			survey.good_end = index + i + 1;
			if (list[i].offset < survey.data_start)
				survey.data_start = list[i].offset;
			if (list[i].offset + list[i].size > survey.data_end)
				survey.data_end = list[i].offset + list[i].size;
		}
	}
	free(list);
	if (survey.data_start > survey.data_end)
		survey.data_start = survey.data_end;
	if (!err)
		*survey_ret = survey;
	return err;
}

struct fb_error *fb_kdump_descs_cut_off(struct fb_kdump_descs *descs, bool *cut_off_ret)
{
	uint64_t index = descs->count, start = fb_kdump_descs_end(descs);
	struct fb_kdump_page_desc list[BLOCK_DESCS];
	struct fb_error *err;
	size_t some;

	/* A part without pages need not have anything behind its bitmap. */
	*cut_off_ret = index && start > descs->file->size;
	while (!*cut_off_ret && index) {
		some = index < BLOCK_DESCS ? (size_t)index : BLOCK_DESCS;
		index -= some;
		err = fb_kdump_descs_read(descs, index, some, list);
		if (err)
			return err;
		while (some--) {
			if (!in_file(descs, &list[some]) || !list[some].offset) {
				*cut_off_ret = true;
				return NULL;
			}
			/* The shared zero page is the first that is written. */
			if (list[some].offset > start)
				return NULL;
		}
	}
	return NULL;
}
