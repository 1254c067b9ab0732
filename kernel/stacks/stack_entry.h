/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a CPU enters the kernel, as its stacks show it: which stacks there are,
 * what saved the registers, and those of user mode (arch/x86/entry,
 * arch/x86/kernel/dumpstack_64.c).
 */
#ifndef FB_KERNEL_STACK_ENTRY_H
#define FB_KERNEL_STACK_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/stacks/unwind.h"
#include "kernel/tasks/task.h"

enum fb_entry_kind {
	FB_ENTRY_NONE, /* an ordinary function */
	FB_ENTRY_SYSCALL,
	FB_ENTRY_INTERRUPT,
	FB_ENTRY_EXCEPTION, /* a page fault, a trap... */
	FB_ENTRY_NMI,
};

/* "system call", "interrupt", "exception", "NMI"; "" for FB_ENTRY_NONE. */
const char *fb_entry_kind_name(enum fb_entry_kind kind);

/* What saved regs: by the entry function's name (may be NULL) and the registers themselves. */
enum fb_entry_kind fb_entry_kind(const char *symbol, const struct user_regs_struct *regs);

/* Appends an area to those of unwind; nothing where its bounds cannot be or there is no room. */
void fb_stack_area_add(struct fb_unwind *unwind, uint64_t start, uint64_t size, const char *name);
/* Appends the interrupt, exception and entry stacks of a CPU. What this kernel does not have, or
 * cannot be read, is left out; only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_cpu_stack_areas(const struct fb_kernel *kernel, uint32_t cpu,
						  struct fb_unwind *unwind);

/* cs says user mode, and with a 32-bit code segment. */
bool fb_user_regs_are_user(const struct user_regs_struct *regs);
bool fb_user_regs_are_32bit(const struct user_regs_struct *regs);

/* User mode's registers from the top of a task's stack, where every entry from user mode puts them
 * (16 bytes lower in a kernel that can do FRED). Of a task that runs in user mode right now they
 * are those of its last entry. FB_NOT_FOUND where they do not look like any; read errors. */
FB_MUST_CHECK struct fb_error *fb_user_regs_at_top(const struct fb_kernel *kernel, uint64_t stack,
						   struct user_regs_struct *regs_ret);
/* Makes pt_regs a whole user_regs_struct: cs and ss without FRED's bits, segments and bases from
 * task->thread (they stay 0 where it cannot be read). */
FB_MUST_CHECK struct fb_error *fb_user_regs_complete(const struct fb_kernel *kernel,
						     const struct fb_task *task,
						     struct user_regs_struct *regs);

/* The registers a CPU left on its way down: its NT_PRSTATUS (crash_save_cpu() of kernel/kexec_core.c). Of
 * the panicking CPU they are those of __crash_kexec() or of the fault; of the others those that the NMI
 * which stopped them interrupted. FB_NOT_FOUND where the CPU left none; FB_TRUNCATED for a note too
 * short. */
FB_MUST_CHECK struct fb_error *fb_cpu_regs(const struct fb_kernel *kernel, uint32_t cpu,
					   struct user_regs_struct *regs_ret);

#endif
