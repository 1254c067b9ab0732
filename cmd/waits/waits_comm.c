// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes the names of threads for all outputs of `fbundle waits`. */
#include <string.h>

#include "base/text.h"
#include "cmd/waits/waits.h"

char *fb_waits_comm(const struct fb_waits_view *view, int32_t tid, char *to)
{
	const struct fb_task *task = fb_tasks_by_tid(view->tasks, tid);

	return task ? fb_text_escape(task->comm, strnlen(task->comm, sizeof(task->comm)), to,
				     FB_WAITS_COMM)
		    : fb_text_escape("?", 1, to, FB_WAITS_COMM);
}
