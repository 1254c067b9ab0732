/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct percpu_counter (include/linux/percpu_counter.h): a counter with a common part and a part for each CPU.
 */
#ifndef FB_KERNEL_PERCPU_COUNTER_H
#define FB_KERNEL_PERCPU_COUNTER_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* The exact value of the counter at address (kernel virtual): the common part and the parts of all CPUs together. (The
 * kernel itself mostly reads the common part alone.) It may be negative for a moment. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_percpu_counter_sum(struct fb_kernel *kernel, uint64_t address,
						     int64_t *sum_ret);

#endif
