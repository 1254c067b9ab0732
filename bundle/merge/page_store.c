// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores the pages of cores that have no frame, each once. A batch of pages is read and hashed on all threads, looked
 * up in order on one thread, so that equal input gives equal output, then compressed on all threads. Called by
 * core_writer.c.
 */
#include "bundle/merge/page_store.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/parallel.h"

#define ZSTD_LEVEL 1
#define SLICE_PAGES 32u /* read and hashed as one part of the work */
#define GROUP_BYTES (FB_FIBER_GROUP_PAGES * FB_PAGE_SIZE)

/* A group being made of pages of the batch. */
struct store_group {
	uint32_t pages[FB_FIBER_GROUP_PAGES]; /* index in the batch */
	uint16_t count;
	uint8_t *packed; /* owned; NULL: plain */
	uint32_t size;   /* stored bytes */
	uint64_t xxh64;
};

struct batch {
	struct fb_page_store *store;
	uint32_t core;
	struct fb_loose_page *pages;
	size_t count;
	size_t group_count;
};

struct fb_error *fb_page_store_init(struct fb_page_store *store, struct fb_section *section,
				    const struct fb_place_core *cores, struct fb_pool *pool,
				    struct fb_scratches *scratches)
{
	memset(store, 0, sizeof(*store));
	store->section = section;
	store->cores = cores;
	store->pool = pool;
	store->scratches = scratches;
	fb_dedupe_init(&store->dedupe);
	store->bytes = malloc((size_t)FB_STORE_BATCH * FB_PAGE_SIZE);
	store->batch_groups =
		calloc(FB_STORE_BATCH / FB_FIBER_GROUP_PAGES, sizeof(*store->batch_groups));
	if (!store->bytes || !store->batch_groups) {
		fb_page_store_deinit(store);
		return fb_error_nomem();
	}
	return NULL;
}

static void free_groups(struct fb_page_store *store)
{
	for (size_t i = 0; i < FB_STORE_BATCH / FB_FIBER_GROUP_PAGES; i++) {
		free(store->batch_groups[i].packed);
		store->batch_groups[i].packed = NULL;
	}
}

void fb_page_store_deinit(struct fb_page_store *store)
{
	if (store->batch_groups)
		free_groups(store);
	free(store->batch_groups);
	free(store->bytes);
	free(store->groups);
	fb_dedupe_deinit(&store->dedupe);
	memset(store, 0, sizeof(*store));
}

static uint8_t *page_bytes(const struct fb_page_store *store, size_t page)
{
	return store->bytes + page * FB_PAGE_SIZE;
}

static struct fb_error *read_file(const struct fb_page_store *store, uint32_t core, uint64_t offset,
				  void *to, size_t length)
{
	struct fb_core *from = store->cores[core].core;

	return fb_error_prefix(fb_file_read(fb_core_file(from), offset, to, length), "%s",
			       fb_core_info(from)->path);
}

static struct fb_error *read_slice(void *context, size_t slice)
{
	struct batch *batch = context;
	size_t end = (slice + 1) * SLICE_PAGES;
	struct fb_error *err = NULL;

	if (end > batch->count)
		end = batch->count;
	for (size_t i = slice * SLICE_PAGES; i < end && !err; i++) {
		struct fb_loose_page *page = &batch->pages[i];
		uint8_t *bytes = page_bytes(batch->store, i);

		memset(bytes + page->length, 0, FB_PAGE_SIZE - page->length);
		err = read_file(batch->store, batch->core, page->file_offset, bytes, page->length);
		page->zero = !err && fb_all_zero(bytes, FB_PAGE_SIZE);
		if (!err && !page->zero)
			page->xxh64 = XXH64(bytes, FB_PAGE_SIZE, 0);
	}
	return err;
}

/* Whether the stored page that has this one's hash has its bytes too. Pages cut short are never
 * remembered, so there is a whole one to read. */
static struct fb_error *is_stored(const struct batch *batch, size_t page,
				  const struct fb_dedupe_entry *entry, bool *stored_ret)
{
	uint8_t other[FB_PAGE_SIZE];
	struct fb_error *err;

	err = read_file(batch->store, entry->core, entry->file_offset, other, sizeof(other));
	if (!err)
		*stored_ret = !memcmp(other, page_bytes(batch->store, page), sizeof(other));
	return err;
}

/* Gives the page a slot: that of an equal one, or a new one. */
static struct fb_error *assign_slot(struct batch *batch, size_t index)
{
	struct fb_page_store *store = batch->store;
	struct fb_loose_page *page = &batch->pages[index];
	const struct fb_dedupe_entry *entry = fb_dedupe_find(&store->dedupe, page->xxh64);
	struct store_group *group;
	bool stored = false;

