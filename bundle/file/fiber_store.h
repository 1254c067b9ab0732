/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the page store of a fiber section: pages of cores that have no frame in the dump.
 * Goes through a small cache of unpacked groups. Safe from many threads. Called by
 * fiber_file.c and verify.c.
 */
#ifndef FB_BUNDLE_FIBER_STORE_H
#define FB_BUNDLE_FIBER_STORE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/file/fiber_table.h"

/* Groups kept unpacked: 64 KiB each. */
#define FB_STORE_CACHE 64u

struct fb_fiber_store {
	struct fb_file *file;          /* borrowed */
	struct fb_fiber_group *groups; /* owned; checked to lie in the section */
	size_t count;
	pthread_mutex_t lock; /* guards the cache */
	struct {
		size_t group;
		uint8_t *bytes; /* owned; NULL: empty */
	} cache[FB_STORE_CACHE];
};

/* Loads and checks the index of groups. table is used only during the call. FB_CORRUPT, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_fiber_store_init(struct fb_fiber_store *store,
						   const struct fb_fiber_table *table);
void fb_fiber_store_deinit(struct fb_fiber_store *store);

/* Whether all of the count (> 0) slots from first on have a page. */
bool fb_fiber_store_has(const struct fb_fiber_store *store, uint64_t first, uint64_t count);
/* Reads length bytes from offset on of the page in a slot; offset + length must be at most FB_PAGE_SIZE. */
FB_MUST_CHECK struct fb_error *fb_fiber_store_read(struct fb_fiber_store *store, uint64_t slot,
						   size_t offset, void *to, size_t length);

#endif
