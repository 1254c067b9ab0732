/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings by what is left of the slabs of vm_area_struct, for processes whose
 * tree or list of mappings is broken. All slabs are searched once, when the
 * first of these processes is met.
 */
#ifndef FB_KERNEL_VMA_SLAB_H
#define FB_KERNEL_VMA_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_slab_vma {
	uint64_t mm;      /* that it names */
	uint64_t address; /* of the vm_area_struct */
};

/* What the search found; the kernel keeps it as FB_KERNEL_SLAB_VMAS. */
struct fb_slab_vmas {
	struct fb_slab_vma *vmas; /* owned; in order of mm, then address */
	size_t count;
};
/* found is a struct fb_slab_vmas, or NULL. */
void fb_slab_vmas_destroy(void *found);

/* The vm_area_structs in use that name mm: the first (NULL: none), owned by the kernel, and their
 * count. What stops the search is a warning, once; only a fatal error is returned. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_slab_vmas_of(struct fb_kernel *kernel, uint64_t mm,
					       const struct fb_slab_vma **first_ret,
					       size_t *count_ret);
#endif
