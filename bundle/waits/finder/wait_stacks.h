/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose kernel stack an address is on. */
#ifndef FB_BUNDLE_WAIT_STACKS_H
#define FB_BUNDLE_WAIT_STACKS_H

#include "bundle/waits/finder/wait_finder.h"

/* The task whose kernel stack the address is on; NULL in *task_ret where it is on none. The stacks of all
 * tasks are sorted when this is first asked for, so that each further question costs a binary search. */
FB_MUST_CHECK struct fb_error *fb_wait_task_of_stack(struct fb_wait_finder *finder,
						     uint64_t address,
						     const struct fb_task **task_ret);

#endif
