/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks up one entry of an XArray, or the first one of a range, or walks all (include/linux/xarray.h). Called for the
 * page cache and the swap cache, and by the command tree.
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

/* Calls callback() for each entry in order, with its first and last index, both inclusive; value entries (bit 0 set)
 * are given as they are. Where a node cannot be read, is impossible, or was visited already, all below it is missing,
 * and broken() is called, which takes over the error. An error that either function returns ends the walk and is
 * returned. FB_LIMIT after FB_MAX_LIST_OBJECTS nodes. */
FB_MUST_CHECK struct fb_error *fb_xarray_for_each(
	struct fb_kernel *kernel, uint64_t address,
	struct fb_error *(*callback)(void *context, uint64_t first, uint64_t last, uint64_t entry),
	struct fb_error *(*broken)(void *context, struct fb_error *err), void *context);

#endif
