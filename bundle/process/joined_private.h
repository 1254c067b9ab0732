/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the joined space (joined_space.c) and the search for what backs a page (joined_lookup.c) share. */
#ifndef FB_BUNDLE_JOINED_PRIVATE_H
#define FB_BUNDLE_JOINED_PRIVATE_H

#include <pthread.h>

#include "base/u64_map.h"
#include "bundle/process/joined_space.h"
#include "kernel/files/path.h"
#include "kernel/paging/page_table.h"
#include "kernel/paging/page_table_visits.h"

enum fb_backing_kind {
	BACKING_NONE,
	BACKING_FRAME, /* physical memory of the dump or bundle */
	BACKING_CORE,
	BACKING_FILE,
	BACKING_SWAP,
	BACKING_ZERO,
};

/* Where a run of bytes is: at most what one page-table entry covers. */
struct fb_page_backing {
	enum fb_backing_kind kind;
	uint64_t length; /* bytes from the address asked; while it is looked up, from its page */
	struct fb_origin origin;
	struct fb_file *file; /* BACKING_FILE */
};

struct fb_joined {
	struct fb_space space;
	char name[32];
	struct fb_input *input;
	const struct fb_task *task;
	struct fb_joined_options options;
	struct fb_page_tables tables;
	struct fb_space lost; /* what tables are read from where their root is lost */
	struct fb_vmas vmas;
	const struct fb_input_core *core; /* NULL: none */
	struct fb_path root;
	bool has_root;
	struct fb_pt_visits *visits;
	pthread_mutex_t lock; /* of what follows */
	/* Addresses that were looked for in the page cache one by one: a damaged index of a file may claim to have a
	 * page at each address of a mapping that is as large as all memory. */
	struct fb_u64_map cached;
	/* The mapping whose file was asked for last, and that file. */
	const struct fb_vma *opened;
	struct fb_file *opened_file; /* NULL: not to be had */
};

/* Where the bytes at address are: at most length of them. */
FB_MUST_CHECK struct fb_error *fb_joined_lookup(struct fb_joined *joined, uint64_t address,
						uint64_t length,
						struct fb_page_backing *backing_ret);

#endif
