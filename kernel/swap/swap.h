/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that were swapped out but are still in the dump: in the swap cache, or
 * compressed in zram (drivers/block/zram, mm/zsmalloc.c). Called by bundle/process.
 */
#ifndef FB_KERNEL_SWAP_H
#define FB_KERNEL_SWAP_H

#include <stdbool.h>
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

/* What /proc/swaps tells of a swap area. */
struct fb_swap_area {
	uint64_t file;   /* address of the struct file of the device or file */
	bool on_file;    /* a file, not a device */
	uint64_t device; /* dev_t of the device, as the kernel has it; 0: a file, or unknown */
	bool used;       /* swapped to now: false for a number that was given back by swapoff */
	int32_t priority;
	uint64_t bytes, used_bytes;
	/* Of a zram device: its name, "" for another device, or where what is known of it cannot be read. */
	char algorithm[32];
	uint64_t original,
		compressed; /* bytes that are stored on it, before and after compression */
	bool stored_known;
};
/* How many numbers of areas there are, and the area of one. Errors of fb_space_read(), FB_NOT_FOUND where types are
 * missing; FB_INVALID for a number that there is none of. */
uint32_t fb_swap_count(const struct fb_swap *swap);
FB_MUST_CHECK struct fb_error *fb_swap_area(struct fb_swap *swap, uint32_t type,
					    struct fb_swap_area *area_ret);

#endif
