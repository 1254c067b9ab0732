/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads pages in a zram device: finds the slot in the device's table, reads the zsmalloc
 * object of the slot's handle, and decompresses it (drivers/block/zram/zram_drv.c,
 * mm/zsmalloc.c). Called by swap.c.
 */
#ifndef FB_KERNEL_ZRAM_H
#define FB_KERNEL_ZRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module_types.h"

struct fb_zram;

/* bdev: the address of the struct block_device of the swap area. kernel is borrowed, and types too: both must outlive
 * the result. FB_NOT_FOUND: it is no zram device. Other errors: it is one, but cannot be read. */
FB_MUST_CHECK struct fb_error *fb_zram_open(struct fb_kernel *kernel, struct fb_module_types *types,
					    uint64_t bdev, struct fb_zram **zram_ret);
void fb_zram_destroy(struct fb_zram *zram);

/* The name of its algorithm (the first, where it has several), in `to` of size bytes, and how many bytes are stored on
 * it, before and after compression; *known_ret is false where the latter are not known, without the module's types. */
FB_MUST_CHECK struct fb_error *fb_zram_stored(struct fb_zram *zram, char *to, size_t size,
					      uint64_t *original_ret, uint64_t *compressed_ret,
					      bool *known_ret);

/* Page `index` of the device, FB_PAGE_SIZE bytes. FB_ABSENT: an empty slot, one written back to a
 * disk, or bytes that are not in the dump; FB_CORRUPT, FB_UNSUPPORTED as fb_swap_read(). Safe from
 * many threads. */
FB_MUST_CHECK struct fb_error *fb_zram_read(struct fb_zram *zram, uint64_t index, void *page);

#endif
