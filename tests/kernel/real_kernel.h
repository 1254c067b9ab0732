/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real dumps of $FBUNDLE_DATA, opened, and what was true before their panics. */
#ifndef FB_TESTS_KERNEL_REAL_KERNEL_H
#define FB_TESTS_KERNEL_REAL_KERNEL_H

#include <stddef.h>

#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct real_kernel {
	const char *name; /* "5.10", "6.1" */
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct fb_kernel *kernel;
	struct fb_tasks *tasks;
};

/* Runs check on each of the dumps; marks the test as skipped where there is no such folder. */
void real_kernel_each(void (*check)(const struct real_kernel *real));

/* A file of the dump's folder ("dmesg.txt", "truth/locks"), NUL-terminated; the caller free()s
 * it. NULL where there is none. */
char *real_kernel_file(const struct real_kernel *real, size_t *size_ret, const char *format, ...)
	FB_PRINTF(3, 4);

#endif
