/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swap cache as kernels have it since 6.18 (8578e0c00dcf): each swap area is divided into clusters of slots, and
 * each cluster that is in use has a table with a word for each of its slots (mm/swap_table.h). Called by swap.c.
 */
#ifndef FB_KERNEL_SWAP_TABLE_H
#define FB_KERNEL_SWAP_TABLE_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* info is the address of the area's swap_info_struct, offset a slot. *pfn_ret is the frame of the page that the cache
 * has of that slot, held against what that page says of itself; UINT64_MAX where it has none. Errors of
 * fb_space_read(); FB_NOT_FOUND where this kernel has no such tables. */
FB_MUST_CHECK struct fb_error *fb_swap_table_frame(struct fb_kernel *kernel, uint64_t info,
						   uint64_t offset, uint64_t *pfn_ret);

#endif
