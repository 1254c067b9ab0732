/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the page store of a fiber section: the pages of cores that have no frame in the
 * dump, compressed in groups. Equal pages are stored once, as far as the table of hashes
 * (dedupe.h) has room. Called by core_writer.c.
 */
#ifndef FB_BUNDLE_PAGE_STORE_H
#define FB_BUNDLE_PAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "bundle/file/fiber_format.h"
#include "bundle/match/place.h"
#include "bundle/merge/dedupe.h"
#include "bundle/merge/fiber_section.h"
#include "bundle/merge/scratch.h"

/* The most pages that one call takes. */
#define FB_STORE_BATCH 1024u

/* A page of a core's file that is to be stored. */
struct fb_loose_page {
	uint64_t file_offset; /* in the core's file, in bytes */
	uint32_t length;      /* 1 to FB_PAGE_SIZE bytes; a shorter piece is filled up with zeros */
	bool zero;      /* set by fb_page_store_put(): it consists of zeros and is not stored */
	uint64_t slot;  /* set by fb_page_store_put() where zero is not set */
	uint64_t xxh64; /* used by fb_page_store_put() only */
};

struct fb_page_store {
	struct fb_section *section;
	const struct fb_place_core *cores;
	struct fb_pool *pool;
	struct fb_scratches *scratches;
	struct fb_dedupe dedupe;
	struct fb_fiber_group *groups; /* owned */
	size_t group_count, group_room;
	uint8_t *bytes;                   /* owned; the pages of a call, later compressed groups */
	struct store_group *batch_groups; /* owned */
};

/* All parameters are borrowed; pool may be NULL. */
FB_MUST_CHECK struct fb_error *fb_page_store_init(struct fb_page_store *store,
						  struct fb_section *section,
						  const struct fb_place_core *cores,
						  struct fb_pool *pool,
						  struct fb_scratches *scratches);
void fb_page_store_deinit(struct fb_page_store *store);

/* Stores count pages, at most FB_STORE_BATCH, of the core with index core: new ones are written to the section.
 * *stored_ret is how many were written. */
FB_MUST_CHECK struct fb_error *fb_page_store_put(struct fb_page_store *store, uint32_t core,
						 struct fb_loose_page *pages, size_t count,
						 size_t *stored_ret);
/* Writes the index of all groups as a part of the section. */
FB_MUST_CHECK struct fb_error *fb_page_store_index(struct fb_page_store *store);

#endif
