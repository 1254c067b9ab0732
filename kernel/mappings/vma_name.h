/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Describes mappings as /proc/PID/maps shows them (fs/proc/task_mmu.c, show_map_vma()). Called by the command vm, and
 * where a mapping is named.
 */
#ifndef FB_KERNEL_VMA_NAME_H
#define FB_KERNEL_VMA_NAME_H

#include "kernel/files/path.h"
#include "kernel/mappings/vma.h"

/* What is needed to name the mappings of one process. */
struct fb_vma_namer {
	struct fb_kernel *kernel; /* borrowed */
	struct fb_path root;      /* paths are relative to it, where has_root is set */
	bool has_root;
	uint64_t start_brk, brk, start_stack; /* 0 where unknown */
	uint64_t special_ops; /* special_mapping_vmops; 0 if this kernel's symbols lack it */
	uint64_t legacy_special_ops;
};

/* mm: address of the mm_struct. root: paths are as seen from it; NULL: from the root of the mount namespace. Where
 * members of the mm_struct cannot be read, the names that need them ([heap], [stack]) are missing; only fatal errors
 * are returned. */
FB_MUST_CHECK struct fb_error *fb_vma_namer_init(struct fb_vma_namer *namer,
						 struct fb_kernel *kernel, uint64_t mm,
						 const struct fb_path *root);

struct fb_vma_text {
	char perms[5];         /* "rw-p"; '?' where unknown, since only a core has the mapping */
	uint64_t offset;       /* bytes into the file; 0 without one */
	uint32_t major, minor; /* of the device; 0 without a file */
	uint64_t inode;        /* 0 without a file */
	char name[FB_PATH_SIZE + 32]; /* "" if none; raw but for newlines, which are \012 */
	bool damaged;   /* the file could not be read: device, inode or name are missing */
	bool core_name; /* name comes from a core */
};

/* Only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_vma_describe(const struct fb_vma_namer *namer,
					       const struct fb_vma *vma,
					       struct fb_vma_text *text_ret);

#endif
