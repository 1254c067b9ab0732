/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the system calls that threads are in were called with: the names and types
 * of the arguments, and what the descriptors among them are of.
 */
#ifndef FB_BUNDLE_THREAD_SYSCALL_H
#define FB_BUNDLE_THREAD_SYSCALL_H

#include <stddef.h>

#include "base/error.h"
#include "bundle/stacks/thread_stack.h"

struct fb_thread_syscalls;

/* Sets .syscall, .syscall_paths and .syscall_sockets of stacks whose kernel halves are there; works on the input's pool.
 * What is not known is left NULL and is no damage: only fatal errors are returned. *syscalls_ret owns what .syscall
 * points to: destroy it behind the stacks. */
FB_MUST_CHECK struct fb_error *fb_thread_syscalls_apply(struct fb_input *input,
							struct fb_thread_stack *stacks,
							size_t count,
							struct fb_thread_syscalls **syscalls_ret);
/* Takes NULL. */
void fb_thread_syscalls_destroy(struct fb_thread_syscalls *syscalls);

#endif
