// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the page store of a bundle: pages of cores that have no frame in the dump, compressed in groups, of which those
 * that were read last are kept. Called by fiber_file.c when a core's bytes lie there.
 */
#include "bundle/file/fiber_store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"

static bool group_is_valid(const struct fb_fiber_group *group,
			   const struct fb_fiber_trailer *trailer)
{
	uint32_t raw_size = group->pages * FB_PAGE_SIZE;

	if (!group->pages || group->pages > FB_FIBER_GROUP_PAGES)
		return false;
	if (group->encoding == FB_FIBER_PLAIN
		    ? group->stored_size != raw_size
		    : group->encoding != FB_FIBER_ZSTD || group->stored_size >= raw_size)
		return false;
	return group->offset >= trailer->section_offset && group->offset <= trailer->table_offset &&
	       group->stored_size <= trailer->table_offset - group->offset;
}

struct fb_error *fb_fiber_store_init(struct fb_fiber_store *store,
				     const struct fb_fiber_table *table)
{
	size_t part = fb_fiber_table_find(table, FB_FIBER_STORE_INDEX), size;
	struct fb_error *err;
	void *raw;

	memset(store, 0, sizeof(*store));
	err = fb_fiber_part_load(table, part, FB_MAX_STORE_GROUPS * sizeof(*store->groups), &raw,
				 &size);
	if (err)
		return err;
	store->file = table->file;
	store->groups = raw;
	store->count = size / sizeof(*store->groups);
	for (size_t i = 0; i < store->count; i++)
		if (!group_is_valid(&store->groups[i], &table->trailer)) {
			free(raw);
			return fb_error_create(
				FB_CORRUPT, "index of stored pages: group %zu contradicts itself",
				i);
		}
	(void)pthread_mutex_init(&store->lock, NULL);
	return NULL;
}

void fb_fiber_store_deinit(struct fb_fiber_store *store)
{
	for (size_t i = 0; i < FB_STORE_CACHE; i++)
		free(store->cache[i].bytes);
	(void)pthread_mutex_destroy(&store->lock);
	free(store->groups);
	memset(store, 0, sizeof(*store));
}

bool fb_fiber_store_has(const struct fb_fiber_store *store, uint64_t first, uint64_t count)
{
	uint64_t group = first / FB_FIBER_GROUP_PAGES, page = first % FB_FIBER_GROUP_PAGES;

	while (group < store->count && page < store->groups[group].pages) {
		uint64_t pages = store->groups[group].pages - page;

		if (count <= pages)
			return true;
		if (page + pages < FB_FIBER_GROUP_PAGES)
			return false; /* the rest of the group's slots is empty */
		count -= pages;
		page = 0;
		group++;
	}
	return false;
}

static struct fb_error *unpack(struct fb_fiber_store *store, size_t index, uint8_t *bytes)
{
	const struct fb_fiber_group *group = &store->groups[index];
	size_t raw_size = group->pages * (size_t)FB_PAGE_SIZE;
	struct fb_error *err = NULL;
	uint8_t *stored;

	stored = malloc(group->stored_size + 1);
	if (!stored)
		return fb_error_nomem();
	err = fb_file_read(store->file, group->offset, stored, group->stored_size);
	if (!err && XXH64(stored, group->stored_size, 0) != group->xxh64)
		err = fb_error_create(FB_CORRUPT,
				      "checksum differs: %" PRIu32 " bytes at 0x%" PRIx64
				      " of the file",
				      group->stored_size, group->offset);
	if (!err && group->encoding == FB_FIBER_PLAIN)
		memcpy(bytes, stored, raw_size);
	else if (!err)
		err = fb_fiber_unpack(stored, group->stored_size, bytes, raw_size);
	free(stored);
	return fb_error_prefix(err, "stored pages: group %zu", index);
}

struct fb_error *fb_fiber_store_read(struct fb_fiber_store *store, uint64_t slot, size_t offset,
				     void *to, size_t length)
{
	size_t group = (size_t)(slot / FB_FIBER_GROUP_PAGES), way = group % FB_STORE_CACHE;
	size_t at = (size_t)(slot % FB_FIBER_GROUP_PAGES) * FB_PAGE_SIZE + offset;
	struct fb_error *err;
	uint8_t *bytes, *old;
	bool hit;

	if (!fb_fiber_store_has(store, slot, 1))
		return fb_error_create(FB_CORRUPT, "slot %" PRIu64 " of the stored pages is empty",
				       slot);
	(void)pthread_mutex_lock(&store->lock);
	hit = store->cache[way].bytes && store->cache[way].group == group;
	if (hit)
		memcpy(to, store->cache[way].bytes + at, length);
	(void)pthread_mutex_unlock(&store->lock);
	if (hit)
		return NULL;
	bytes = malloc((size_t)FB_FIBER_GROUP_PAGES * FB_PAGE_SIZE);
	if (!bytes)
		return fb_error_nomem();
	err = unpack(store, group, bytes);
	if (err) {
		free(bytes);
		return err;
	}
	memcpy(to, bytes + at, length);
	(void)pthread_mutex_lock(&store->lock);
	old = store->cache[way].bytes;
	store->cache[way].bytes = bytes;
	store->cache[way].group = group;
	(void)pthread_mutex_unlock(&store->lock);
	free(old);
	return NULL;
}
