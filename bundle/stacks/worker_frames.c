// SPDX-License-Identifier: GPL-2.0-or-later
/* What a worker's stack tells of its work (worker_frames.h). */
#include "bundle/stacks/worker_frames.h"

#include <string.h>

size_t fb_worker_frames(const struct fb_thread_stack *stack, const char **names)
{
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
