/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names and types of a system call's arguments, which the kernel has for its tracing
 * (struct syscall_metadata, include/trace/syscall.h; CONFIG_FTRACE_SYSCALLS, which
 * distributions set). Only for 64-bit calls. Called by bundle/stacks.
 */
#ifndef FB_KERNEL_SYSCALL_META_H
#define FB_KERNEL_SYSCALL_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/stacks/syscall_names.h"

/* Raw bytes of the dump: escape before showing. */
struct fb_syscall_argument {
	char name[32]; /* "count" */
	char type[64]; /* "size_t" */
};

struct fb_syscall_meta {
	unsigned count;
	struct fb_syscall_argument arguments[FB_SYSCALL_ARGUMENTS];
};

/* The description of the system call of this number. FB_NOT_FOUND where the kernel does not
 * describe it. */
FB_MUST_CHECK struct fb_error *fb_syscall_meta_read(const struct fb_kernel *kernel, int64_t number,
						    struct fb_syscall_meta *meta_ret);

/* Whether an argument is a descriptor, by its name: "fd", "dfd", "fildes"... */
bool fb_syscall_argument_is_fd(const struct fb_syscall_argument *argument);

/* Writes the value to `to` (size bytes) as suits its type: "-100" for an int, "4096" for a size_t, AT_FDCWD for a
 * descriptor; hexadecimal for pointers, flags and large numbers. Returns `to`. */
char *fb_syscall_value_text(const struct fb_syscall_argument *argument, uint64_t value, char *to,
			    size_t size);

#endif
