/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cache of FB_PAGE_CACHE_PAGES decompressed pages, by page frame number. Safe from
 * many threads: it is divided into sets with a lock each. Called by dump.c.
 */
#ifndef FB_KERNEL_PAGE_CACHE_H
#define FB_KERNEL_PAGE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_page_cache;

FB_MUST_CHECK struct fb_error *fb_page_cache_create(struct fb_page_cache **cache_ret);
/* cache may be NULL. */
void fb_page_cache_destroy(struct fb_page_cache *cache);

/* Copies length bytes from offset on of the page (offset + length <= FB_PAGE_SIZE). False where the page is not
 * in the cache. */
bool fb_page_cache_read(struct fb_page_cache *cache, uint64_t pfn, size_t offset, void *to,
			size_t length);
/* Adds a copy of page (FB_PAGE_SIZE bytes), in place of one that was not read for a long time. */
void fb_page_cache_insert(struct fb_page_cache *cache, uint64_t pfn, const void *page);

#endif
