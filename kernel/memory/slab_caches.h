/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All slab caches and how much memory each has, as slabtop lists them (SLUB: mm/slab_common.c, mm/slub.c). Called by
 * the commands mem and slab.
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
	/* How many caches use this one in place of one of their own, because their objects are of the same size and
	 * kind: 0 where there is none, and where it cannot be read. Their names are not in the kernel. */
	uint32_t merged;
	/* False: the following counters are missing, because the kernel was built without CONFIG_SLUB_DEBUG or they
	 * cannot be read. */
	bool counted;
	bool active_known; /* set by fb_slab_usages_count_active() */
	/* objects in use as /proc/slabinfo counts them: those that CPUs keep are in use */
	uint64_t active;
	uint64_t slabs;
	uint64_t objects; /* for which the slabs have room, in use or free */
	/* slabs times the normal size of one; slabs are smaller where memory was short */
	uint64_t bytes;
};

struct fb_slab_usages {
	struct fb_slab_usage *caches; /* owned; the largest first */
	size_t count;
};

/* A cache that cannot be read is missing, and so are those behind a broken link of the list, with warnings.
 * FB_NOT_FOUND where types or symbols are missing. The caller frees the result with fb_slab_usages_deinit(). */
FB_MUST_CHECK struct fb_error *fb_slab_usages_load(struct fb_kernel *kernel,
						   struct fb_slab_usages *usages_ret);
/* Counts the objects in use of all caches that are counted, by the lists of slabs with free objects. A cache whose list
 * is broken stays unknown, with a warning. Fatal errors only. */
FB_MUST_CHECK struct fb_error *fb_slab_usages_count_active(struct fb_kernel *kernel,
							   struct fb_slab_usages *usages);
void fb_slab_usages_deinit(struct fb_slab_usages *usages);

#endif
