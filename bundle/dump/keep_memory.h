/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeping ranges of one process's memory: the frames that its page tables name, and of programs and libraries those
 * of the page cache (internal to bundle/dump).
 */
#ifndef FB_BUNDLE_KEEP_MEMORY_H
#define FB_BUNDLE_KEEP_MEMORY_H

#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "bundle/dump/frame_set.h"
#include "bundle/input/input.h"
#include "bundle/process/joined_space.h"
#include "kernel/image/kernel.h"
#include "kernel/mappings/vma.h"
#include "kernel/paging/page_table_visits.h"

/* What is kept so far, of all processes. */
struct fb_keep_budget {
	struct fb_frame_set *set; /* borrowed */
	uint64_t most_pages;
	uint64_t refused;
	/* Files whose tables were looked for in the page cache (their struct address_space): once for all processes. */
	struct fb_u64_map files; /* fb_keep_budget_deinit() */
};

void fb_keep_budget_deinit(struct fb_keep_budget *budget);

/* The memory of one process. */
struct fb_keep_memory {
	struct fb_kernel *kernel; /* borrowed */
	struct fb_keep_budget *budget;
	uint64_t mm;
	struct fb_joined *joined;
	struct fb_pt_visits *visits;
	struct fb_space *space;     /* of joined: what the dump has, the page cache included */
	const struct fb_vmas *vmas; /* of joined */
	struct fb_u64_map
		in_stacks; /* the files (struct address_space) whose code stacks lead to */
	bool with_cache;   /* of files fb_keep_range() keeps what is only in the page cache too */
};

/* All borrowed; task has an mm. Errors are those of reading the page tables' root. */
FB_MUST_CHECK struct fb_error *fb_keep_memory_init(struct fb_keep_memory *memory,
						   struct fb_input *input,
						   const struct fb_task *task,
						   struct fb_keep_budget *budget);
void fb_keep_memory_deinit(struct fb_keep_memory *memory);

/* Pages of [start, end), end exclusive, that are mapped; more where a huge page begins before or ends
 * behind; with_cache: and those of mapped files that are in the page cache. What is not there, or cannot be read, is
 * passed over. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_keep_range(struct fb_keep_memory *memory, uint64_t start,
					     uint64_t end);

/* All of its mappings, but for device memory. */
FB_MUST_CHECK struct fb_error *fb_keep_all(struct fb_keep_memory *memory);

/* Notes that an address, if it is of a file's code, leads there: a stack or register holds it. */
FB_MUST_CHECK struct fb_error *fb_keep_note_code(struct fb_keep_memory *memory, uint64_t address);

/* keep_objects.c: of every program and library that is mapped what unwinding and naming take: headers,
 * notes with the build-id, .eh_frame_hdr and .eh_frame, the dynamic section, symbols and their names; and
 * the list of what is loaded, by which debuggers know them. Of files that were noted what is only in the page cache is
 * kept too: nobody reads unwind tables as long as all goes well, so that they are seldom mapped. */
FB_MUST_CHECK struct fb_error *fb_keep_objects(struct fb_keep_memory *memory);

#endif
