/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which object of a slab cache an address lies in: what the kernel has there, where nothing else says.
 */
#ifndef FB_KERNEL_SLAB_OBJECT_H
#define FB_KERNEL_SLAB_OBJECT_H

#include "kernel/memory/slab.h"

/* More than the kernel's own names of caches have; a longer one is cut. */
#define FB_SLAB_NAME 64u

struct fb_slab_object {
	struct fb_slab_cache cache;
	char name[FB_SLAB_NAME]; /* of the cache, as the kernel has it: not escaped */
	uint64_t address;        /* of the object: kernel virtual */
};

/* address: kernel virtual. FB_NOT_FOUND where it is in no slab, or between the objects of one; read errors
 * where the struct page or the cache is not in the dump. Whether the object is in use is not asked. */
FB_MUST_CHECK struct fb_error *fb_slab_object_at(struct fb_kernel *kernel, uint64_t address,
						 struct fb_slab_object *object_ret);

#endif
