/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct percpu_counter (include/linux/percpu_counter.h): a number of which every CPU holds a part back.
 */
#ifndef FB_KERNEL_PERCPU_COUNTER_H
#define FB_KERNEL_PERCPU_COUNTER_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* The sum of the counter at address (kernel virtual) and all CPUs' parts: exact, where the kernel itself mostly reads
 * the first alone. It may be below zero for a moment. Errors of reading. */
FB_MUST_CHECK struct fb_error *fb_percpu_counter_sum(struct fb_kernel *kernel, uint64_t address,
						     int64_t *sum_ret);

#endif
