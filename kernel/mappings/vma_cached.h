/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of a mapped file that are in the kernel's page cache, while the process's page tables have no entry for them.
 * The process would have got these pages if it had accessed them (filemap_fault(), mm/filemap.c). Called by
 * bundle/process for memory that the page tables do not have.
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
	bool cached;     /* false: the page cache has no page in this range */
	uint64_t pfn;    /* of the page, where cached is set: the range is then one page */
};

/* A view of the page cache of one kernel, which holds what is read from the kernel's types once for all pages. */
struct fb_file_cache {
	struct fb_kernel *kernel; /* borrowed */
	/* the bit PG_uptodate of page->flags; 0 where it is not known: no page is found then */
	uint64_t uptodate;
	/* Bits of pages that have no file on disk (PG_swapbacked: shared memory), or have what their file has not yet
	 * (PG_dirty, PG_writeback); 0 where one of them is not known. */
	uint64_t unlike_file;
};

void fb_file_cache_init(struct fb_kernel *kernel, struct fb_file_cache *cache);

/* What the page cache has at address (page-aligned, in vma): one page, or a hole of at most length bytes (whole
 * pages). Mappings without a file, of hugetlbfs and of devices are holes, and so is a page that was still being read
 * from disk. It is not checked whether the dump has the frame. What cannot be read is a hole of one page, with a
 * warning where it is damaged; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_vma_cached(const struct fb_file_cache *cache,
					     const struct fb_vma *vma, uint64_t address,
					     uint64_t length, struct fb_cached_run *run_ret);

/* *is_ret: the page at a frame is one of the file whose struct address_space is at mapping, and the file on disk has
 * the same bytes. False where that is not certain; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_page_is_as_in_file(const struct fb_file_cache *cache,
						     uint64_t mapping, uint64_t pfn, bool *is_ret);

/* The address of the struct address_space of the mapping's file, which all mappings of the file share; 0 where it has
 * no file or cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_vma_file_mapping(struct fb_kernel *kernel,
						   const struct fb_vma *vma, uint64_t *mapping_ret);

#endif
