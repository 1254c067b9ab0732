/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks up one entry of an XArray, or the first one of a range (include/linux/xarray.h). Called for the page cache and
 * the swap cache.
 */
#ifndef FB_KERNEL_XARRAY_H
#define FB_KERNEL_XARRAY_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* The entry at index. address: of a struct xarray. *entry_ret is 0 where there is none; a value entry (bit 0 set) is
 * returned as it is. FB_CORRUPT where the tree is impossible; errors of fb_space_read() where a node cannot be read. */
FB_MUST_CHECK struct fb_error *fb_xarray_load(struct fb_kernel *kernel, uint64_t address,
					      uint64_t index, uint64_t *entry_ret);

/* The first entry with an index from index to last, both inclusive. *index_ret is its index, or the first of its
 * indexes within the range where it spans several. *entry_ret is 0 where the range has none, and where the entry at
 * *index_ret is a reserved one. Errors as above; FB_CORRUPT too where a node has no entries. */
FB_MUST_CHECK struct fb_error *fb_xarray_next(struct fb_kernel *kernel, uint64_t address,
					      uint64_t index, uint64_t last, uint64_t *index_ret,
					      uint64_t *entry_ret);

#endif
