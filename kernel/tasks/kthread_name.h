/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole name of a kernel thread, as /proc/PID/comm has it: task_struct.comm has 15 letters of it. Called by the
 * command ps.
 */
#ifndef FB_KERNEL_KTHREAD_NAME_H
#define FB_KERNEL_KTHREAD_NAME_H

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* Room for a name: what the kernel shows of it (proc_task_name(), fs/proc/array.c). */
#define FB_KTHREAD_NAME 64u

/* Writes the name of a kernel thread, NUL-terminated raw bytes, to `to`: of a worker with what it does or did last
 * ("kworker/0:1-events"), of others the name that they were given (struct kthread's full_name, d6986ce24fc0, 5.17).
 * Where that cannot be read, and for other tasks, it is task_struct.comm. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_kthread_name(struct fb_kernel *kernel, const struct fb_task *task,
					       char to[FB_KTHREAD_NAME]);

#endif
