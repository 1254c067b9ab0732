/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a filtered dump: the pages that makedumpfile would keep of a vmcore at a dump level, and the process memory
 * that a diagnosis needs. Called by `fbundle dump`, which runs in capture kernels too. Its memory therefore does not
 * grow with that of the host: frames are processed in windows, once to count them and once to write them.
 */
#ifndef FB_BUNDLE_FILTERED_DUMP_H
#define FB_BUNDLE_FILTERED_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/dump/filter.h"
#include "bundle/dump/keep.h"
#include "bundle/input/input.h"

struct fb_filtered_dump_options {
	const char *output;             /* path; NULL: standard output, flattened */
	bool force;                     /* replace an existing output */
	struct fb_outfile_start *start; /* for fb_outfile_create_on(); NULL: none */
	bool flattened;
	unsigned level; /* FB_LEVEL_* */
	/* Fail where it is not known what pages are used for, instead of keeping all of them; but not at a level that
	 * keeps all of them anyway. */
	bool need_classes;
	struct fb_keep_options keep;
	void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL: none */
	void *progress_context;
};

struct fb_filtered_dump_result {
	struct fb_filter_count classes[FB_PAGE_CLASSES];
	struct fb_keep_result keep;
	uint64_t written; /* pages */
	uint64_t zeros;   /* those of them that are zeros, which share one stored page */
	uint64_t unread;  /* pages that could not be read and are marked in the dump as lost */
};

/* Writes the dump; on failure no output remains. FB_INVALID where the output exists and force is not set, or where it
 * is the input. Cores of the input, from a bundle or given with it, are merged into the output. Where no process memory
 * is to be kept, they are left out with a warning; pages that a merge added to a bundle stay. FB_UNSUPPORTED where
 * need_classes is set and the kernel's types do not describe struct page. */
FB_MUST_CHECK struct fb_error *
fb_filtered_dump_write(struct fb_input *input, const struct fb_filtered_dump_options *options,
		       struct fb_filtered_dump_result *result_ret);

#endif
