/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel half of a thread's stack: from the place where it sleeps, or where its CPU
 * was stopped, back to its entry from user mode, or to the start of a kernel thread.
 * Called by bundle/stacks, bundle/waits and the command workqueues.
 */
#ifndef FB_KERNEL_STACK_H
#define FB_KERNEL_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/stacks/orc.h"
#include "kernel/stacks/stack_entry.h"
#include "kernel/stacks/unwind.h"
#include "kernel/tasks/task.h"
#include "symbols/dwarf/dwarf_lines.h"

struct fb_kernel_frame {
	uint64_t pc;
	uint64_t sp;        /* the stack pointer of this frame's function at pc */
	const char *symbol; /* borrowed from the kernel or its modules; NULL if unknown */
	const char *module; /* borrowed likewise; NULL: the kernel itself */
	uint64_t offset;    /* of pc from the symbol's start; may equal size */
	uint64_t size;      /* of the symbol, bytes; 0 unknown */
	const char *stack;  /* static: "task", "IRQ", "NMI"... */
	bool exact;         /* pc is an instruction that was interrupted, not a return address */
	bool unreliable;    /* found by frame pointer or scan, because there is no row */
	/* How the kernel was entered here: this frame's function saved the registers, and the next frame (or
	 * user mode) was interrupted. */
	enum fb_entry_kind entry;
	uint64_t regs; /* address of these pt_regs; 0 for FB_ENTRY_NONE */
	/* The source line and inlined functions; empty before fb_kernel_lines_add(). */
	struct fb_source_location source;
};

enum fb_user_regs_from {
	FB_USER_REGS_NONE,
	FB_USER_REGS_STACK,    /* pt_regs on the kernel stack */
	FB_USER_REGS_PRSTATUS, /* the CPU's note: it was in user mode */
};

struct fb_kernel_stack {
	struct fb_kernel_frame *frames; /* owned; innermost first */
	size_t count;
	enum fb_unwind_end ended;
	/* Why it ends: "end of the stack (user mode)", "the kernel thread's start", or what is
	 * missing. */
	char end[224];

	enum fb_user_regs_from user_regs_from;
	bool has_user_regs;
	struct user_regs_struct user_regs;
	int64_t syscall; /* number of the system call it is in; -1: none */
};

/* Unwinds the kernel stack of a task. Parameters are borrowed. orc NULL: there are no unwind tables, and only the
 * registers of user mode are found. The modules of orc give symbols for code of modules. Where the stack is damaged it
 * ends, with the reason in `end`; only fatal errors are returned. The caller frees the result with
 * fb_kernel_stack_deinit(). Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_kernel_stack_unwind(struct fb_kernel *kernel, struct fb_orc *orc,
						      const struct fb_task *task,
						      struct fb_kernel_stack *stack_ret);
/* The same for what a CPU ran, by its registers alone, for dumps in which no task can be found: the thread's stack is
 * assumed to be around the stack pointer, since stacks are aligned to their size. A CPU without registers in the dump
 * has no frames, and `end` has that reason. */
FB_MUST_CHECK struct fb_error *fb_kernel_stack_of_cpu(struct fb_kernel *kernel, struct fb_orc *orc,
						      uint32_t cpu,
						      struct fb_kernel_stack *stack_ret);
void fb_kernel_stack_deinit(struct fb_kernel_stack *stack);

/* Whether a function is one of those that switch threads, with which the stack of every thread begins that sleeps. */
bool fb_kernel_is_scheduling(const char *symbol);

#endif
