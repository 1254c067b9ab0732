// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks the checksums of a bundle on all CPUs, after finding which range of the file each of them covers. Called by
 * verify.c.
 */
#include "bundle/file/verify_sums.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/parallel.h"
#include "base/part.h"
#include "bundle/file/fiber_store.h"

#define READ_BYTES (1u << 20)

/* Bytes of the file under one checksum. */
struct summed {
	uint64_t offset;
	uint64_t size;
	uint64_t xxh64;
	const struct fb_fiber_part *part; /* NULL: of the dump */
	uint32_t region_kind;             /* where there is no part */
};

struct checking {
	struct fb_file *file;
	struct fb_warnings *problems;
	struct summed *list; /* owned */
	size_t count, room;
};

static struct fb_error *check_regions(const struct fb_dump_sums *sums, uint64_t end)
{
	uint64_t next = 0, chunks = 0;

	for (size_t i = 0; i < sums->region_count; i++) {
		const struct fb_fiber_region *region = &sums->regions[i];

		if (region->offset != next || region->length > end - next)
			return fb_error_create(FB_CORRUPT,
					       "region %zu of the dump is not in its place", i);
		next += region->length;
		chunks += (region->length >> sums->chunk_shift) +
			  (region->length % (1ull << sums->chunk_shift) != 0);
	}
	if (next != end || chunks != sums->sum_count)
		return fb_error_create(FB_CORRUPT, "the checksums do not cover the dump");
	return NULL;
}

static struct fb_error *parse_sums(const struct fb_fiber_table *table, const void *raw, size_t size,
				   struct fb_dump_sums *sums)
{
	struct fb_fiber_sums head;
	struct fb_cursor cursor;
	struct fb_error *err;

	fb_cursor_init(&cursor, raw, size, "checksums of the dump");
	err = fb_cursor_copy(&cursor, &head, sizeof(head));
	if (err)
		return err;
	if (head.chunk_shift < FB_PAGE_SHIFT || head.chunk_shift > 40)
		return fb_error_create(FB_CORRUPT, "checksums of the dump: impossible chunks");
	sums->chunk_shift = head.chunk_shift;
	sums->region_count = head.region_count;
	err = fb_alloc_array(sums->region_count, sizeof(*sums->regions), FB_MAX_SPLIT_PARTS + 5,
			     "regions of the dump", &sums->regions);
	if (!err)
		err = fb_cursor_copy(&cursor, sums->regions,
				     sums->region_count * sizeof(*sums->regions));
	if (err)
		return err;
	sums->sum_count = fb_cursor_left(&cursor) / sizeof(*sums->sums);
	err = fb_alloc_array(sums->sum_count, sizeof(*sums->sums), FB_MAX_SUM_CHUNKS,
			     "checksums of the dump", &sums->sums);
	if (!err)
		err = fb_cursor_copy(&cursor, sums->sums, sums->sum_count * sizeof(*sums->sums));
	return err ? err : check_regions(sums, table->trailer.section_offset);
}

struct fb_error *fb_dump_sums_load(const struct fb_fiber_table *table,
				   struct fb_dump_sums *sums_ret)
{
	size_t part = fb_fiber_table_find(table, FB_FIBER_DUMP_SUMS), size;
	struct fb_dump_sums sums = {0};
	struct fb_error *err;
	void *raw;

	err = fb_fiber_part_load(table, part, FB_MAX_SUM_CHUNKS * sizeof(uint64_t) + (1u << 20),
				 &raw, &size);
	if (err)
		return err;
	err = parse_sums(table, raw, size, &sums);
	free(raw);
	if (err) {
		fb_dump_sums_deinit(&sums);
		return err;
	}
	*sums_ret = sums;
	return NULL;
}

void fb_dump_sums_deinit(struct fb_dump_sums *sums)
{
	free(sums->regions);
	free(sums->sums);
	memset(sums, 0, sizeof(*sums));
}

static struct fb_error *add(struct checking *checking, const struct summed *summed)
{
	struct fb_error *err = fb_grow_array(
		&checking->list, &checking->room, checking->count, sizeof(*checking->list),
		FB_MAX_SUM_CHUNKS + FB_MAX_FIBER_PARTS + FB_MAX_STORE_GROUPS, "checksums");

	if (!err)
		checking->list[checking->count++] = *summed;
	return err;
}

static struct fb_error *add_dump(struct checking *checking, const struct fb_dump_sums *sums)
{
	size_t next = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < sums->region_count; i++) {
		const struct fb_fiber_region *region = &sums->regions[i];

		for (uint64_t at = 0; at < region->length && !err;
		     at += 1ull << sums->chunk_shift) {
			uint64_t left = region->length - at;
			struct summed summed = {.offset = region->offset + at,
						.size = 1ull << sums->chunk_shift,
						.xxh64 = sums->sums[next++],
						.region_kind = region->kind};

			if (summed.size > left)
				summed.size = left;
			err = add(checking, &summed);
		}
	}
	return err;
}

