/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompresses single pages; each page may be compressed by another method. A
 * decompressor needs working memory, so there is a pool of them, from which each thread
 * borrows one. Safe from many threads. Called by kdump.c.
 */
#ifndef FB_KERNEL_KDUMP_UNPACK_H
#define FB_KERNEL_KDUMP_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_kdump_unpackers;

FB_MUST_CHECK struct fb_error *fb_kdump_unpackers_create(struct fb_kdump_unpackers **pool_ret);
/* pool may be NULL. */
void fb_kdump_unpackers_destroy(struct fb_kdump_unpackers *pool);

/* Decompresses size bytes of data to the FB_PAGE_SIZE bytes of page. flags: of the page's descriptor, one of
 * FB_KDUMP_PAGE_* or 0. FB_CORRUPT where the result is not exactly one page; the contents of page are then
 * undefined. */
FB_MUST_CHECK struct fb_error *fb_kdump_unpack(struct fb_kdump_unpackers *pool, uint32_t flags,
					       const void *data, size_t size, void *page);

#endif
