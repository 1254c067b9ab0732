/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The input of a command, as input.c (which opens it) and input_cores.c (its cores) share it. */
#ifndef FB_BUNDLE_INPUT_PRIVATE_H
#define FB_BUNDLE_INPUT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bundle/input/core_set.h"
#include "bundle/input/crash_folder.h"
#include "bundle/input/fetched_vmlinux.h"
#include "bundle/input/input.h"
#include "bundle/input/withheld.h"

struct fb_input {
	struct fb_warnings *warnings; /* borrowed */
	struct fb_warnings *remarks;  /* borrowed, or NULL */
	struct fb_pool *pool;
	struct fb_fetched_vmlinux fetched;
	char *path;
	struct fb_path_list files; /* all that it was given as: cores first */
	struct fb_file *file;      /* as it is stored, for its size; NULL: of a running kernel */
	struct fb_dump *dump;
	struct fb_fiber *fiber; /* NULL: no bundle */
	struct fb_kernel *kernel;
	struct fb_tasks *tasks;
	size_t core_path_count; /* of files: given beside the dump, or found in its folder */
	bool cores_found;       /* they were found there */
	struct fb_core_set *core_set;
	struct fb_input_core *cores;
	size_t core_count;
	const struct fb_input_core **by_pid; /* those with a task, by PID, the newest first */
	size_t by_pid_count;
	bool cores_loaded;
	uint64_t core_room; /* bytes that the cores to come may take in memory */
	char *core_problem; /* of the first core that was left out */
	struct fb_withheld of_tasks, of_cores;
	bool filter_asked; /* whether its filter left out what it should have kept */
	bool renewed;      /* it is destroyed by the end of the process */
};

/* input_filter.c: where warnings say that pages are not in the dump, finds out whether its filter is to blame, and says
 * so once (fb_warn_cause()). Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_input_ask_filter(struct fb_input *input);

/* input.c: destroys the cores that were loaded; they can be loaded again. */
void fb_input_unload_cores(struct fb_input *input);

#endif
