/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of `fbundle workqueues` share: the struct with everything that was found, which workqueues.c fills,
 * and the functions that print it.
 */
#ifndef FB_CMD_WORKQUEUES_H
#define FB_CMD_WORKQUEUES_H

#include <stdbool.h>

#include "bundle/stacks/thread_stack.h"
#include "bundle/stacks/worker_frames.h"
#include "cmd/shared/command.h"
#include "kernel/workqueues/work.h"

struct fb_workqueues {
	struct fb_work work;
	/* The stacks of the threads of busy workers; NULL: there are none. */
	struct fb_thread_stacks *stacks;
	const struct fb_thread_stack **stack_of; /* of each worker, or NULL; the array is owned */
	struct fb_modules *modules;              /* owned, or NULL: they cannot be read */
};

/* A worker that is at an item. */
static inline bool fb_worker_is_busy(const struct fb_worker *worker)
{
	return worker->work != 0;
}

/* all_of_it: also what is idle. */
FB_MUST_CHECK struct fb_error *fb_workqueues_print_text(struct fb_context *context,
							const struct fb_workqueues *all,
							bool all_of_it);
FB_MUST_CHECK struct fb_error *fb_workqueues_print_json(struct fb_context *context,
							const struct fb_workqueues *all);

#endif
