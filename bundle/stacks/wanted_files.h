/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the files that are needed to unwind more of the user stacks: those in whose code
 * stacks end because neither dump nor cores have the pages. Cores leave out pages that
 * are in files on disk. Called by the commands bt, merge and report.
 */
#ifndef FB_BUNDLE_WANTED_FILES_H
#define FB_BUNDLE_WANTED_FILES_H

#include <stddef.h>

#include "base/error.h"
#include "bundle/stacks/thread_stack.h"

struct fb_wanted_file {
	const char *path;     /* the shortest of its paths, relative to the host's root */
	const char *build_id; /* NULL: unknown */
	size_t stacks;        /* how many stacks end in it */
};

/* Lists the files in which the most stacks end first; the same build-id under several paths is one file. The caller
 * frees the array; its texts are owned by stacks. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_wanted_files_find(const struct fb_thread_stacks *stacks,
						    struct fb_wanted_file **files_ret,
						    size_t *count_ret);

#endif
