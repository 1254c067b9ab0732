/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory nodes and their zones, as /proc/zoneinfo and /proc/buddyinfo tell them (include/linux/mmzone.h): how much each
 * has free, in pieces of which size, and the marks below which the kernel begins to reclaim.
 */
#ifndef FB_KERNEL_ZONES_H
#define FB_KERNEL_ZONES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* Orders of free pieces: MAX_ORDER + 1 was 11 in all kernels so far. */
#define FB_MOST_ORDERS 16u

struct fb_zone {
	uint64_t address; /* of the struct zone */
	int32_t node;
	char name[16]; /* "DMA32", "Normal"...: raw bytes, escape before showing */
	/* All in pages. */
	uint64_t present, managed; /* there are; left to the page allocator */
	uint64_t free;
	uint64_t min, low, high; /* the watermarks, boost included */
	uint32_t order_count;
	uint64_t free_of_order[FB_MOST_ORDERS]; /* free pieces of 1 << order pages */
};

struct fb_zones {
	struct fb_zone *zones; /* owned; those that have memory, in the kernel's order */
	size_t count;
};

/* Memory nodes are numbered below this where CONFIG_NODES_SHIFT is set highest. */
#define FB_MOST_MEMORY_NODES 1024u
/* How many numbers of memory nodes are in use: nr_node_ids, FB_MOST_MEMORY_NODES at most. FB_NOT_FOUND without
 * CONFIG_NUMA; errors of reading. */
FB_MUST_CHECK struct fb_error *fb_memory_node_count(struct fb_kernel *kernel, uint32_t *count_ret);

/* What cannot be read of one zone costs that zone, with a warning. FB_NOT_FOUND where types or symbols are missing.
 * The caller frees them with fb_zones_deinit(). */
FB_MUST_CHECK struct fb_error *fb_zones_load(struct fb_kernel *kernel, struct fb_zones *zones_ret);
void fb_zones_deinit(struct fb_zones *zones);

#endif
