/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of `fbundle workqueues` share: the struct with everything that was found, which workqueues.c fills, and
 * the functions that print it.
 */
#ifndef FB_CMD_WORKQUEUES_H
#define FB_CMD_WORKQUEUES_H

#include <stdbool.h>

#include "bundle/stacks/thread_stack.h"
#include "cmd/shared/command.h"
#include "kernel/workqueues/work.h"

/* Functions of a worker's stack that are shown: the innermost ones. */
#define FB_WORKER_FRAMES 4u

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

/* The innermost functions of the stack of a worker (index), those that every sleeping thread or worker has left out: writes at most
 * FB_WORKER_FRAMES names, borrowed from the stacks, and gives their number. */
size_t fb_worker_frames(const struct fb_workqueues *all, size_t worker, const char **names);

/* all_of_it: also what is idle. */
FB_MUST_CHECK struct fb_error *fb_workqueues_print_text(struct fb_context *context,
							const struct fb_workqueues *all,
							bool all_of_it);
FB_MUST_CHECK struct fb_error *fb_workqueues_print_json(struct fb_context *context,
							const struct fb_workqueues *all);

#endif
