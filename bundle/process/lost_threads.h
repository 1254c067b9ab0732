/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that the dump knows by number alone, because their task_struct is lost, and of which the core of
 * their process tells: that they were in it, its name and user, their registers.
 */
#ifndef FB_BUNDLE_LOST_THREADS_H
#define FB_BUNDLE_LOST_THREADS_H

#include "base/error.h"
#include "bundle/input/input.h"

struct fb_lost_threads {
	struct fb_task
		*tasks; /* owned; in order of TID. What the core does not tell is unknown in them */
	size_t count;
};

/* Cores are of the newest that each process has; one that was written inside a PID namespace numbers its
 * threads otherwise, and tells of none. fb_lost_threads_deinit() it. */
FB_MUST_CHECK struct fb_error *fb_lost_threads_find(struct fb_input *input,
						    struct fb_lost_threads *threads_ret);
void fb_lost_threads_deinit(struct fb_lost_threads *threads);
/* NULL: no core tells of it. */
const struct fb_task *fb_lost_thread(const struct fb_lost_threads *threads, int32_t tid);

#endif
