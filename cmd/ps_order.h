/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which order ps shows tasks: by PID, or children below their parents.
 */
#ifndef FB_CMD_PS_ORDER_H
#define FB_CMD_PS_ORDER_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/tasks/task.h"

typedef struct fb_error *fb_ps_row(void *context, const struct fb_task *task, unsigned depth);

/* threads: every thread and the idle tasks, else the first thread of each process. */
FB_MUST_CHECK struct fb_error *fb_ps_flat(const struct fb_tasks *tasks, bool threads,
					  fb_ps_row *row, void *context);
/* Processes whose parent is unknown, or is PID 0, are roots. Each task is shown once, whatever
 * the parents say. */
FB_MUST_CHECK struct fb_error *fb_ps_tree(const struct fb_tasks *tasks, bool threads,
					  fb_ps_row *row, void *context);

#endif
