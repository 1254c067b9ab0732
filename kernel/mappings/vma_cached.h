/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of a mapped file that are in the kernel's page cache although no page table leads to them: what a
 * process would get there if it touched them (filemap_fault(), mm/filemap.c).
 */
#ifndef FB_KERNEL_VMA_CACHED_H
#define FB_KERNEL_VMA_CACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/mappings/vma.h"

struct fb_cached_run {
	uint64_t length; /* bytes from the address on, whole pages, > 0 */
	bool cached;     /* false: the page cache has none of it */
	uint64_t pfn;    /* of the one page, where cached */
};

/* What the page cache has at address (page-aligned, in vma), where the process has no page-table entry: one page, or a
 * hole of at most length bytes (whole pages). None of a mapping that has no file, of hugetlbfs, or of a device; nor a
 * page that was being read. Whether the dump has the frame is not asked. What cannot be read is a hole of one page,
 * with a warning where it is damaged: only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_vma_cached(struct fb_kernel *kernel, const struct fb_vma *vma,
					     uint64_t address, uint64_t length,
					     struct fb_cached_run *run_ret);

/* The struct address_space of the mapping's file, which all mappings of the file share; 0: it has none, or it
 * cannot be read. Only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_vma_file_mapping(struct fb_kernel *kernel,
						   const struct fb_vma *vma, uint64_t *mapping_ret);

#endif
