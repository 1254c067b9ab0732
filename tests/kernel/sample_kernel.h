/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel of samples/small, opened: what is in it never changes. */
#ifndef FB_TESTS_KERNEL_SAMPLE_KERNEL_H
#define FB_TESTS_KERNEL_SAMPLE_KERNEL_H

#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct sample_kernel {
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct fb_kernel *kernel;
	struct fb_tasks *tasks;
};

/* Whatever fails, fails the test. */
void sample_kernel_open(struct sample_kernel *sample);
void sample_kernel_close(struct sample_kernel *sample);

#endif
