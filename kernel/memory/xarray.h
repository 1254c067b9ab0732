/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking up one entry of an XArray (include/linux/xarray.h).
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

#endif
