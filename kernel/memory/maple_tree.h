/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The maple tree (include/linux/maple_tree.h, lib/maple_tree.c; 54a611b60590,
 * 6.1): a B-tree of ranges. Each node has pivots, which are inclusive ends, and slots.
 * Called by kernel/mappings.
 */
#ifndef FB_KERNEL_MAPLE_TREE_H
#define FB_KERNEL_MAPLE_TREE_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* Calls callback() for each entry in order, with its first and last index (both inclusive) and the stored pointer.
 * root_address is the address of ma_root. Where a node cannot be read, all below it is missing, and broken() is
 * called, which takes over the error. An error that either function returns ends the walk and is returned. */
FB_MUST_CHECK struct fb_error *fb_maple_for_each(
	struct fb_kernel *kernel, uint64_t root_address,
	struct fb_error *(*callback)(void *context, uint64_t first, uint64_t last, uint64_t entry),
	struct fb_error *(*broken)(void *context, struct fb_error *err), void *context);

#endif
