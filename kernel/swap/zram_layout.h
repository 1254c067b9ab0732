/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the members of struct zram and of its table stand: by the types of module
 * zram, or before there were such (5.11) by the source of 5.4 to 5.10, each place
 * checked against what is known otherwise.
 */
#ifndef FB_KERNEL_ZRAM_LAYOUT_H
#define FB_KERNEL_ZRAM_LAYOUT_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_zram_layout {
	struct fb_field table, pool, disk, disk_bytes;
	struct fb_field compressor; /* text; its name itself, before 6.2 */
	struct fb_field algorithms; /* pointers to names, by priority */
	struct fb_field handle, flags;
	uint32_t entry_size;
	/* Bits of flags: the size stands below size_bits. -1: this kernel has no such. */
	int size_bits;
	int same_bit, written_back_bit, huge_bit, priority_bit;
};

/* Finds the layout by the types of the kernel. FB_NOT_FOUND where they lack a member that is
 * needed. */
FB_MUST_CHECK struct fb_error *fb_zram_layout_resolve(const struct fb_btf *types,
						      struct fb_zram_layout *layout_ret);
/* Without types, of the struct zram at address, whose struct gendisk is known. FB_UNSUPPORTED
 * where a check fails. */
FB_MUST_CHECK struct fb_error *fb_zram_layout_guess(struct fb_kernel *kernel, uint64_t address,
						    uint64_t gendisk,
						    struct fb_zram_layout *layout_ret);

#endif
