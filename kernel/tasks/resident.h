/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes have most memory. Called by the command mem and the check of memory. */
#ifndef FB_KERNEL_RESIDENT_H
#define FB_KERNEL_RESIDENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* A process and its resident memory. */
struct fb_resident {
	const struct fb_task *task; /* the leader of its thread group; owned by the task table */
	uint64_t bytes;             /* as fb_mm_resident() */
};

/* Each thread group of the table that has an mm, the one with most memory first. A process whose counters cannot be
 * read is left out, with a warning; only fatal errors are returned. The caller frees *list_ret, of *count_ret
 * elements. */
FB_MUST_CHECK struct fb_error *fb_resident_load(struct fb_kernel *kernel,
						const struct fb_tasks *tasks,
						struct fb_resident **list_ret, size_t *count_ret);

#endif
