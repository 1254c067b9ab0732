/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goes through tasks in the order in which ps shows them: by PID, or as a tree, children below their parents. Called by
 * ps.c.
 */
#ifndef FB_CMD_PS_ORDER_H
#define FB_CMD_PS_ORDER_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/tasks/task.h"

typedef struct fb_error *fb_ps_row(void *context, const struct fb_task *task, unsigned depth);

/* Calls row for each task by PID. threads: for every thread and the idle tasks; else for the first thread of each
 * process. An error of row ends it and is returned. */
FB_MUST_CHECK struct fb_error *fb_ps_flat(const struct fb_tasks *tasks, bool threads,
					  fb_ps_row *row, void *context);
/* The same as a tree. Processes whose parent is unknown or has PID 0 are roots. Each task is passed to row once, even
 * where damaged parents form a loop. */
FB_MUST_CHECK struct fb_error *fb_ps_tree(const struct fb_tasks *tasks, bool threads,
					  fb_ps_row *row, void *context);

#endif
