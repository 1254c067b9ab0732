/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of fb_waits_find(). */
#ifndef FB_BUNDLE_WAIT_OPTIONS_H
#define FB_BUNDLE_WAIT_OPTIONS_H

#include <stddef.h>

#include "bundle/process/host_files.h"
#include "kernel/swap/swap.h"
#include "kernel/tasks/task.h"

struct fb_wait_options {
	struct fb_host_files *files; /* borrowed; for symbols of mapped files; or NULL */
	struct fb_swap *swap;        /* borrowed, or NULL */
	/* The threads to examine, in any order; borrowed for the call. NULL: all. */
	const struct fb_task *const *tasks;
	size_t task_count;
};

#endif
