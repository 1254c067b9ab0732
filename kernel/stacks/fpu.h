/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The FPU and SSE registers of user mode, which the kernel saves for a thread that is
 * not running (arch/x86/include/asm/fpu/types.h). Called for the notes of cores.
 */
#ifndef FB_KERNEL_FPU_H
#define FB_KERNEL_FPU_H

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* struct fxregs_state, which is user_fpregs_struct: what NT_FPREGSET holds. */
#define FB_FXSAVE_BYTES 512u

/* Reads the registers into fxsave, FB_FXSAVE_BYTES bytes. FB_NOT_FOUND for a task that was running, because its
 * registers were in the CPU, which no dump saves; for a kernel thread; and where this kernel's types lack a member.
 * Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_task_fxsave(const struct fb_kernel *kernel,
					      const struct fb_task *task, void *fxsave);

#endif
