/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the pages of cores that stand at no frame: each different one once,
 * as far as their hashes are remembered, compressed in groups.
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

/* Pages taken together. */
#define FB_STORE_BATCH 1024u

/* A piece of a core's file to be kept. */
struct fb_loose_page {
	uint64_t file_offset;
	uint32_t length; /* 1 to FB_PAGE_SIZE bytes: a piece that is cut is filled up with zeros */
	bool zero;       /* set by fb_page_store_put(): nothing but zeros, not stored */
	uint64_t slot;   /* set by it, where not zero */
	uint64_t xxh64;  /* its own */
};

struct fb_page_store {
	struct fb_section *section;
	const struct fb_place_core *cores;
	struct fb_pool *pool;
	struct fb_scratches *scratches;
	struct fb_dedupe dedupe;
	struct fb_fiber_group *groups; /* owned */
	size_t group_count, group_room;
	uint8_t *bytes;                   /* owned; the batch, later what its groups became */
	struct store_group *batch_groups; /* owned */
};

/* All borrowed; pool may be NULL. */
FB_MUST_CHECK struct fb_error *fb_page_store_init(struct fb_page_store *store,
						  struct fb_section *section,
						  const struct fb_place_core *cores,
						  struct fb_pool *pool,
						  struct fb_scratches *scratches);
void fb_page_store_deinit(struct fb_page_store *store);

/* Up to FB_STORE_BATCH pages of one core; what is new is written to the section. *stored_ret:
 * pages written. */
FB_MUST_CHECK struct fb_error *fb_page_store_put(struct fb_page_store *store, uint32_t core,
						 struct fb_loose_page *pages, size_t count,
						 size_t *stored_ret);
/* The index of all groups, as a part. */
FB_MUST_CHECK struct fb_error *fb_page_store_index(struct fb_page_store *store);

#endif
