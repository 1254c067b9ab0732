/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole stacks of threads: the kernel half as at the panic, and the user half
 * from the registers with which the thread entered the kernel (or its CPU was
 * stopped), over the joined space of its process.
 */
#ifndef FB_BUNDLE_THREAD_STACK_H
#define FB_BUNDLE_THREAD_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/user.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/process/host_files.h"
#include "kernel/stacks/stack.h"
#include "kernel/stacks/syscall_meta.h"
#include "kernel/swap/swap.h"
#include "kernel/tasks/task.h"
#include "user/unwind/unwind.h"

/* Where the registers come from that the user half begins with. */
enum fb_user_regs_source {
	FB_USER_REGS_UNKNOWN,
	FB_USER_REGS_KERNEL_STACK, /* pt_regs: as at the panic */
	FB_USER_REGS_CPU,          /* PRSTATUS of the CPU that ran it: as at the panic */
	FB_USER_REGS_CORE,         /* as old as the core */
};

struct fb_thread_stack {
	const struct fb_task *task;
	struct fb_kernel_stack kernel;
	/* The description of the system call that the thread is in. NULL: it is in none, or the
	 * kernel does not describe it. */
	const struct fb_syscall_meta *syscall;
	/* For each argument of the system call that is a descriptor: the file, named as `fbundle
	 * files` names it. Owned; NULL: not known. */
	char *syscall_paths[FB_SYSCALL_ARGUMENTS];
	/* Where that file is a socket: its addresses (fb_socket_text()). Owned; NULL: none. */
	char *syscall_sockets[FB_SYSCALL_ARGUMENTS];

	enum fb_user_regs_source user_regs_from;
	struct user_regs_struct user_regs;
	const struct fb_input_core *core;         /* of its process; NULL: none */
	const struct fb_core_thread *core_thread; /* this thread in it; NULL: none */
	bool core_differs; /* core_thread's registers are not user_regs: it ran on since */
	/* No frames, and why in .end, for kernel threads too. */
	struct fb_user_stack user;
	bool user_stored;             /* user was kept when the bundle was redacted, not unwound */
	const char *stored_waits_for; /* what it waited for, as a text kept then; NULL: none */
};

struct fb_thread_stacks_options {
	struct fb_host_files *files; /* borrowed, or NULL */
	struct fb_swap *swap;        /* borrowed, or NULL */
	const char *const *debug_dirs;
	size_t debug_dir_count;
	bool kernel_only; /* leave out the user halves */
};

struct fb_thread_stacks;

/* One stack for each task, in their order; tasks of one process must stand together. All in
 * borrowed; what of the kernel's tables cannot be had is a warning. Works on the input's pool, and
 * in children (base/isolation/isolate.h): not to be called from a part of the pool's. */
FB_MUST_CHECK struct fb_error *fb_thread_stacks_load(struct fb_input *input,
						     const struct fb_thread_stacks_options *options,
						     const struct fb_task *const *tasks,
						     size_t count,
						     struct fb_thread_stacks **stacks_ret);
void fb_thread_stacks_destroy(struct fb_thread_stacks *stacks);

size_t fb_thread_stacks_count(const struct fb_thread_stacks *stacks);
const struct fb_thread_stack *fb_thread_stacks_get(const struct fb_thread_stacks *stacks,
						   size_t index);
/* The kernel's modules, for whoever shows kernel frames; NULL: none to be had. */
struct fb_modules *fb_thread_stacks_modules(const struct fb_thread_stacks *stacks);

#endif
