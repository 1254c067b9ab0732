/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a dump that is filtered: what makedumpfile leaves of a vmcore at a level, and the process memory
 * that an engineer needs. `fbundle dump` calls it, in a capture kernel too, so that memory does not grow
 * with the host's: frames are looked at in windows, once to count them and once to write them.
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
	struct fb_outfile_start *start; /* as fb_outfile_create_on() takes it; NULL: none */
	bool flattened;
	unsigned level; /* FB_LEVEL_* */
	struct fb_keep_options keep;
	void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL: none */
	void *progress_context;
};

struct fb_filtered_dump_result {
	struct fb_filter_count classes[FB_PAGE_CLASSES];
	struct fb_keep_result keep;
	uint64_t written; /* pages */
	uint64_t zeros;   /* of them: these share one stored page, whatever the level */
	uint64_t unread;  /* could not be read: marked in the dump as lost */
};

/* Nothing is left behind on failure. FB_INVALID where the output exists and force is not set, or is the
 * input. Cores of the input, a bundle's and those given beside it, are merged into the output; where no process memory
 * is to be kept they are left out, with a warning, but for the pages that a merge added to a bundle. */
FB_MUST_CHECK struct fb_error *
fb_filtered_dump_write(struct fb_input *input, const struct fb_filtered_dump_options *options,
		       struct fb_filtered_dump_result *result_ret);

#endif
