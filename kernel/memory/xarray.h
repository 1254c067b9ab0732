/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking up one entry of an XArray, and the first one of a range (include/linux/xarray.h).
 */
#ifndef FB_KERNEL_XARRAY_H
#define FB_KERNEL_XARRAY_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* address: of a struct xarray. *entry_ret is 0 where there is none; a value entry (bit 0 set) is
 * given as it is. FB_CORRUPT for a tree that cannot be, read errors where a node is not in the
 * dump. */
FB_MUST_CHECK struct fb_error *fb_xarray_load(struct fb_kernel *kernel, uint64_t address,
					      uint64_t index, uint64_t *entry_ret);

/* The first entry of the indexes from index to last, both inclusive, with its index; of one that spans several
 * that is the first of the range. Else *entry_ret is 0: nothing in the range, or at *index_ret one that is reserved.
 * Errors as above; FB_CORRUPT too for one that has nodes without entries. */
FB_MUST_CHECK struct fb_error *fb_xarray_next(struct fb_kernel *kernel, uint64_t address,
					      uint64_t index, uint64_t last, uint64_t *index_ret,
					      uint64_t *entry_ret);

#endif
