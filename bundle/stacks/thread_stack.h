/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole stacks of threads: the kernel half at the panic, and the user half, which begins
 * with the registers with which the thread entered the kernel (or its CPU was stopped)
 * and is read through the joined space of its process. Called by the commands bt, merge
 * and report.
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
#include "user/runtimes/go/goroutines.h"
#include "user/unwind/unwind.h"

/* The source of the registers with which the user half begins. */
enum fb_user_regs_source {
	FB_USER_REGS_UNKNOWN,
	FB_USER_REGS_KERNEL_STACK, /* pt_regs on the kernel stack: at the panic */
	FB_USER_REGS_CPU,          /* PRSTATUS of the CPU that ran it: at the panic */
	FB_USER_REGS_CORE,         /* the core: when the core was written */
};

struct fb_thread_stack {
	const struct fb_task *task;
	struct fb_kernel_stack kernel;
	/* The description of the system call that the thread is in. NULL: it is in none, or the
	 * kernel does not describe it. */
	const struct fb_syscall_meta *syscall;
	/* For each argument of the system call that is a descriptor: the path of the file, as `fbundle files`
	 * prints it. Owned; NULL: not known. */
	char *syscall_paths[FB_SYSCALL_ARGUMENTS];
	/* For each such file that is a socket: its addresses (fb_socket_text()). Owned; NULL: none. */
	char *syscall_sockets[FB_SYSCALL_ARGUMENTS];

	enum fb_user_regs_source user_regs_from;
	struct user_regs_struct user_regs;
	const struct fb_input_core *core;         /* of its process; NULL: none */
	const struct fb_core_thread *core_thread; /* this thread in it; NULL: none */
	bool core_differs; /* core_thread's registers differ from user_regs: it ran on */
	/* Where there are no frames, as for kernel threads, user.end has the reason. */
	struct fb_user_stack user;
	bool user_stored;             /* user was stored when the bundle was redacted */
	const char *stored_waits_for; /* what it waited for, a text stored then; NULL: none */
};

struct fb_thread_stacks_options {
	struct fb_host_files *files; /* borrowed, or NULL */
	struct fb_swap *swap;        /* borrowed, or NULL */
	const char *const *debug_dirs;
	size_t debug_dir_count;
	bool kernel_only; /* leave out the user halves */
	bool goroutines;  /* read those of programs in Go too */
};

struct fb_thread_stacks;

/* Unwinds one stack for each of the count tasks, in the same order. Tasks of one process must follow each other.
 * Parameters are borrowed. Where unwind tables or modules of the kernel are missing, there is a warning. Works on the
 * threads of the input's pool and in child processes (base/isolation/isolate.h), so it must not be called from inside
 * work of that pool. */
FB_MUST_CHECK struct fb_error *fb_thread_stacks_load(struct fb_input *input,
						     const struct fb_thread_stacks_options *options,
						     const struct fb_task *const *tasks,
						     size_t count,
						     struct fb_thread_stacks **stacks_ret);
void fb_thread_stacks_destroy(struct fb_thread_stacks *stacks);

size_t fb_thread_stacks_count(const struct fb_thread_stacks *stacks);
const struct fb_thread_stack *fb_thread_stacks_get(const struct fb_thread_stacks *stacks,
						   size_t index);

/* How many processes the tasks are of, and the goroutines of one, of which *task_ret is a thread: none where the option
 * was not set, or its program is none of Go. */
size_t fb_thread_stacks_process_count(const struct fb_thread_stacks *stacks);
const struct fb_goroutines *fb_thread_stacks_goroutines(const struct fb_thread_stacks *stacks,
							size_t process,
							const struct fb_task **task_ret);

/* The kernel's modules, for printing kernel frames; NULL: they cannot be read. */
struct fb_modules *fb_thread_stacks_modules(const struct fb_thread_stacks *stacks);

#endif
