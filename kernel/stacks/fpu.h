/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The FPU and SSE registers of user mode, where the kernel keeps them of a
 * thread that is not running (arch/x86/include/asm/fpu/types.h).
 */
#ifndef FB_KERNEL_FPU_H
#define FB_KERNEL_FPU_H

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* struct fxregs_state, which is user_fpregs_struct: what NT_FPREGSET holds. */
#define FB_FXSAVE_BYTES 512u

/* FB_NOT_FOUND for a task that was running: its registers were the CPU's own, and no dump has
 * those; for a kernel thread; where this kernel's types lack a member. Read errors. */
FB_MUST_CHECK struct fb_error *fb_task_fxsave(const struct fb_kernel *kernel,
					      const struct fb_task *task, void *fxsave);

#endif
