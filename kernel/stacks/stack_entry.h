/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a CPU entered the kernel, as its stacks show: which stacks it has, what kind of
 * entry saved the registers, and the registers of user mode (arch/x86/entry,
 * arch/x86/kernel/dumpstack_64.c). Called by stack.c and by bundle.
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

/* The kind of entry that saved regs, by the entry function's name (may be NULL) and by the registers themselves. */
enum fb_entry_kind fb_entry_kind(const char *symbol, const struct user_regs_struct *regs);

/* Adds an area, size bytes from the address start on, to those of unwind; does nothing where the bounds are impossible
 * or there is no room. name is static. */
void fb_stack_area_add(struct fb_unwind *unwind, uint64_t start, uint64_t size, const char *name);
/* Adds the interrupt, exception and entry stacks of a CPU. A stack that this kernel does not have, or whose place
 * cannot be read, is left out; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_cpu_stack_areas(const struct fb_kernel *kernel, uint32_t cpu,
						  struct fb_unwind *unwind);

/* Whether the value of cs is one of user mode, and whether it is a 32-bit code segment. */
bool fb_user_regs_are_user(const struct user_regs_struct *regs);
bool fb_user_regs_are_32bit(const struct user_regs_struct *regs);

/* The registers of user mode from the top of the task's kernel stack whose lowest address is `stack`. Every entry from
 * user mode saves them there (16 bytes lower in a kernel with FRED). For a task that was running in user mode they are
 * those of its last entry. FB_NOT_FOUND where there are no plausible registers; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_user_regs_at_top(const struct fb_kernel *kernel, uint64_t stack,
						   struct user_regs_struct *regs_ret);
/* Completes registers that come from pt_regs: removes FRED's bits from cs and ss, and R8 to R15 where it is code of 32
 * bits, which has none; fills in segments and bases from task->thread (they stay 0 where that cannot be read). Only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_user_regs_complete(const struct fb_kernel *kernel,
						     const struct fb_task *task,
						     struct user_regs_struct *regs);

/* The registers that a CPU saved when the kernel crashed, from its NT_PRSTATUS (crash_save_cpu() of
 * kernel/kexec_core.c). On the CPU that panicked they are those in __crash_kexec() or those of the fault; on the
 * others those that were interrupted by the NMI which stopped the CPU. FB_NOT_FOUND where the CPU has no note;
 * FB_TRUNCATED where the note is too short. */
FB_MUST_CHECK struct fb_error *fb_cpu_regs(const struct fb_kernel *kernel, uint32_t cpu,
					   struct user_regs_struct *regs_ret);

#endif
