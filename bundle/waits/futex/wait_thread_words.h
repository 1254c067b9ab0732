/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the thread of a process that has a certain address in a field of its task_struct, such as the address of its
 * struct pthread, by which user space identifies threads. Called by the recognisers of waits in futex().
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

/* The words of one process. All zeros at first. */
struct fb_thread_words {
	int32_t pid;                  /* 0: none */
	struct fb_thread_word *words; /* owned; ascending, in the order of tasks where equal */
	size_t count;
	struct fb_wait_absence absence; /* whether all of its threads could be read */
};

/* The first thread of the process pid, other than `not` (may be NULL), whose field has this value, which is not 0. NULL
 * in
 * *task_ret where none was found; words->absence then says whether it is certain that there is none. The same words
 * must be used with one field only. */
FB_MUST_CHECK struct fb_error *
fb_thread_words_find(struct fb_thread_words *words, const struct fb_kernel *kernel,
		     const struct fb_tasks *tasks, const struct fb_field *field, int32_t pid,
		     uint64_t value, const struct fb_task * not, const struct fb_task **task_ret);
void fb_thread_words_deinit(struct fb_thread_words *words);

#endif
