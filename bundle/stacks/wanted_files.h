/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which files to ask for: those whose code user stacks end in because neither
 * dump nor cores hold their pages. Cores leave out what the disk has anyway.
 */
#ifndef FB_BUNDLE_WANTED_FILES_H
#define FB_BUNDLE_WANTED_FILES_H

#include <stddef.h>

#include "base/error.h"
#include "bundle/stacks/thread_stack.h"

struct fb_wanted_file {
	const char *path;     /* the shortest of its names, as of the host's root */
	const char *build_id; /* NULL: unknown */
	size_t stacks;        /* that end in it */
};

/* Those that end most stacks first; the same build-id under several paths is one. The array is the
 * caller's to free, its texts are those of stacks. Only FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_wanted_files_find(const struct fb_thread_stacks *stacks,
						    struct fb_wanted_file **files_ret,
						    size_t *count_ret);

#endif
