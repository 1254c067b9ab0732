// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the table of the fiber section's parts, and single parts with their checksums. Called by all
 * code that reads a bundle.
 */
#include "bundle/file/fiber_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/dump/kdump_format.h"

#define NO_PART SIZE_MAX
/* No part may be larger; some may not be as large. */
#define LARGEST_PART ((uint64_t)FB_MAX_STORE_GROUPS * sizeof(struct fb_fiber_group))

static struct fb_error *read_trailer(struct fb_file *file, struct fb_fiber_trailer *trailer)
{
	struct fb_error *err;

	if (file->size < sizeof(*trailer))
		return fb_error_create(FB_NOT_FOUND, "no fiber section: the file is too short");
	err = fb_file_read(file, file->size - sizeof(*trailer), trailer, sizeof(*trailer));
	if (err)
		return err;
	if (memcmp(trailer->magic, FB_FIBER_MAGIC, sizeof(trailer->magic)))
		return fb_error_create(FB_NOT_FOUND, "the file does not end in a fiber section");
	if (trailer->xxh64 != XXH64(trailer, offsetof(struct fb_fiber_trailer, xxh64), 0))
		return fb_error_create(FB_CORRUPT,
				       "trailer of the fiber section: checksum differs: bytes "
				       "0x%" PRIx64 "-0x%" PRIx64 " of the file",
				       file->size - sizeof(*trailer), file->size - 1);
	if (trailer->version != FB_FIBER_VERSION)
		return fb_error_create(FB_UNSUPPORTED,
				       "the fiber section has version %" PRIu32
				       ", this program reads version %u",
				       trailer->version, FB_FIBER_VERSION);
	return NULL;
}

/* The trailer's numbers against each other and the file's size. */
static struct fb_error *check_trailer(const struct fb_file *file,
				      const struct fb_fiber_trailer *trailer)
{
	uint64_t table_size = (uint64_t)trailer->part_count * sizeof(struct fb_fiber_part);

	if (trailer->part_count > FB_MAX_FIBER_PARTS)
		return fb_error_create(FB_LIMIT, "the fiber section has %" PRIu32 " parts",
				       trailer->part_count);
	if (trailer->section_size > file->size ||
	    trailer->section_offset != file->size - trailer->section_size ||
	    trailer->section_size < table_size + sizeof(*trailer) ||
	    trailer->table_offset != file->size - sizeof(*trailer) - table_size ||
	    trailer->reserved)
		return fb_error_create(FB_CORRUPT,
				       "trailer of the fiber section: it does not fit the file");
	return NULL;
}

/* Parts follow each other, so that no byte of the section is without a checksum; and what they
 * unpack to fits the file, as the cores' are all in memory at a time. */
static struct fb_error *check_parts(const struct fb_fiber_table *table)
{
	uint64_t next = table->trailer.section_offset;
	uint64_t room = FB_MIN_FIBER_UNPACKED + FB_MAX_FIBER_RATIO * table->file->size;

	for (size_t i = 0; i < table->count; i++) {
		const struct fb_fiber_part *part = &table->parts[i];

		if (part->offset != next || part->stored_size > table->trailer.table_offset - next)
			return fb_error_create(
				FB_CORRUPT, "part %zu of the fiber section is not in its place", i);
		next += part->stored_size;
		if (part->encoding > FB_FIBER_GROUPS ||
		    (part->encoding == FB_FIBER_GROUPS) != (part->type == FB_FIBER_STORE) ||
		    (part->encoding == FB_FIBER_PLAIN && part->raw_size != part->stored_size) ||
		    (part->encoding == FB_FIBER_ZSTD && part->raw_size < part->stored_size) ||
		    part->reserved)
			return fb_error_create(
				FB_CORRUPT, "part %zu of the fiber section contradicts itself", i);
		/* A part that is too large by itself costs what needs it, and no more. */
		if (part->encoding != FB_FIBER_ZSTD || part->raw_size > LARGEST_PART)
			continue;
		if (part->raw_size > room)
			return fb_error_create(
				FB_LIMIT,
				"the parts of the fiber section unpack to more than a bundle of "
				"%" PRIu64 " bytes can have",
				table->file->size);
		room -= part->raw_size;
	}
	if (next != table->trailer.table_offset)
		return fb_error_create(FB_CORRUPT, "the parts of the fiber section do not fill it");
	return NULL;
}

