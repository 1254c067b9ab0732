/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What joined_space.c shares with joined_lookup.c, which finds the source of a page. */
#ifndef FB_BUNDLE_JOINED_PRIVATE_H
#define FB_BUNDLE_JOINED_PRIVATE_H

#include <pthread.h>

#include "base/u64_map.h"
#include "bundle/process/joined_space.h"
#include "kernel/files/path.h"
#include "kernel/mappings/vma_cached.h"
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

/* The source of a run of bytes, of at most what one page-table entry covers. */
struct fb_page_backing {
	enum fb_backing_kind kind;
	uint64_t length; /* bytes from the address on; during the lookup, from its page's start */
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
	struct fb_space lost; /* tables.physical where the root is lost: every read of it fails */
	struct fb_vmas vmas;
	const struct fb_input_core *core; /* NULL: none */
	struct fb_path root;
	bool has_root;
	struct fb_pt_visits *visits;
	struct fb_file_cache cache;
	pthread_mutex_t lock; /* guards what follows */
	/* Addresses that were looked up in the page cache, which are counted against a limit: the damaged index of a
	 * file may claim to have a page for each address of a mapping as large as all memory. */
	struct fb_u64_map cached;
	/* The mapping whose file was opened last, and that file. */
	const struct fb_vma *opened;
	struct fb_file *opened_file; /* NULL: it cannot be opened */
};

/* Finds the source of the bytes from address on, at most length of them. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_joined_lookup(struct fb_joined *joined, uint64_t address,
						uint64_t length,
						struct fb_page_backing *backing_ret);

#endif
