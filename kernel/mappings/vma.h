/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mappings (vm_area_structs) of a process, from its maple tree (since 6.1) or its list (before). Called wherever
 * a process's memory is listed, read or matched.
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
	uint64_t start, end; /* user addresses; end exclusive */
	uint64_t flags;      /* FB_VM_* and others of VM_* */
	uint64_t pgoff;      /* vm_pgoff: for a file, the offset in pages */
	uint64_t file;       /* address of the struct file; 0 if anonymous or from_core */
	/* The following are set only by bundle/process/core_mappings.h, which adds mappings of a core. */
	bool from_core;   /* only the core has it: FB_VM_MAYSHARE and the like are unknown */
	bool no_flags;    /* from_core, and the core does not even have FB_VM_READ, WRITE, EXEC */
	const char *path; /* path of its file in the core; "": it is unknown whether it has a file;
			   * NULL: the core has no file for it. Borrowed */
};

struct fb_vmas {
	struct fb_vma *vma; /* owned; in order of address */
	size_t count;
	uint64_t lost; /* how many mappings of mm->map_count were not found */
	bool broken; /* a link or node could not be read: mappings may be missing, in `lost` or not */
};

/* Whether the mapping has a file, or may have one: pages that were not written to are then the file's. */
static inline bool fb_vma_has_file(const struct fb_vma *vma)
{
	return vma->file || vma->path;
}

/* The mappings of the process whose mm_struct is at mm (kernel virtual). Where a link or node is broken, the mappings
 * behind it are searched in the slabs (vma_slab.h), with a warning; those that are not found count in `lost`. The
 * caller frees the result with fb_vmas_deinit(). */
FB_MUST_CHECK struct fb_error *fb_vmas_load(struct fb_kernel *kernel, uint64_t mm,
					    struct fb_vmas *vmas_ret);
void fb_vmas_deinit(struct fb_vmas *vmas);
/* The mapping that holds address, or NULL. */
const struct fb_vma *fb_vmas_find(const struct fb_vmas *vmas, uint64_t address);
/* The mapping that holds address, else the next one above it; NULL if there is none. */
const struct fb_vma *fb_vmas_next(const struct fb_vmas *vmas, uint64_t address);

#endif
