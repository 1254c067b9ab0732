/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mappings of a process: the maple tree (6.1) or the list before it.
 */
#ifndef FB_KERNEL_VMA_H
#define FB_KERNEL_VMA_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* vm_flags that have not moved since 2.6 (include/linux/mm.h). */
#define FB_VM_READ 0x1u
#define FB_VM_WRITE 0x2u
#define FB_VM_EXEC 0x4u
#define FB_VM_SHARED 0x8u
#define FB_VM_MAYSHARE 0x80u
#define FB_VM_GROWSDOWN 0x100u
#define FB_VM_PFNMAP 0x400u
#define FB_VM_IO 0x4000u

struct fb_vma {
	uint64_t address;    /* of the vm_area_struct */
	uint64_t start, end; /* end exclusive */
	uint64_t flags;
	uint64_t pgoff; /* pages */
	uint64_t file;  /* struct file, 0 if anonymous */
};

struct fb_vmas {
	struct fb_vma *vma; /* owned; in order of address */
	size_t count;
	uint64_t lost; /* mappings counted by mm->map_count that were not reached */
};

/* A broken link or node ends that part of the walk, with a warning; what the slabs do not have of it
 * (vma_slab.h) counts in `lost`. */
FB_MUST_CHECK struct fb_error *fb_vmas_load(struct fb_kernel *kernel, uint64_t mm,
					    struct fb_vmas *vmas_ret);
void fb_vmas_deinit(struct fb_vmas *vmas);
/* The one that holds address, or NULL. */
const struct fb_vma *fb_vmas_find(const struct fb_vmas *vmas, uint64_t address);
/* The first one that ends behind address: the one that holds it, else the next; NULL behind the
 * last. */
const struct fb_vma *fb_vmas_next(const struct fb_vmas *vmas, uint64_t address);

#endif
