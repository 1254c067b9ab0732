/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the task whose kernel stack holds an address. Called by recognisers. */
#ifndef FB_BUNDLE_WAIT_STACKS_H
#define FB_BUNDLE_WAIT_STACKS_H

#include "bundle/waits/finder/wait_finder.h"

/* *task_ret is the task whose kernel stack holds the address; NULL: there is none. The first call sorts the stacks of
 * all tasks, so that each call takes a binary search. */
FB_MUST_CHECK struct fb_error *fb_wait_task_of_stack(struct fb_wait_finder *finder,
						     uint64_t address,
						     const struct fb_task **task_ret);

#endif
