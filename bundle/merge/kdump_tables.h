/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes both bitmaps and the page descriptors of the dump. Pages are added in order of
 * their frames; only a window of each table is in memory. Called by kdump_data.c.
 */
#ifndef FB_BUNDLE_KDUMP_TABLES_H
#define FB_BUNDLE_KDUMP_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "bundle/merge/dump_head.h"
#include "bundle/merge/region_sums.h"
#include "kernel/dump/dump.h"
#include "kernel/dump/kdump_format.h"

struct fb_kdump_tables {
	struct fb_outfile *outfile;
	struct fb_dump *dump; /* the input, from which bitmap 1 is copied */
	bool has_existing;
	uint64_t max_pfn;
	uint64_t bitmap_size; /* bytes of each */
	struct fb_region_sums existing, dumped, descriptors;
	uint64_t window;        /* byte of the bitmap at which the window begins */
	uint8_t *bits;          /* owned; of bitmap 2 */
	uint8_t *existing_bits; /* owned */
	uint64_t next_pfn;
	uint64_t capacity;                  /* how many descriptors the file has room for */
	uint64_t count;                     /* how many were added */
	uint64_t lost;                      /* how many of those are pages without data */
	struct fb_kdump_page_desc *pending; /* owned */
	size_t pending_count;
};

/* The tables follow the head in the file. capacity: how many descriptors will be added. outfile and dump are
 * borrowed. */
FB_MUST_CHECK struct fb_error *
fb_kdump_tables_init(struct fb_kdump_tables *tables, struct fb_outfile *outfile,
		     struct fb_dump *dump, const struct fb_dump_head *head, uint64_t capacity);
void fb_kdump_tables_deinit(struct fb_kdump_tables *tables);
/* The offset at which the page data begin, behind the room for descriptors. */
uint64_t fb_kdump_tables_end(const struct fb_kdump_tables *tables);
/* Adds a page; pfn must be greater than all before. */
FB_MUST_CHECK struct fb_error *fb_kdump_tables_add(struct fb_kdump_tables *tables, uint64_t pfn,
						   const struct fb_kdump_page_desc *desc);
/* The same for a page that is lost: its descriptor is empty, like those that makedumpfile leaves for pages that it
 * could not write. */
FB_MUST_CHECK struct fb_error *fb_kdump_tables_add_lost(struct fb_kdump_tables *tables,
							uint64_t pfn);
/* To be called after the last page: writes what is in memory. FB_CORRUPT where fewer than capacity were added. */
FB_MUST_CHECK struct fb_error *fb_kdump_tables_finish(struct fb_kdump_tables *tables);

#endif
