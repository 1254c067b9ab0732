/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of stored pages by their hash, of up to FB_MAX_DEDUPE_PAGES pages, by which
 * equal pages are stored once. Two pages with the same hash may differ: the caller has to
 * compare their bytes. Called by page_store.c.
 */
#ifndef FB_BUNDLE_DEDUPE_H
#define FB_BUNDLE_DEDUPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_dedupe_entry {
	uint64_t hash;
	uint64_t file_offset : 44; /* where the bytes are in the core's file */
	uint64_t core : 20;
	uint64_t slot_plus_1; /* 0: empty */
};

struct fb_dedupe {
	struct fb_dedupe_entry *entries; /* owned; open addressing */
	size_t room;                     /* a power of two, or 0 */
	size_t count;
};

void fb_dedupe_init(struct fb_dedupe *dedupe);
void fb_dedupe_deinit(struct fb_dedupe *dedupe);
/* The entry with this hash, or NULL. Valid until the next fb_dedupe_add(). */
const struct fb_dedupe_entry *fb_dedupe_find(const struct fb_dedupe *dedupe, uint64_t hash);
/* Adds a hash that is not in the table yet. It is not added where the table is full, or all entries in which it could
 * be are taken. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_dedupe_add(struct fb_dedupe *dedupe, uint64_t hash, uint32_t core,
					     uint64_t file_offset, uint64_t slot);

#endif
