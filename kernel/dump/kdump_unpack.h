/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompression of one page, each page by its own method. A decompressor holds
 * scratch memory; a pool lends one to each thread that asks.
 */
#ifndef FB_KERNEL_KDUMP_UNPACK_H
#define FB_KERNEL_KDUMP_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_kdump_unpackers;

FB_MUST_CHECK struct fb_error *fb_kdump_unpackers_create(struct fb_kdump_unpackers **pool_ret);
/* Takes NULL. */
void fb_kdump_unpackers_destroy(struct fb_kdump_unpackers *pool);

/* Makes FB_PAGE_SIZE bytes of the size bytes of data. flags: FB_KDUMP_PAGE_* of the descriptor, one
 * or none. FB_CORRUPT where that does not give exactly a page; page is then undefined. */
FB_MUST_CHECK struct fb_error *fb_kdump_unpack(struct fb_kdump_unpackers *pool, uint32_t flags,
					       const void *data, size_t size, void *page);

#endif
