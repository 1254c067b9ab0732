/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of functions that a CPU asked of others by interrupts and that these had not answered at the panic: flushes of
 * the TLB, changes of code, barriers (kernel/smp.c). A CPU that needs the answer spins until it has it; if the other
 * one takes no interrupts, that is for ever. Called by the command cpus.
 */
#ifndef FB_KERNEL_CPU_CALLS_H
#define FB_KERNEL_CPU_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/tasks/run_queue.h"

struct fb_cpu_call {
	uint64_t address; /* of its struct */
	uint32_t to;
	int64_t from;      /* the CPU that asks; -1: unknown */
	uint64_t function; /* the address of what is to be called; 0: unknown */
	bool waits;        /* the asking CPU waits until the function has run */
	bool queued;       /* not begun: it is in the queue of the CPU that is asked */
};

struct fb_cpu_calls {
	struct fb_cpu_call *calls; /* owned; by the CPU that is asked */
	size_t count;
};

/* Reads those between the CPUs of these run queues. What cannot be read is missing, with a warning where the dump is
 * damaged; only fatal errors are returned. The caller frees the result with fb_cpu_calls_deinit(). */
FB_MUST_CHECK struct fb_error *fb_cpu_calls_load(struct fb_kernel *kernel,
						 const struct fb_run_queues *queues,
						 struct fb_cpu_calls *calls_ret);
void fb_cpu_calls_deinit(struct fb_cpu_calls *calls);

#endif
