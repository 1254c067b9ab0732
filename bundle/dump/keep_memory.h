/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeping ranges of one process's memory: the frames that its page tables name (internal to bundle/dump).
 */
#ifndef FB_BUNDLE_KEEP_MEMORY_H
#define FB_BUNDLE_KEEP_MEMORY_H

#include <stdint.h>

#include "base/error.h"
#include "bundle/dump/frame_set.h"
#include "kernel/image/kernel.h"
#include "kernel/mappings/vma.h"
#include "kernel/paging/page_table_visits.h"

/* What is kept so far, of all processes. */
struct fb_keep_budget {
	struct fb_frame_set *set; /* borrowed */
	uint64_t most_pages;
	uint64_t refused;
};

/* The memory of one process. */
struct fb_keep_memory {
	struct fb_kernel *kernel; /* borrowed */
	struct fb_keep_budget *budget;
	uint64_t mm;
	struct fb_page_tables tables;
	struct fb_pt_visits *visits;
	struct fb_space *space;
	struct fb_vmas vmas;
};

/* All borrowed. Errors are those of reading the page tables' root. */
FB_MUST_CHECK struct fb_error *fb_keep_memory_init(struct fb_keep_memory *memory,
						   struct fb_kernel *kernel, uint64_t mm,
						   struct fb_keep_budget *budget);
void fb_keep_memory_deinit(struct fb_keep_memory *memory);

/* Pages of [start, end), end exclusive, that are mapped; more where a huge page begins before or ends
 * behind. What is not mapped, or cannot be read, is passed over. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_keep_range(struct fb_keep_memory *memory, uint64_t start,
					     uint64_t end);

/* All of its mappings, but for device memory. */
FB_MUST_CHECK struct fb_error *fb_keep_all(struct fb_keep_memory *memory);

/* keep_objects.c: of every program and library that is mapped what unwinding and naming take: headers,
 * notes with the build-id, .eh_frame_hdr and .eh_frame, the dynamic section, symbols and their names; and
 * the list of what is loaded, by which debuggers know them. */
FB_MUST_CHECK struct fb_error *fb_keep_objects(struct fb_keep_memory *memory);

#endif
