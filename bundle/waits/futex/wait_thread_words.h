/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads of a process by an address that each has for itself: what user space calls a thread.
 */
#ifndef FB_BUNDLE_WAIT_THREAD_WORDS_H
#define FB_BUNDLE_WAIT_THREAD_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/waits/finder/wait_absence.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_thread_word {
	uint64_t word;
	uint32_t task; /* index in the table of tasks */
};

/* The words of the process that was asked for last. Zeros: of none yet. */
struct fb_thread_words {
	int32_t pid;                  /* 0: none */
	struct fb_thread_word *words; /* owned; ascending, in the order of tasks where equal */
	size_t count;
	struct fb_wait_absence absence; /* whether all of its threads could be read */
};

/* The first thread of the process, but `not` (NULL: any), whose field has that value, which is not 0;
 * NULL in *task_ret where there is none, as far as words->absence then says that can be known. words must be asked for one field only. */
FB_MUST_CHECK struct fb_error *
fb_thread_words_find(struct fb_thread_words *words, const struct fb_kernel *kernel,
		     const struct fb_tasks *tasks, const struct fb_field *field, int32_t pid,
		     uint64_t value, const struct fb_task * not, const struct fb_task **task_ret);
void fb_thread_words_deinit(struct fb_thread_words *words);

#endif
