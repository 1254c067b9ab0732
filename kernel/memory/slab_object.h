/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the slab object that an address lies in, which tells what kind of data is there. Called for addresses whose
 * meaning nothing else tells (bundle/waits/finder).
 */
#ifndef FB_KERNEL_SLAB_OBJECT_H
#define FB_KERNEL_SLAB_OBJECT_H

#include "kernel/memory/slab.h"

/* Bytes of the name of a cache, with its NUL. The kernel's own names are shorter; a longer one is cut. */
#define FB_SLAB_NAME 64u

struct fb_slab_object {
	struct fb_slab_cache cache;
	char name[FB_SLAB_NAME]; /* of the cache, as the kernel has it: not escaped */
	uint64_t address;        /* of the object: kernel virtual */
};

/* The first frame of the block of pages that holds the address of the direct map. FB_NOT_FOUND where it is outside of
 * that map; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_slab_head(struct fb_kernel *kernel, uint64_t address,
					    uint64_t *pfn_ret);

/* The cache of the slab that holds the address, wherever in it, with its name; object_ret->address is 0. FB_NOT_FOUND
 * where it is in no slab; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_slab_cache_at(struct fb_kernel *kernel, uint64_t address,
						struct fb_slab_object *object_ret);

/* address: kernel virtual. FB_NOT_FOUND where it is in no slab, or between the objects of one; errors of
 * fb_space_read() where the struct page or the cache cannot be read. It is not checked whether the object is in use. */
FB_MUST_CHECK struct fb_error *fb_slab_object_at(struct fb_kernel *kernel, uint64_t address,
						 struct fb_slab_object *object_ret);

#endif
