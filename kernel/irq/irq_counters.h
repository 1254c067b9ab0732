/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters for each CPU of what is no interrupt of a device: the vectors that the CPUs have for themselves (the lines
 * of /proc/interrupts that begin with a name: arch/x86/kernel/irq.c) and softirqs (/proc/softirqs: kernel/softirq.c).
 * Called by the command irq.
 */
#ifndef FB_KERNEL_IRQ_COUNTERS_H
#define FB_KERNEL_IRQ_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_irq_counter {
	/* "LOC", "NET_RX"; NUL-terminated; of softirqs and of kernels from 7.2 on it is the dump's
	 * own text: escape before showing */
	char name[16];
	char text[64]; /* "Local timer interrupts"; likewise; "" for softirqs */
	/* owned: for each CPU that was asked for; NULL: it is one count for all of them */
	uint32_t *counts;
	uint64_t total;
};

struct fb_irq_counters {
	struct fb_irq_counter *counters; /* owned; in the kernel's order */
	size_t count;
	/* owned: for each CPU, which softirqs were to be run: bit N is counter N. NULL: unknown */
	uint32_t *pending;
};

/* Read the counters of the CPUs whose numbers are given. A counter that this kernel has not is left out; what cannot be
 * read costs the counter or all of them, with a warning. Only fatal errors are returned. The caller frees the result
 * with fb_irq_counters_deinit(). */
FB_MUST_CHECK struct fb_error *fb_vector_counters_load(struct fb_kernel *kernel,
						       const uint32_t *cpus, size_t cpu_count,
						       struct fb_irq_counters *counters_ret);
FB_MUST_CHECK struct fb_error *fb_softirq_counters_load(struct fb_kernel *kernel,
							const uint32_t *cpus, size_t cpu_count,
							struct fb_irq_counters *counters_ret);
void fb_irq_counters_deinit(struct fb_irq_counters *counters);

#endif
