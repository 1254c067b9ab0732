/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mappings of a process: the maple tree (6.1) or the list before it.
 */
#ifndef FB_KERNEL_VMA_H
#define FB_KERNEL_VMA_H

#include <stdbool.h>
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
#define FB_VM_HUGETLB 0x400000u

struct fb_vma {
	uint64_t address;    /* of the vm_area_struct; 0: the dump has none, see from_core */
	uint64_t start, end; /* end exclusive */
	uint64_t flags;
	uint64_t pgoff; /* pages */
	uint64_t file;  /* struct file, 0 if anonymous or from_core */
	/* Set by whoever knows the process's core (bundle/process/core_mappings.h), never here. */
	bool from_core;   /* only a core tells of it: FB_VM_MAYSHARE and the like are unknown */
	bool no_flags;    /* from_core, and the core does not even have FB_VM_READ, WRITE, EXEC */
	const char *path; /* its file as the core has it; "": whether it has one is unknown; NULL:
			   * the core tells of none. Borrowed */
};

struct fb_vmas {
	struct fb_vma *vma; /* owned; in order of address */
	size_t count;
	uint64_t lost; /* mappings counted by mm->map_count that were not reached */
	bool broken;   /* a link or node could not be read: some may be missing, counted or not */
};

/* Whether the bytes of a mapping that nobody wrote to are, or may be, a file's. */
static inline bool fb_vma_has_file(const struct fb_vma *vma)
{
	return vma->file || vma->path;
}

/* The mappings of the process whose mm_struct is at mm (kernel virtual); vmas_ret is the caller's to
 * deinit. A broken link or node ends that part of the walk, with a warning; what the slabs do not have of it
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
