/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rt_mutex that a task is queued at, and who owns it. */
#ifndef FB_BUNDLE_WAIT_RT_LOCK_H
#define FB_BUNDLE_WAIT_RT_LOCK_H

#include "bundle/waits/finder/wait_blocked.h"

/* Finds the lock by the pi_blocked_on of the task. FB_NOT_FOUND where it is queued at none. */
FB_MUST_CHECK struct fb_error *fb_wait_rt_lock(struct fb_wait_finder *finder,
					       const struct fb_task *task, uint64_t *lock_ret);
/* Adds the owner that the lock names to the object. */
FB_MUST_CHECK struct fb_error *fb_wait_add_rt_owner(struct fb_wait_finder *finder, uint64_t lock,
						    size_t object);
/* Adds the thread's wait for the lock; *fresh_ret: the object is new, and has no owner yet. */
FB_MUST_CHECK struct fb_error *fb_wait_add_rt(struct fb_wait_finder *finder,
					      const struct fb_blocked *blocked, uint64_t lock,
					      size_t *object_ret, bool *fresh_ret);

#endif
