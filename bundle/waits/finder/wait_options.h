/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the caller of fb_waits_find() may give and choose. */
#ifndef FB_BUNDLE_WAIT_OPTIONS_H
#define FB_BUNDLE_WAIT_OPTIONS_H

#include <stddef.h>

#include "bundle/process/host_files.h"
#include "kernel/swap/swap.h"
#include "kernel/tasks/task.h"

struct fb_wait_options {
	struct fb_host_files *files; /* borrowed, or NULL: mapped files, for symbols */
	struct fb_swap *swap;        /* borrowed, or NULL */
	/* The only threads to look at, in any order; borrowed for the call. NULL: all. */
	const struct fb_task *const *tasks;
	size_t task_count;
};

#endif
