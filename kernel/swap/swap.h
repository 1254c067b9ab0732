/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that were swapped out but are still in the dump: in the swap cache, or
 * compressed in zram (drivers/block/zram, mm/zsmalloc.c). Called by bundle/process.
 */
#ifndef FB_KERNEL_SWAP_H
#define FB_KERNEL_SWAP_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_swap;

/* Finds the swap areas and their zram devices. kernel is borrowed and must outlive the result. Where there is no swap
 * area it succeeds, and every read is FB_ABSENT. */
FB_MUST_CHECK struct fb_error *fb_swap_create(struct fb_kernel *kernel, struct fb_swap **swap_ret);
void fb_swap_destroy(struct fb_swap *swap);

/* Reads the page in a slot (type and offset of a swap entry), FB_PAGE_SIZE bytes. *detail_ret (static) tells where it
 * was: "swap cache", "zram". FB_ABSENT: on a disk, or its bytes are not in the dump;
 * FB_CORRUPT: it does not decompress to a page, or a table on the way is damaged; FB_UNSUPPORTED:
 * a compression this program does not have. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_swap_read(struct fb_swap *swap, uint32_t type, uint64_t offset,
					    void *page, const char **detail_ret);

#endif
