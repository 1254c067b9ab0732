/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the arguments of the system calls that threads are in: their names and types, and
 * the files of those that are descriptors. Called by thread_stack.c.
 */
#ifndef FB_BUNDLE_THREAD_SYSCALL_H
#define FB_BUNDLE_THREAD_SYSCALL_H

#include <stddef.h>

#include "base/error.h"
#include "bundle/stacks/thread_stack.h"

struct fb_thread_syscalls;

/* Sets syscall, syscall_paths and syscall_sockets of count stacks whose kernel halves are unwound; works on the threads
 * of the input's pool. What is not known stays NULL; only fatal errors are returned. *syscalls_ret owns what syscall
 * points to, and must be destroyed after the stacks. */
FB_MUST_CHECK struct fb_error *fb_thread_syscalls_apply(struct fb_input *input,
							struct fb_thread_stack *stacks,
							size_t count,
							struct fb_thread_syscalls **syscalls_ret);
/* syscalls may be NULL. */
void fb_thread_syscalls_destroy(struct fb_thread_syscalls *syscalls);

#endif
