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
/* Adds the thread's wait of this kind (static) for the lock to the graph. evidence is static. *fresh_ret: the object is
 * new, and has no owner yet. */
FB_MUST_CHECK struct fb_error *fb_wait_add_rt(struct fb_wait_finder *finder,
					      const struct fb_blocked *blocked, const char *kind,
					      uint64_t lock, const char *evidence,
					      size_t *object_ret, bool *fresh_ret);

/* The locks of kernels with CONFIG_PREEMPT_RT that are rt_mutexes or have one in them. */
enum fb_wait_rt_sort {
	FB_WAIT_RT_MUTEX, /* an rt_mutex itself */
	FB_WAIT_RT_KERNEL_MUTEX,
	FB_WAIT_RT_SPINLOCK,
	FB_WAIT_RT_RWSEM,
	FB_WAIT_RT_RWLOCK,
};

/* Which of them the thread sleeps for, by the functions of its stack. */
enum fb_wait_rt_sort fb_wait_rt_sort(const struct fb_blocked *blocked);
/* Adds the thread's wait for a lock of that sort, which it is queued at, and who has it. mutex: the rt_mutex that it is
 * queued at; 0: at none, as a writer that has the rt_mutex already and waits for readers to leave. */
FB_MUST_CHECK struct fb_error *fb_wait_rt_add_sort(struct fb_wait_finder *finder,
						   const struct fb_blocked *blocked,
						   enum fb_wait_rt_sort sort, uint64_t mutex);

#endif
