/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds ranges of one process's memory to the set of kept frames: the frames in its page tables, and for programs and
 * libraries those in the page cache too. Called by keep.c, keep_whole.c,
 * keep_objects.c and keep_runtimes.c.
 */
#ifndef FB_BUNDLE_KEEP_MEMORY_H
#define FB_BUNDLE_KEEP_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "bundle/dump/frame_set.h"
#include "bundle/input/input.h"
#include "bundle/process/joined_space.h"
#include "kernel/image/kernel.h"
#include "kernel/mappings/vma.h"
#include "kernel/mappings/vma_cached.h"
#include "kernel/paging/page_table_visits.h"

/* What is kept so far, for all processes. */
struct fb_keep_budget {
	struct fb_frame_set *set; /* borrowed */
	uint64_t most_pages;
	uint64_t refused;
	/* Filling what is left: the first page beyond most_pages sets spent and ends the walk, and is not refused.
	 * A page that the input lacks takes no room then. */
	bool filling, spent;
	struct fb_u64_map whole; /* addresses of mm_structs of processes that were kept whole */
	uint64_t in_files;       /* pages that were left out because a file has them */
	/* Files (addresses of their struct address_space) whose tables were searched in the page cache already, which
	 * is done once for all processes. */
	struct fb_u64_map files;
	uint64_t runtime_reads; /* by keep_runtimes.c */
	/* PIDs of postmasters whose servers of PostgreSQL were visited by keep_runtimes.c. */
	struct fb_u64_map postgres;
};

void fb_keep_budget_deinit(struct fb_keep_budget *budget);

/* The memory of one process. */
struct fb_keep_memory {
	struct fb_kernel *kernel; /* borrowed */
	struct fb_file_cache cache;
	struct fb_keep_budget *budget; /* borrowed */
	uint64_t mm;                   /* address of the mm_struct */
	struct fb_joined *joined;      /* owned */
	struct fb_pt_visits *visits;   /* owned */
	struct fb_space *space;        /* owned by joined: the dump's memory, page cache included */
	const struct fb_vmas *vmas;    /* owned by joined */
	/* Files (addresses of their struct address_space) to whose code an address on a stack points. */
	struct fb_u64_map in_stacks;
	/* Of the mapping that is gone through: the address of its file's struct address_space, where the file's own
	 * pages are left out; 0: they are not. */
	uint64_t left_to_file;
	uint32_t object_steps; /* taken by fb_keep_objects() */
	bool with_cache;       /* fb_keep_range() keeps pages that are only in the page cache too */
};

/* Parameters are borrowed; task must have an mm. Errors of reading the root of the page tables. */
FB_MUST_CHECK struct fb_error *fb_keep_memory_init(struct fb_keep_memory *memory,
						   struct fb_input *input,
						   const struct fb_task *task,
						   struct fb_keep_budget *budget);
void fb_keep_memory_deinit(struct fb_keep_memory *memory);

/* Keeps the pages of [start, end) that are mapped, end exclusive, and where with_cache is set also those of mapped
 * files that are only in the page cache. A huge page at either end is kept whole. What is missing or cannot be read is
 * ignored. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_keep_range(struct fb_keep_memory *memory, uint64_t start,
					     uint64_t end);

/* Keeps all mappings of the process, except device memory, and, without with_files, pages that are as in their file on
 * disk, but for the first one of each file, which has the build-id. Ends early where a budget that is filled is
 * spent. */
FB_MUST_CHECK struct fb_error *fb_keep_all(struct fb_keep_memory *memory, bool with_files);

/* Records an address from a stack or register: where it lies in the code of a file, that file is added to in_stacks. */
FB_MUST_CHECK struct fb_error *fb_keep_note_code(struct fb_keep_memory *memory, uint64_t address);

/* keep_objects.c: keeps of every mapped program and library the parts that unwinding and naming need: headers, notes
 * with the build-id, .eh_frame_hdr and .eh_frame, the dynamic section, symbols and their names; and the list of loaded
 * objects, which debuggers read. For the files of in_stacks, pages that are only in the page cache are kept too,
 * because unwind tables are seldom mapped: a program does not read them in normal operation. FB_LIMIT where the headers
 * in the process's memory claim more than any process has; what was kept until then stays. */
FB_MUST_CHECK struct fb_error *fb_keep_objects(struct fb_keep_memory *memory);

#endif
