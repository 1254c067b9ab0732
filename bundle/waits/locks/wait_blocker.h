/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the lock for which a thread waits from its task_struct, in kernels that record it there. Called by the
 * recognisers of this folder. */
#ifndef FB_BUNDLE_WAIT_BLOCKER_H
#define FB_BUNDLE_WAIT_BLOCKER_H

#include "bundle/waits/finder/wait_blocked.h"

enum fb_wait_lock_sort {
	FB_WAIT_MUTEX,
	FB_WAIT_SEMAPHORE,
	FB_WAIT_RWSEM,
};

/* The address of a lock of this sort; 0 in *lock_ret where the task_struct has none. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_wait_noted_lock(struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  enum fb_wait_lock_sort sort, uint64_t *lock_ret);

#endif
