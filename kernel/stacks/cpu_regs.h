/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers a CPU left on its way down: its NT_PRSTATUS (crash_save_cpu() of
 * kernel/kexec_core.c). Of the panicking CPU they are those of __crash_kexec() or
 * of the fault; of the others those that the NMI which stopped them interrupted.
 */
#ifndef FB_KERNEL_CPU_REGS_H
#define FB_KERNEL_CPU_REGS_H

#include <sys/user.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* FB_NOT_FOUND where the CPU left none; FB_TRUNCATED for a note too short. */
FB_MUST_CHECK struct fb_error *fb_cpu_regs(const struct fb_kernel *kernel, uint32_t cpu,
					   struct user_regs_struct *regs_ret);

#endif
