/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the mappings of processes whose tree or list of mappings is broken, in the slabs
 * of vm_area_struct. All slabs are searched once, when the first such process is met.
 * Called by vma.c.
 */
#ifndef FB_KERNEL_VMA_SLAB_H
#define FB_KERNEL_VMA_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_slab_vma {
	uint64_t mm;      /* its vm_mm: address of the mm_struct */
	uint64_t address; /* of the vm_area_struct */
};

/* What the search found; the kernel keeps it as FB_KERNEL_SLAB_VMAS. */
struct fb_slab_vmas {
	struct fb_slab_vma *vmas; /* owned; in order of mm, then address */
	size_t count;
};
/* Frees found, a struct fb_slab_vmas or NULL. */
void fb_slab_vmas_destroy(void *found);

/* The vm_area_structs in use whose vm_mm is mm: an array of *count_ret elements (*first_ret is NULL where there are
 * none), owned by the kernel. Where the slabs cannot be searched, that is a warning, once; only fatal errors are
 * returned. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_slab_vmas_of(struct fb_kernel *kernel, uint64_t mm,
					       const struct fb_slab_vma **first_ret,
					       size_t *count_ret);
#endif
