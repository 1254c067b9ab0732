/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cache of decompressed pages, FB_PAGE_CACHE_PAGES of them, by page frame
 * number. Safe for concurrent use: it falls into sets with a lock each.
 */
#ifndef FB_KERNEL_PAGE_CACHE_H
#define FB_KERNEL_PAGE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_page_cache;

FB_MUST_CHECK struct fb_error *fb_page_cache_create(struct fb_page_cache **cache_ret);
/* Takes NULL. */
void fb_page_cache_destroy(struct fb_page_cache *cache);

/* Copies length bytes at offset of the page (offset + length <= FB_PAGE_SIZE). False where the
 * cache does not hold it. */
bool fb_page_cache_read(struct fb_page_cache *cache, uint64_t pfn, size_t offset, void *to,
			size_t length);
/* Keeps a copy of page, in place of one that was not read for long. */
void fb_page_cache_insert(struct fb_page_cache *cache, uint64_t pfn, const void *page);

#endif
