/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the choice of kept memory depends on of the threads of a process: which of the task table they are, with which
 * registers each left user mode, and whether it is blocked. Called by keep.c and keep_whole.c.
 */
#ifndef FB_BUNDLE_KEEP_THREADS_H
#define FB_BUNDLE_KEEP_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/user.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* The system call that waits for an array of futexes (arch/x86/entry/syscalls). */
#define FB_NR_FUTEX_WAITV 449

/* The exclusive end of the threads that follow the one at first and are of its process; a thread that has given up its
 * memory is a process of its own here. */
size_t fb_keep_threads_end(const struct fb_tasks *tasks, size_t first);

/* Whether the task has memory of user mode. */
bool fb_keep_has_memory(const struct fb_task *task);

/* Reads the registers with which the thread entered the kernel, or with which its CPU was stopped. *found_ret is false
 * where neither are known. Only fatal errors are returned, and those of fb_user_regs_complete(). */
FB_MUST_CHECK struct fb_error *fb_keep_user_regs(struct fb_kernel *kernel,
						 const struct fb_task *task,
						 struct user_regs_struct *regs, bool *found_ret);

/* Whether the thread is in state D or waits for a futex. One whose registers cannot be read is no thread of which a
 * lock could be found: it counts as not blocked. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_keep_is_blocked(struct fb_kernel *kernel,
						  const struct fb_task *task, bool *blocked_ret);

#endif
