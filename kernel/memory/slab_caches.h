/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All slab caches and how much memory each has, as slabtop lists them (SLUB: mm/slab_common.c, mm/slub.c).
 */
#ifndef FB_KERNEL_SLAB_CACHES_H
#define FB_KERNEL_SLAB_CACHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/memory/slab_object.h"

struct fb_slab_usage {
	struct fb_slab_cache cache;
	char name[FB_SLAB_NAME]; /* raw bytes: escape before showing */
	/* False: the kernel does not count (it was built without CONFIG_SLUB_DEBUG), or the counters cannot be read. */
	bool counted;
	uint64_t slabs;
	uint64_t objects; /* that there is room for in the slabs, in use or free */
	uint64_t
		bytes; /* of the slabs; more than there is where memory was short and slabs became smaller */
};

struct fb_slab_usages {
	struct fb_slab_usage *caches; /* owned; the largest first */
	size_t count;
};

/* A cache that cannot be read costs itself, and a broken list what is behind it, with warnings. FB_NOT_FOUND where
 * types or symbols are missing. The caller frees them with fb_slab_usages_deinit(). */
FB_MUST_CHECK struct fb_error *fb_slab_usages_load(struct fb_kernel *kernel,
						   struct fb_slab_usages *usages_ret);
void fb_slab_usages_deinit(struct fb_slab_usages *usages);

#endif
