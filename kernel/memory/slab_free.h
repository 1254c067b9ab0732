/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One slab of a cache (SLUB, mm/slub.c), and which of its objects are in use: an object is free where the list of free
 * objects of its slab, that of a CPU, or an array of free objects that a CPU or node keeps for the cache has it. Called
 * by the command slab.
 */
#ifndef FB_KERNEL_SLAB_FREE_H
#define FB_KERNEL_SLAB_FREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "kernel/image/kernel.h"
#include "kernel/memory/slab.h"

/* Most objects of one slab: the kernel counts them in 15 bits. */
#define FB_MOST_SLAB_OBJECTS 32767u

struct fb_slab {
	uint64_t frame;   /* kernel virtual: of its struct page, which is the struct slab too */
	uint64_t pfn;     /* of its first frame */
	uint64_t start;   /* kernel virtual: of its first byte */
	uint64_t cache;   /* of its struct kmem_cache */
	uint32_t objects; /* for which it has room */
	/* As the kernel counts: objects on the list of a CPU and in the arrays of CPUs and nodes are in use for it. */
	uint32_t in_use;
};

enum fb_object_state {
	FB_OBJECT_IN_USE,
	FB_OBJECT_FREE,
	FB_OBJECT_KEPT, /* free, and kept for the next user by a CPU or memory node */
	FB_OBJECT_UNKNOWN,
};

/* "in use", "free", "free, kept by a CPU or node", "unknown". Static. */
const char *fb_object_state_name(enum fb_object_state state);

/* What CPUs and memory nodes keep of a cache. */
struct fb_slab_kept {
	/* the struct page of a slab, to the first free object on the list of a CPU */
	struct fb_u64_map heads;
	struct fb_u64_map objects; /* addresses of free objects in arrays */
	uint32_t entries;          /* of these arrays, which were read */
	bool complete; /* false: something could not be read, so that objects may be free that seem in use */
};

/* pfn: of the first frame of a slab. FB_CORRUPT where its numbers are impossible, errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_slab_read(struct fb_kernel *kernel, uint64_t pfn,
					    struct fb_slab *slab_ret);

/* What is kept of the cache. What cannot be read is missing, with a warning; fatal errors only. The caller frees the
 * result with fb_slab_kept_deinit(), after an error too. */
FB_MUST_CHECK struct fb_error *fb_slab_kept_load(struct fb_kernel *kernel,
						 const struct fb_slab_cache *cache,
						 struct fb_slab_kept *kept_ret);
void fb_slab_kept_deinit(struct fb_slab_kept *kept);

/* Fills states (enum fb_object_state), one for each of slab->objects, at most FB_MOST_SLAB_OBJECTS. Where a list of
 * free objects is broken, those that no list has are FB_OBJECT_UNKNOWN; so they are where kept is incomplete, and
 * *why_ret (why bytes, "" where nothing is missing) says what could not be read. Fatal errors only. */
FB_MUST_CHECK struct fb_error *fb_slab_states(struct fb_kernel *kernel,
					      const struct fb_slab_cache *cache,
					      const struct fb_slab_kept *kept,
					      const struct fb_slab *slab, uint8_t *states,
					      char *why_ret, size_t why);

/* The address of an object by its number. */
static inline uint64_t fb_slab_object(const struct fb_slab_cache *cache, const struct fb_slab *slab,
				      uint32_t number)
{
	return slab->start + (uint64_t)number * cache->size + cache->left_pad;
}

/* Calls callback for each slab of the cache, by the struct pages of all frames, in order. One whose numbers are
 * impossible is left out, with a warning. *lost_ret: how many struct pages are not in the dump, so that slabs may be
 * missing. FB_NOT_FOUND where types or the direct map are unknown; an error of the callback ends the walk and is
 * returned. */
FB_MUST_CHECK struct fb_error *
fb_slab_for_each(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
		 struct fb_error *(*callback)(void *context, const struct fb_slab *slab),
		 void *context, uint64_t *lost_ret);

#endif
