/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the filter that wrote a dump left out pages that the kernel itself used. A filter that does not know how this
 * kernel marks its pages does: makedumpfile 1.7.2 takes slabs of 6.12 for something else, 1.7.8 leaves out one page of
 * each slab of 7.2. Asked by bundle/input where walks ended at such pages.
 */
#ifndef FB_KERNEL_FILTER_LOSS_H
#define FB_KERNEL_FILTER_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* Page frames of those that were looked at. Where memory is larger than FB_FILTER_LOSS_FRAMES, parts of it in even
 * distances are. */
struct fb_filter_loss {
	uint64_t kernel; /* that the kernel used itself: slabs, stacks, page tables and the like */
	uint64_t lost;   /* of these, that the filter left out */
	uint64_t lost_slab;   /* of the lost, that belonged to slabs */
	uint64_t lost_second; /* of the lost, the second pages of slabs of several pages */
	bool all;             /* all frames were looked at */
};

/* 4 GiB: their struct pages are read in less than a second. */
#define FB_FILTER_LOSS_FRAMES (1u << 20)

/* Counts nothing where the kernel's types do not describe its pages, or the dump's format does not tell which pages
 * existed. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_filter_loss_find(struct fb_kernel *kernel,
						   struct fb_filter_loss *loss_ret);

/* Whether that many pages are lost that a filter which knows the kernel cannot have written the dump. */
bool fb_filter_loss_is_pattern(const struct fb_filter_loss *loss);

#endif