static size_t *core_part(struct fb_fiber_core_parts *core, uint32_t type)
{
	switch (type) {
	case FB_FIBER_CORE:
		return &core->record;
	case FB_FIBER_LITERALS:
		return &core->literals;
	case FB_FIBER_EXTENTS:
		return &core->extents;
	default:
		return NULL;
	}
}

/* There are as many cores as records; each needs each of its parts exactly once. */
static struct fb_error *find_cores(struct fb_fiber_table *table)
{
	struct fb_error *err;
	size_t records = 0;

	for (size_t i = 0; i < table->count; i++)
		records += table->parts[i].type == FB_FIBER_CORE;
	err = fb_alloc_array(records, sizeof(*table->cores), FB_MAX_CORES, "cores of a bundle",
			     &table->cores);
	if (err)
		return err;
	table->core_count = records;
	for (size_t i = 0; i < records; i++)
		table->cores[i] = (struct fb_fiber_core_parts){NO_PART, NO_PART, NO_PART};
	for (size_t i = 0; i < table->count; i++) {
		uint32_t core = table->parts[i].core;
		size_t *index;

		if (core >= records)
			continue;
		index = core_part(&table->cores[core], table->parts[i].type);
		if (!index)
			continue;
		if (*index != NO_PART)
			return fb_error_create(FB_CORRUPT,
					       "part %zu of core %" PRIu32 " was there before", i,
					       core);
		*index = i;
	}
	for (size_t i = 0; i < records; i++)
		if (table->cores[i].record == NO_PART || table->cores[i].literals == NO_PART ||
		    table->cores[i].extents == NO_PART)
			return fb_error_create(FB_CORRUPT, "core %zu lacks a part", i);
	return NULL;
}

static struct fb_error *read_parts(struct fb_fiber_table *table)
{
	struct fb_error *err;
	size_t size;

	table->count = table->trailer.part_count;
	err = fb_alloc_array(table->count, sizeof(*table->parts), FB_MAX_FIBER_PARTS,
			     "parts of the fiber section", &table->parts);
	if (err)
		return err;
	size = table->count * sizeof(*table->parts);
	err = fb_file_read(table->file, table->trailer.table_offset, table->parts, size);
	if (err)
		return err;
	if (XXH64(table->parts, size, 0) != table->trailer.table_xxh64)
		return fb_error_create(FB_CORRUPT,
				       "table of the fiber section: checksum differs: bytes "
				       "0x%" PRIx64 "-0x%" PRIx64 " of the file",
				       table->trailer.table_offset,
				       table->trailer.table_offset + size - 1);
	err = check_parts(table);
	return err ? err : find_cores(table);
}

struct fb_error *fb_fiber_table_read(struct fb_file *file, struct fb_fiber_table *table_ret)
{
	struct fb_fiber_table table = {.file = file};
	struct fb_error *err;

	err = read_trailer(file, &table.trailer);
	if (!err)
		err = check_trailer(file, &table.trailer);
	if (!err)
		err = read_parts(&table);
	if (err) {
		fb_fiber_table_deinit(&table);
		return err;
	}
	*table_ret = table;
	return NULL;
}

void fb_fiber_table_deinit(struct fb_fiber_table *table)
{
	free(table->parts);
	free(table->cores);
	memset(table, 0, sizeof(*table));
}

size_t fb_fiber_table_find(const struct fb_fiber_table *table, uint32_t type)
{
	size_t i = 0;

	while (i < table->count && table->parts[i].type != type)
		i++;
	return i;
}

char *fb_fiber_part_name(const struct fb_fiber_part *part, char *to, size_t size)
{
	static const char *const names[] = {
		[FB_FIBER_MANIFEST] = "manifest",
		[FB_FIBER_DUMP_SUMS] = "checksums of the dump",
		[FB_FIBER_CORE] = "record",
		[FB_FIBER_LITERALS] = "headers and notes",
		[FB_FIBER_EXTENTS] = "extents",
		[FB_FIBER_STORE] = "stored pages",
		[FB_FIBER_STORE_INDEX] = "index of stored pages",
		[FB_FIBER_OBJECT] = "what stacks need of a file",
		[FB_FIBER_OBJECT_INDEX] = "index of files",
	};
	const char *name = part->type < FB_ARRAY_SIZE(names) ? names[part->type] : NULL;

	if (part->core == FB_FIBER_NO_CORE)
		(void)snprintf(to, size, "%s", name ? name : "unknown part");
	else
		(void)snprintf(to, size, "%s of core %" PRIu32, name ? name : "unknown part",
			       part->core);
	return to;
}

