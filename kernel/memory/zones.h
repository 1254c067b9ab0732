/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory nodes and their zones, as in /proc/zoneinfo and /proc/buddyinfo (include/linux/mmzone.h): how much memory each
 * zone has free, in blocks of which sizes, and its watermarks. Called by the command mem.
 */
#ifndef FB_KERNEL_ZONES_H
#define FB_KERNEL_ZONES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* More than there are orders of free blocks: the kernel has 11 (MAX_ORDER + 1) so far. */
#define FB_MOST_ORDERS 16u

struct fb_zone {
	uint64_t address; /* of the struct zone */
	int32_t node;
	char name[16]; /* "DMA32", "Normal"...: raw bytes, escape before showing */
	/* All in pages. */
	uint64_t present, managed; /* that exist; that the page allocator has */
	uint64_t free;
	uint64_t min, low, high; /* the watermarks, boost included */
	uint32_t order_count;
	uint64_t free_of_order[FB_MOST_ORDERS]; /* how many free blocks of 1 << order pages */
};

struct fb_zones {
	struct fb_zone *zones; /* owned; those that have memory, in the kernel's order */
	size_t count;
};

/* Memory nodes have numbers below this: the largest CONFIG_NODES_SHIFT is 10. */
#define FB_MOST_MEMORY_NODES 1024u
/* nr_node_ids: all memory nodes have numbers below it; at most FB_MOST_MEMORY_NODES. FB_NOT_FOUND without CONFIG_NUMA;
 * errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_memory_node_count(struct fb_kernel *kernel, uint32_t *count_ret);

/* A zone that cannot be read is missing, with a warning. FB_NOT_FOUND where types or symbols are missing. The caller
 * frees the result with fb_zones_deinit(). */
FB_MUST_CHECK struct fb_error *fb_zones_load(struct fb_kernel *kernel, struct fb_zones *zones_ret);
void fb_zones_deinit(struct fb_zones *zones);

#endif
