/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads of which the dump has only the TID, because their task_struct is lost, and which the core of their process
 * has: its notes give their process, its name and user, and their registers. Called by the commands ps and bt, and for
 * the notes of cores that are built.
 */
#ifndef FB_BUNDLE_LOST_THREADS_H
#define FB_BUNDLE_LOST_THREADS_H

#include "base/error.h"
#include "bundle/input/input.h"

struct fb_lost_threads {
	struct fb_task *tasks; /* owned; in order of TID; fields that the core lacks are unknown */
	size_t count;
};

/* Looks in the newest core of each process. A core that was written inside a PID namespace has other TIDs, so it is not
 * used. The caller frees the result with fb_lost_threads_deinit(). */
FB_MUST_CHECK struct fb_error *fb_lost_threads_find(struct fb_input *input,
						    struct fb_lost_threads *threads_ret);
void fb_lost_threads_deinit(struct fb_lost_threads *threads);
/* The thread with this TID; NULL: no core has it. */
const struct fb_task *fb_lost_thread(const struct fb_lost_threads *threads, int32_t tid);

#endif