struct fb_error *fb_fiber_unpack(const void *stored, size_t stored_size, void *raw, size_t raw_size)
{
	size_t size = ZSTD_decompress(raw, raw_size, stored, stored_size);

	if (ZSTD_getErrorCode(size) == ZSTD_error_memory_allocation)
		return fb_error_nomem();
	if (ZSTD_isError(size) || size != raw_size)
		return fb_error_create(FB_CORRUPT, "it does not decompress to %zu bytes", raw_size);
	return NULL;
}

static struct fb_error *decode(const struct fb_fiber_part *part, uint8_t *stored, void **raw_ret)
{
	size_t size = (size_t)part->raw_size;
	struct fb_error *err;
	uint8_t *raw;

	if (part->encoding == FB_FIBER_PLAIN) {
		*raw_ret = stored;
		return NULL;
	}
	raw = malloc(size + 1);
	if (!raw)
		return fb_error_nomem();
	err = fb_fiber_unpack(stored, (size_t)part->stored_size, raw, size);
	if (err) {
		free(raw);
		return err;
	}
	free(stored);
	raw[size] = '\0';
	*raw_ret = raw;
	return NULL;
}

static struct fb_error *load(const struct fb_fiber_table *table, const struct fb_fiber_part *part,
			     uint64_t maximum, void **raw_ret)
{
	struct fb_error *err;
	uint8_t *stored;

	if (part->raw_size > maximum)
		return fb_error_create(FB_LIMIT, "it has %" PRIu64 " bytes", part->raw_size);
	stored = malloc((size_t)part->stored_size + 1);
	if (!stored)
		return fb_error_nomem();
	stored[part->stored_size] = '\0';
	err = fb_file_read(table->file, part->offset, stored, (size_t)part->stored_size);
	if (!err && XXH64(stored, (size_t)part->stored_size, 0) != part->xxh64)
		err = fb_error_create(FB_CORRUPT,
				      "checksum differs: %" PRIu64 " bytes at 0x%" PRIx64
				      " of the file",
				      part->stored_size, part->offset);
	if (!err)
		err = decode(part, stored, raw_ret);
	if (err)
		free(stored);
	return err;
}

struct fb_error *fb_fiber_part_load(const struct fb_fiber_table *table, size_t part,
				    uint64_t maximum, void **raw_ret, size_t *size_ret)
{
	struct fb_error *err;
	char name[64];

	if (part >= table->count || table->parts[part].encoding == FB_FIBER_GROUPS)
		return fb_error_create(FB_CORRUPT, "the fiber section lacks a part");
	err = load(table, &table->parts[part], maximum, raw_ret);
	if (err)
		return fb_error_prefix(err, "%s",
				       fb_fiber_part_name(&table->parts[part], name, sizeof(name)));
	*size_ret = (size_t)table->parts[part].raw_size;
	return NULL;
}

struct fb_error *fb_fiber_mark_read(struct fb_file *file, bool *found_ret,
				    uint64_t *section_offset_ret)
{
	struct fb_kdump_header header;
	struct fb_fiber_mark mark;
	uint64_t end;
	struct fb_error *err;

	*found_ret = false;
	err = fb_file_read(file, 0, &header, sizeof(header));
	if (!err && memcmp(header.signature, FB_KDUMP_SIGNATURE, sizeof(header.signature)))
		return NULL;
	end = (1 + (uint64_t)(uint32_t)header.sub_hdr_size) * FB_KDUMP_BLOCK;
	if (!err)
		err = fb_file_read(file, end - sizeof(mark), &mark, sizeof(mark));
	if (err)
		return fb_part_skip(err);
	*found_ret = !memcmp(mark.magic, FB_FIBER_MARK_MAGIC, sizeof(mark.magic)) &&
		     mark.xxh64 == XXH64(&mark, offsetof(struct fb_fiber_mark, xxh64), 0);
	if (*found_ret)
		*section_offset_ret = mark.section_offset;
	return NULL;
}
