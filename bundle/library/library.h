/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the library share. The structs of fbundle.h are those of the rooms below under other names, where
 * these have all that their functions need, and are else defined in the file that makes them.
 */
#ifndef FB_BUNDLE_LIBRARY_LIBRARY_H
#define FB_BUNDLE_LIBRARY_LIBRARY_H

#include "base/error.h"
#include "base/space.h"
#include "base/warnings.h"
#include "bundle/input/input.h"
#include "bundle/library/fbundle.h"
#include "bundle/process/host_files.h"
#include "kernel/swap/swap.h"

struct fbundle {
	struct fb_warnings *warnings; /* owned */
	struct fb_input *input;       /* owned */
	struct fb_host_files *files;  /* owned */
	const struct fb_tasks *tasks; /* owned by input; NULL: not loaded yet */
	const struct fb_input_core *cores;
	size_t core_count;
	struct fb_swap *swap; /* owned; NULL: not looked for yet, or it cannot be */
	bool swap_sought;
	char **debug_dirs; /* owned, as each of them */
	size_t debug_dir_count;
	unsigned threads;
};

/* A path list of the options. */
struct fb_library_paths {
	char **list; /* owned, as each of them */
	size_t count, room;
};

struct fbundle_options {
	struct fb_library_paths cores, parts, debug_dirs;
	char *vmlinux, *sysroot; /* owned, or NULL */
	unsigned threads;
};

/* Takes over err and gives it as the library's; NULL stays NULL. */
struct fbundle_error *fb_library_error(struct fb_error *err);

/* Where swapped pages may be, for all of the bundle; what cannot be had is a warning, and bundle->swap is NULL.
 * Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_library_swap(struct fbundle *bundle);

/* Loads tasks and cores, where they are not. */
FB_MUST_CHECK struct fb_error *fb_library_tasks(struct fbundle *bundle);

enum fbundle_source fb_library_source(enum fb_source source);

/* The same objects under the names of either side. */
static inline const struct fb_task *fb_library_task(const struct fbundle_task *task)
{
	return (const struct fb_task *)task;
}

#endif
