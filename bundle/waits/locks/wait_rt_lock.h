/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the rt_mutex for which a task waits, and its owner. Called by the recognisers of locks and futexes. */
#ifndef FB_BUNDLE_WAIT_RT_LOCK_H
#define FB_BUNDLE_WAIT_RT_LOCK_H

#include "bundle/waits/finder/wait_blocked.h"

/* Finds the lock by the pi_blocked_on of the task. FB_NOT_FOUND where it waits for none. */
FB_MUST_CHECK struct fb_error *fb_wait_rt_lock(struct fb_wait_finder *finder,
					       const struct fb_task *task, uint64_t *lock_ret);
/* Adds the owner in the lock's owner word to the object. */
FB_MUST_CHECK struct fb_error *fb_wait_add_rt_owner(struct fb_wait_finder *finder, uint64_t lock,
						    size_t object);
/* Adds the thread's wait for the lock to the graph. *fresh_ret: the object is new, and has no owner yet. */
FB_MUST_CHECK struct fb_error *fb_wait_add_rt(struct fb_wait_finder *finder,
					      const struct fb_blocked *blocked, uint64_t lock,
					      size_t *object_ret, bool *fresh_ret);

#endif
