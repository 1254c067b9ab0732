// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Computes the checksums of the dump in a bundle, one for each MiB, while it is written. Called by
 * bundle_writer.c, kdump_data.c and kdump_tables.c.
 */
#include "bundle/merge/region_sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

struct fb_error *fb_region_init(struct fb_region_sums *region, uint32_t kind, uint64_t offset)
{
	memset(region, 0, sizeof(*region));
	region->kind = kind;
	region->offset = offset;
	region->chunk = XXH64_createState();
	if (!region->chunk)
		return fb_error_nomem();
	(void)XXH64_reset(region->chunk, 0);
	return NULL;
}

struct fb_error *fb_region_init_sized(struct fb_region_sums *region, uint32_t kind, uint64_t offset,
				      uint64_t length)
{
	uint64_t chunks = length / FB_FIBER_CHUNK + (length % FB_FIBER_CHUNK != 0);
	struct fb_error *err;

	memset(region, 0, sizeof(*region));
	err = fb_alloc_array(chunks, sizeof(*region->sums), FB_MAX_SUM_CHUNKS,
			     "checksums of the dump", &region->sums);
	if (err)
		return err;
	region->kind = kind;
	region->offset = offset;
	region->length = length;
	region->count = (size_t)chunks;
	return NULL;
}

void fb_region_deinit(struct fb_region_sums *region)
{
	free(region->sums);
	(void)XXH64_freeState(region->chunk);
	memset(region, 0, sizeof(*region));
}

static struct fb_error *end_chunk(struct fb_region_sums *region)
{
	struct fb_error *err =
		fb_grow_array(&region->sums, &region->room, region->count, sizeof(*region->sums),
			      FB_MAX_SUM_CHUNKS, "checksums of the dump");

	if (err)
		return err;
	region->sums[region->count++] = XXH64_digest(region->chunk);
	(void)XXH64_reset(region->chunk, 0);
	return NULL;
}

struct fb_error *fb_region_write(struct fb_region_sums *region, struct fb_outfile *outfile,
				 const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	struct fb_error *err;

	err = fb_outfile_write_at(outfile, region->offset + region->length, bytes, length);
	while (length && !err) {
		size_t room = FB_FIBER_CHUNK - region->length % FB_FIBER_CHUNK;
		size_t part = length < room ? length : room;

		(void)XXH64_update(region->chunk, next, part);
		region->length += part;
		next += part;
		length -= part;
		if (part == room)
			err = end_chunk(region);
	}
	return err;
}

struct fb_error *fb_region_close(struct fb_region_sums *region)
{
	return region->length % FB_FIBER_CHUNK ? end_chunk(region) : NULL;
}

void fb_region_set(struct fb_region_sums *region, size_t chunk, const void *bytes, size_t length)
{
	region->sums[chunk] = XXH64(bytes, length, 0);
}