	if (entry) {
		struct fb_error *err = is_stored(batch, index, entry, &stored);

		if (err)
			return err;
	}
	if (stored) {
		page->slot = entry->slot_plus_1 - 1;
		return NULL;
	}
	if (!batch->group_count ||
	    store->batch_groups[batch->group_count - 1].count == FB_FIBER_GROUP_PAGES)
		store->batch_groups[batch->group_count++].count = 0;
	group = &store->batch_groups[batch->group_count - 1];
	page->slot =
		(store->group_count + batch->group_count - 1) * FB_FIBER_GROUP_PAGES + group->count;
	group->pages[group->count++] = (uint32_t)index;
	if (entry || page->length < FB_PAGE_SIZE)
		return NULL;
	return fb_dedupe_add(&store->dedupe, page->xxh64, batch->core, page->file_offset,
			     page->slot);
}

static struct fb_error *pack_group(void *context, size_t index)
{
	struct batch *batch = context;
	struct store_group *group = &batch->store->batch_groups[index];
	size_t raw_size = (size_t)group->count * FB_PAGE_SIZE, size;
	struct fb_scratch *scratch;
	struct fb_error *err;

	_Static_assert(FB_SCRATCH_BYTES >= GROUP_BYTES, "a group fits");
	err = fb_scratch_take(batch->store->scratches, &scratch);
	if (err)
		return err;
	group->packed = malloc(raw_size);
	if (!group->packed) {
		fb_scratch_give(batch->store->scratches, scratch);
		return fb_error_nomem();
	}
	for (size_t i = 0; i < group->count; i++)
		memcpy(scratch->bytes + i * FB_PAGE_SIZE, page_bytes(batch->store, group->pages[i]),
		       FB_PAGE_SIZE);
	/* A group that does not become smaller than its raw bytes makes zstd fail, and is stored
	 * plain. */
	size = ZSTD_compressCCtx(scratch->zstd, group->packed, raw_size - 1, scratch->bytes,
				 raw_size, ZSTD_LEVEL);
	if (ZSTD_isError(size)) {
		memcpy(group->packed, scratch->bytes, raw_size);
		size = raw_size;
	}
	group->size = (uint32_t)size;
	group->xxh64 = XXH64(group->packed, size, 0);
	fb_scratch_give(batch->store->scratches, scratch);
	return NULL;
}

static struct fb_error *write_groups(struct batch *batch)
{
	struct fb_page_store *store = batch->store;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < batch->group_count && !err; i++) {
		const struct store_group *group = &store->batch_groups[i];
		bool plain = group->size == group->count * FB_PAGE_SIZE;

		err = fb_grow_array(&store->groups, &store->group_room, store->group_count,
				    sizeof(*store->groups), FB_MAX_STORE_GROUPS, "stored pages");
		if (err)
			break;
		store->groups[store->group_count++] = (struct fb_fiber_group){
			.offset = store->section->end,
			.stored_size = group->size,
			.pages = group->count,
			.encoding = plain ? FB_FIBER_PLAIN : FB_FIBER_ZSTD,
			.xxh64 = group->xxh64,
		};
		err = fb_section_bytes(store->section, group->packed, group->size);
	}
	return err;
}

struct fb_error *fb_page_store_put(struct fb_page_store *store, uint32_t core,
				   struct fb_loose_page *pages, size_t count, size_t *stored_ret)
{
	struct batch batch = {.store = store, .core = core, .pages = pages, .count = count};
	struct fb_error *err;
	size_t stored = 0;

	err = fb_parallel_for(store->pool, (count + SLICE_PAGES - 1) / SLICE_PAGES, read_slice,
			      &batch);
	for (size_t i = 0; i < count && !err; i++)
		if (!pages[i].zero)
			err = assign_slot(&batch, i);
	if (!err)
		err = fb_parallel_for(store->pool, batch.group_count, pack_group, &batch);
	if (!err)
		err = write_groups(&batch);
	for (size_t i = 0; i < batch.group_count; i++)
		stored += store->batch_groups[i].count;
	free_groups(store);
	if (!err)
		*stored_ret = stored;
	return err;
}

struct fb_error *fb_page_store_index(struct fb_page_store *store)
{
	struct fb_scratch *scratch;
	struct fb_error *err = fb_scratch_take(store->scratches, &scratch);

	if (err)
		return err;
	err = fb_section_part(store->section, FB_FIBER_STORE_INDEX, FB_FIBER_NO_CORE, store->groups,
			      store->group_count * sizeof(*store->groups), scratch);
	fb_scratch_give(store->scratches, scratch);
	return err;
}
