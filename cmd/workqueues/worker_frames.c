// SPDX-License-Identifier: GPL-2.0-or-later
/* What a worker's stack tells of its work. Called by the text and the JSON of workqueues. */
#include <string.h>

#include "cmd/workqueues/workqueues.h"

size_t fb_worker_frames(const struct fb_workqueues *all, size_t worker, const char **names)
{
	const struct fb_thread_stack *stack = all->stack_of[worker];
	size_t used = 0;

	for (size_t i = 0; stack && i < stack->kernel.count && used < FB_WORKER_FRAMES; i++) {
		const char *symbol = stack->kernel.frames[i].symbol;

		if (!symbol || fb_kernel_is_scheduling(symbol))
			continue;
		if (!strcmp(symbol, "process_one_work"))
			break;
		names[used++] = symbol;
	}
	return used;
}
