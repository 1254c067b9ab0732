// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the bitmaps and page descriptors of a bundle's dump. Called by bundle_writer.c, and by
 * kdump_data.c for each page that was written.
 */
#include "bundle/merge/kdump_tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_BYTES (64u << 10) /* of a bitmap: 2 GiB of RAM */
#define PENDING_MAX 4096u        /* descriptors */

struct fb_error *fb_kdump_tables_init(struct fb_kdump_tables *tables, struct fb_outfile *outfile,
				      struct fb_dump *dump, const struct fb_dump_head *head,
				      uint64_t capacity)
{
	struct fb_error *err;

	memset(tables, 0, sizeof(*tables));
	tables->outfile = outfile;
	tables->dump = dump;
	tables->has_existing = fb_dump_info(dump)->pages_existing > 0;
	tables->max_pfn = head->max_pfn;
	tables->bitmap_size = head->bitmap_size;
	tables->capacity = capacity;
	tables->bits = calloc(1, WINDOW_BYTES);
	tables->existing_bits = calloc(1, WINDOW_BYTES);
	tables->pending = calloc(PENDING_MAX, sizeof(*tables->pending));
	if (!tables->bits || !tables->existing_bits || !tables->pending) {
		fb_kdump_tables_deinit(tables);
		return fb_error_nomem();
	}
	err = fb_region_init(&tables->existing, FB_FIBER_REGION_EXISTING, head->size);
	if (!err)
		err = fb_region_init(&tables->dumped, FB_FIBER_REGION_DUMPED,
				     head->size + head->bitmap_size);
	if (!err)
		err = fb_region_init(&tables->descriptors, FB_FIBER_REGION_DESCRIPTORS,
				     head->size + 2 * head->bitmap_size);
	if (err)
		fb_kdump_tables_deinit(tables);
	return err;
}

void fb_kdump_tables_deinit(struct fb_kdump_tables *tables)
{
	fb_region_deinit(&tables->existing);
	fb_region_deinit(&tables->dumped);
	fb_region_deinit(&tables->descriptors);
	free(tables->bits);
	free(tables->existing_bits);
	free(tables->pending);
	memset(tables, 0, sizeof(*tables));
}

uint64_t fb_kdump_tables_end(const struct fb_kdump_tables *tables)
{
	return tables->descriptors.offset + tables->capacity * sizeof(*tables->pending);
}

/* Sets the bits [from, to). */
static void set_bits(uint8_t *bits, uint64_t from, uint64_t to)
{
	for (; from < to && from % 8; from++)
		bits[from / 8] |= (uint8_t)(1u << from % 8);
	memset(bits + from / 8, 0xff, (to - from) / 8);
	for (from += (to - from) / 8 * 8; from < to; from++)
		bits[from / 8] |= (uint8_t)(1u << from % 8);
}

/* The frames of the window that exist: by the input's own bitmap, else those that it has. */
static struct fb_error *find_existing(struct fb_kdump_tables *tables, size_t length)
{
	uint64_t first = tables->window * 8, end = first + (uint64_t)length * 8, next;

	if (tables->has_existing)
		return fb_dump_existing_bitmap(tables->dump, tables->window, tables->existing_bits,
					       length);
	for (uint64_t pfn = fb_dump_next_page(tables->dump, first); pfn < end;
	     pfn = fb_dump_next_page(tables->dump, next)) {
		next = fb_dump_run_end(tables->dump, pfn);
		set_bits(tables->existing_bits, pfn - first, (next < end ? next : end) - first);
	}
	return NULL;
}

/* Clears the bits of the window from max_pfn on: the dump that is written may end before the input. */
static void end_existing(struct fb_kdump_tables *tables, size_t length)
{
	uint64_t first = tables->window * 8;
	uint64_t bits = tables->max_pfn > first ? tables->max_pfn - first : 0;

	if (bits >= (uint64_t)length * 8)
		return;
	tables->existing_bits[bits / 8] &= (uint8_t)((1u << bits % 8) - 1);
	memset(tables->existing_bits + bits / 8 + 1, 0, length - bits / 8 - 1);
}

/* Writes the window of both bitmaps and moves to the next. A dumped page exists. */
static struct fb_error *flush_window(struct fb_kdump_tables *tables)
{
	uint64_t left = tables->bitmap_size - tables->window;
	size_t length = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
	struct fb_error *err;

	memset(tables->existing_bits, 0, length);
	err = find_existing(tables, length);
	if (err)
		return err;
	end_existing(tables, length);
	for (size_t i = 0; i < length; i++)
		tables->existing_bits[i] |= tables->bits[i];
	err = fb_region_write(&tables->existing, tables->outfile, tables->existing_bits, length);
	if (!err)
		err = fb_region_write(&tables->dumped, tables->outfile, tables->bits, length);
	memset(tables->bits, 0, length);
	tables->window += length;
	return err;
}

static struct fb_error *flush_descriptors(struct fb_kdump_tables *tables)
{
	struct fb_error *err =
		fb_region_write(&tables->descriptors, tables->outfile, tables->pending,
				tables->pending_count * sizeof(*tables->pending));

	tables->pending_count = 0;
	return err;
}

struct fb_error *fb_kdump_tables_add(struct fb_kdump_tables *tables, uint64_t pfn,
				     const struct fb_kdump_page_desc *desc)
{
	struct fb_error *err = NULL;

	if (pfn < tables->next_pfn || pfn >= tables->max_pfn || tables->count == tables->capacity)
		return fb_error_create(
			FB_CORRUPT,
			"frame 0x%" PRIx64 " is not in its place among the dump's pages", pfn);
	while (pfn / 8 >= tables->window + WINDOW_BYTES && !err)
		err = flush_window(tables);
	if (!err && tables->pending_count == PENDING_MAX)
		err = flush_descriptors(tables);
	if (err)
		return err;
	tables->bits[pfn / 8 - tables->window] |= (uint8_t)(1u << pfn % 8);
	tables->pending[tables->pending_count++] = *desc;
	tables->count++;
	tables->next_pfn = pfn + 1;
	return NULL;
}

struct fb_error *fb_kdump_tables_add_lost(struct fb_kdump_tables *tables, uint64_t pfn)
{
	static const struct fb_kdump_page_desc empty;

	tables->lost++;
	return fb_kdump_tables_add(tables, pfn, &empty);
}

struct fb_error *fb_kdump_tables_finish(struct fb_kdump_tables *tables)
{
	struct fb_error *err = flush_descriptors(tables);

	if (!err && tables->count != tables->capacity)
		err = fb_error_create(FB_CORRUPT,
				      "%" PRIu64 " pages were counted, and %" PRIu64 " written",
				      tables->capacity, tables->count);
	while (tables->window < tables->bitmap_size && !err)
		err = flush_window(tables);
	if (!err)
		err = fb_region_close(&tables->existing);
	if (!err)
		err = fb_region_close(&tables->dumped);
	return err ? err : fb_region_close(&tables->descriptors);
}
