// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Appends parts to the fiber section, each with its checksum. Called by the sources that make the
 * parts: fiber_writer.c, core_writer.c and page_store.c.
 */
#include "bundle/merge/fiber_section.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/limits.h"

#define ZSTD_LEVEL 3

void fb_section_init(struct fb_section *section, struct fb_outfile *outfile, uint64_t start)
{
	memset(section, 0, sizeof(*section));
	section->outfile = outfile;
	section->start = section->end = start;
}

void fb_section_deinit(struct fb_section *section)
{
	free(section->parts);
}

static struct fb_error *add_part(struct fb_section *section, const struct fb_fiber_part *part)
{
	struct fb_error *err = fb_grow_array(&section->parts, &section->room, section->count,
					     sizeof(*section->parts), FB_MAX_FIBER_PARTS,
					     "parts of the fiber section");

	if (!err)
		section->parts[section->count++] = *part;
	return err;
}

struct fb_error *fb_section_bytes(struct fb_section *section, const void *bytes, size_t size)
{
	struct fb_error *err = fb_outfile_write_at(section->outfile, section->end, bytes, size);

	if (!err)
		section->end += size;
	return err;
}

struct fb_error *fb_section_part(struct fb_section *section, uint32_t type, uint32_t core,
				 const void *raw, size_t size, struct fb_scratch *scratch)
{
	struct fb_fiber_part part = {
		.type = type, .core = core, .offset = section->end, .raw_size = size};
	const void *stored = raw;
	size_t stored_size = size;
	struct fb_error *err;
	void *packed = NULL;

	if (scratch && size) {
		size_t packed_size;

		packed = malloc(ZSTD_compressBound(size));
		if (!packed)
			return fb_error_nomem();
		packed_size = ZSTD_compressCCtx(scratch->zstd, packed, ZSTD_compressBound(size),
						raw, size, ZSTD_LEVEL);
		if (!ZSTD_isError(packed_size) && packed_size < size) {
			part.encoding = FB_FIBER_ZSTD;
			stored = packed;
			stored_size = packed_size;
		}
	}
	part.stored_size = stored_size;
	part.xxh64 = XXH64(stored, stored_size, 0);
	err = fb_section_bytes(section, stored, stored_size);
	free(packed);
	return err ? err : add_part(section, &part);
}

struct fb_error *fb_section_groups(struct fb_section *section, uint32_t core, uint64_t start,
				   uint64_t raw_size)
{
	struct fb_fiber_part part = {.type = FB_FIBER_STORE,
				     .core = core,
				     .offset = start,
				     .stored_size = section->end - start,
				     .raw_size = raw_size,
				     .encoding = FB_FIBER_GROUPS};

	return add_part(section, &part);
}

struct fb_error *fb_section_finish(struct fb_section *section)
{
	size_t table_size = section->count * sizeof(*section->parts);
	struct fb_fiber_trailer trailer = {
		.magic = FB_FIBER_MAGIC,
		.version = FB_FIBER_VERSION,
		.part_count = (uint32_t)section->count,
		.section_offset = section->start,
		.section_size = section->end + table_size + sizeof(trailer) - section->start,
		.table_offset = section->end,
		.table_xxh64 = XXH64(section->parts, table_size, 0),
	};
	struct fb_error *err = fb_section_bytes(section, section->parts, table_size);

	trailer.xxh64 = XXH64(&trailer, offsetof(struct fb_fiber_trailer, xxh64), 0);
	return err ? err : fb_section_bytes(section, &trailer, sizeof(trailer));
}
