/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The offsets of the members of struct zram and of its table. They come from the types
 * of the module zram; kernels before 5.11 have no types of modules, so for these the
 * offsets in the source of 5.4 to 5.10 are tried, each checked against other data.
 * Called by zram.c.
 */
#ifndef FB_KERNEL_ZRAM_LAYOUT_H
#define FB_KERNEL_ZRAM_LAYOUT_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_zram_layout {
	struct fb_field table, pool, disk, disk_bytes;
	struct fb_field compressor; /* an array of char with the algorithm's name, before 6.2 */
	struct fb_field algorithms; /* pointers to names, by priority */
	struct fb_field stored,
		compressed; /* pages and bytes that are on it; without types not known */
	struct fb_field handle, flags;
	uint32_t entry_size; /* bytes of an entry of the table */
	/* Numbers of bits in flags; the lowest size_bits bits are the size. -1: this kernel has no such bit. */
	int size_bits;
	int same_bit, written_back_bit, huge_bit, priority_bit;
};

/* Finds the layout by the types of the kernel. FB_NOT_FOUND where they lack a member that is
 * needed. */
FB_MUST_CHECK struct fb_error *fb_zram_layout_resolve(const struct fb_btf *types,
						      struct fb_zram_layout *layout_ret);
/* Finds the layout without types, by the struct zram at address, whose struct gendisk is at gendisk. FB_UNSUPPORTED
 * where a check fails. */
FB_MUST_CHECK struct fb_error *fb_zram_layout_guess(struct fb_kernel *kernel, uint64_t address,
						    uint64_t gendisk,
						    struct fb_zram_layout *layout_ret);

#endif