/* The groups of a part of stored pages must fill it; *group is the first that has not been
 * seen. */
static struct fb_error *add_groups(struct checking *checking, const struct fb_fiber_part *part,
				   const struct fb_fiber_store *store, size_t *group)
{
	uint64_t next = part->offset, end = part->offset + part->stored_size;
	struct fb_error *err = NULL;

	for (; *group < store->count && next < end && !err; ++*group) {
		const struct fb_fiber_group *at = &store->groups[*group];
		struct summed summed = {.offset = at->offset,
					.size = at->stored_size,
					.xxh64 = at->xxh64,
					.part = part};

		if (at->offset != next || at->stored_size > end - next) {
			fb_warn(checking->problems,
				"index of stored pages: group %zu is not in its place", *group);
			return NULL;
		}
		next += at->stored_size;
		err = add(checking, &summed);
	}
	if (!err && next != end)
		fb_warn(checking->problems,
			"index of stored pages: bytes 0x%" PRIx64 "-0x%" PRIx64
			" of the file are in no group",
			next, end - 1);
	return err;
}

static struct fb_error *add_parts(struct checking *checking, const struct fb_fiber_table *table,
				  const struct fb_fiber_store *store)
{
	struct fb_error *err = NULL;
	size_t group = 0;

	for (size_t i = 0; i < table->count && !err; i++) {
		const struct fb_fiber_part *part = &table->parts[i];

		if (part->encoding != FB_FIBER_GROUPS)
			err = add(checking, &(struct summed){.offset = part->offset,
							     .size = part->stored_size,
							     .xxh64 = part->xxh64,
							     .part = part});
		else if (store)
			err = add_groups(checking, part, store, &group);
	}
	if (!err && store && group != store->count)
		fb_warn(checking->problems, "index of stored pages: group %zu is in no part",
			group);
	return err;
}

static const char *region_name(uint32_t kind)
{
	switch (kind) {
	case FB_FIBER_REGION_HEADER:
		return "dump header";
	case FB_FIBER_REGION_EXISTING:
		return "bitmap of existing pages";
	case FB_FIBER_REGION_DUMPED:
		return "bitmap of dumped pages";
	case FB_FIBER_REGION_DESCRIPTORS:
		return "page descriptors";
	case FB_FIBER_REGION_COPIED:
		return "page data of the dump";
	case FB_FIBER_REGION_ADDED:
		return "page data of the cores";
	default:
		return "unknown region of the dump";
	}
}

static void report(struct checking *checking, const struct summed *summed, struct fb_error *err)
{
	char buffer[64];
	const char *name = summed->part ? fb_fiber_part_name(summed->part, buffer, sizeof(buffer))
					: region_name(summed->region_kind);

	if (err)
		fb_warn_error(checking->problems, err, "%s", name);
	else
		fb_warn(checking->problems,
			"%s: checksum differs: bytes 0x%" PRIx64 "-0x%" PRIx64 " of the file", name,
			summed->offset, summed->offset + summed->size - 1);
}

static void free_state(XXH64_state_t **state)
{
	(void)XXH64_freeState(*state);
}

static struct fb_error *check(void *context, size_t index)
{
	struct checking *checking = context;
	const struct summed *summed = &checking->list[index];
	FB_CLEANUP(free_state) XXH64_state_t *state = XXH64_createState();
	FB_CLEANUP(fb_free_at) uint8_t *bytes = NULL;
	struct fb_error *err = state ? NULL : fb_error_nomem();
	uint64_t at = 0;

	if (!err)
		err = fb_alloc_array(READ_BYTES, 1, READ_BYTES, "bytes", &bytes);
	if (err)
		return err;
	(void)XXH64_reset(state, 0);
	while (at < summed->size && !err) {
		uint64_t left = summed->size - at;
		size_t length = left < READ_BYTES ? (size_t)left : READ_BYTES;

		err = fb_file_read(checking->file, summed->offset + at, bytes, length);
		if (!err)
			(void)XXH64_update(state, bytes, length);
		at += length;
	}
	if (fb_error_is_fatal(err))
		return err;
	if (err || XXH64_digest(state) != summed->xxh64)
		report(checking, summed, err);
	return NULL;
}

struct fb_error *fb_verify_sums(const struct fb_fiber_table *table, const struct fb_dump_sums *sums,
				struct fb_pool *pool, struct fb_warnings *problems)
{
	struct checking checking = {.file = table->file, .problems = problems};
	struct fb_fiber_store store;
	bool has_store;
	struct fb_error *err;

	err = fb_fiber_store_init(&store, table);
	has_store = !err;
	err = fb_part_warn(problems, err, "fiber section");
	if (err)
		return err;
	err = add_dump(&checking, sums);
	if (!err)
		err = add_parts(&checking, table, has_store ? &store : NULL);
	if (!err)
		err = fb_parallel_for(pool, checking.count, check, &checking);
	if (has_store)
		fb_fiber_store_deinit(&store);
	free(checking.list);
	return err;
}
