/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the objects of a slab cache (SLUB, mm/slub.c) by the struct pages of all frames
 * in the dump, for when the lists that lead to the objects are broken. Freed objects
 * are found too: the caller has to tell them apart. Called by kernel/tasks and
 * kernel/mappings.
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
	uint64_t address;     /* kernel virtual */
	uint32_t size;        /* bytes from one object to the next */
	uint32_t object_size; /* bytes */
	uint32_t left_pad;    /* bytes before an object (red zones); else 0 */
	uint32_t per_slab;    /* objects */
	uint32_t order;       /* a slab has 1 << order pages, fewer where memory was short */
	/* offset in a free object of its link to the next free one, in bytes */
	uint32_t free_offset;
	uint64_t random; /* number that obfuscates these links; 0: they are not obfuscated */
};

/* address: of the struct kmem_cache. FB_CORRUPT where its numbers are impossible. */
FB_MUST_CHECK struct fb_error *fb_slab_cache_read(struct fb_kernel *kernel, uint64_t address,
						  struct fb_slab_cache *cache_ret);

/* The addresses of the cache's struct kmem_cache_node of one memory node, and of its struct node_barn, which kernels
 * have since 6.18; 0 where there is none. cache: of the struct kmem_cache. node is below fb_memory_node_count().
 * FB_NOT_FOUND where the types have neither form, errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_slab_cache_node(struct fb_kernel *kernel, uint64_t cache,
						  uint32_t node, uint64_t *node_ret,
						  uint64_t *barn_ret);

/* Whether the object at this address is certainly in use: the word at free_offset is neither a link to another object
 * of the slab nor the end of the list of free objects. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_slab_object_in_use(struct fb_kernel *kernel,
						     const struct fb_slab_cache *cache,
						     uint64_t object, bool *in_use_ret);

struct fb_slab_scan {
	const struct fb_slab_cache *caches;
	size_t cache_count;
	/* Called with the address of each object (kernel virtual), whether all its pages are in the dump or
	 * not. */
	struct fb_error *(*object)(void *context, const struct fb_slab_cache *cache,
				   uint64_t object);
	/* Called for each frame in the dump whose struct page is not in the dump, so that it may belong to any
	 * slab. Where any_cache is set, also called for each frame of a slab of another cache than those above,
	 * because the struct kmem_cache of the wanted cache may be lost. NULL: not called. */
	struct fb_error *(*unknown)(void *context, uint64_t pfn);
	bool any_cache;
	void *context;
};

/* Scans all frames of the dump once, in order. Ends at the first error of a callback, and returns it. FB_NOT_FOUND
 * where types or the direct map are unknown. */
FB_MUST_CHECK struct fb_error *fb_slab_scan(struct fb_kernel *kernel,
					    const struct fb_slab_scan *scan);

#endif
