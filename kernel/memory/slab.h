/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of a slab cache (SLUB, mm/slub.c): its objects by the struct
 * pages of the frames that are in the dump, for when the links that lead to
 * them are not. Freed objects come too: telling them apart is the caller's.
 */
#ifndef FB_KERNEL_SLAB_H
#define FB_KERNEL_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* One struct kmem_cache. */
struct fb_slab_cache {
	uint64_t address;
	uint32_t size;        /* bytes from one object to the next */
	uint32_t object_size; /* bytes */
	uint32_t left_pad;    /* bytes before an object (red zones); else 0 */
	uint32_t per_slab;    /* objects */
	uint32_t order;       /* a slab has 1 << order pages, fewer where memory was short */
	uint32_t free_offset; /* of a free object's link to the next one */
	uint64_t random;      /* what such links are mixed with; 0: with nothing */
};

/* address: of the struct kmem_cache. FB_CORRUPT where its numbers cannot be. */
FB_MUST_CHECK struct fb_error *fb_slab_cache_read(struct fb_kernel *kernel, uint64_t address,
						  struct fb_slab_cache *cache_ret);

/* Whether the object is in use for certain: the word that would be a free one's link leads to no other
 * object of its slab, and does not end the list of free ones. Read errors. */
FB_MUST_CHECK struct fb_error *fb_slab_object_in_use(struct fb_kernel *kernel,
						     const struct fb_slab_cache *cache,
						     uint64_t object, bool *in_use_ret);

struct fb_slab_scan {
	const struct fb_slab_cache *caches;
	size_t cache_count;
	/* An object's place (kernel virtual), whether all its pages are in the dump or not. */
	struct fb_error *(*object)(void *context, const struct fb_slab_cache *cache,
				   uint64_t object);
	/* A frame in the dump whose struct page is not: anything may be in it. NULL: skipped. With any_cache
	 * also each frame that may be a slab's of another cache than those above: where one that is looked
	 * for is lost, nothing else tells its slabs. */
	struct fb_error *(*unknown)(void *context, uint64_t pfn);
	bool any_cache;
	void *context;
};

/* All frames of the dump, once, in order. Ends at the first error of a callback, which it
 * returns. FB_NOT_FOUND where types or the direct map are unknown. */
FB_MUST_CHECK struct fb_error *fb_slab_scan(struct fb_kernel *kernel,
					    const struct fb_slab_scan *scan);

#endif
