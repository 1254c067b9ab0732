/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jiffies, the unit of time of timers, work queues and much else, and how long one is. Called by the timers and the
 * work queues.
 */
#ifndef FB_KERNEL_JIFFIES_H
#define FB_KERNEL_JIFFIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_jiffies {
	uint64_t now;  /* at the panic; it wraps around, so that only differences mean something */
	double tick_s; /* seconds of one; > 0 */
	bool tick_assumed; /* the kernel does not tell it: 1/250 second is what distributions have */
};

/* FB_NOT_FOUND, or errors of fb_space_read(), where the counter cannot be read. */
FB_MUST_CHECK struct fb_error *fb_jiffies_read(struct fb_kernel *kernel,
					       struct fb_jiffies *jiffies_ret);

/* Seconds from a moment until the panic; negative for a moment after it. */
double fb_jiffies_since(const struct fb_jiffies *jiffies, uint64_t moment);

#endif
