/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where CPUs were when they were stopped: the kernel stacks of what those ran that are locked up or have calls of other
 * CPUs in their queue, and whether a CPU took interrupts. Called by the command cpus and the check of CPUs.
 */
#ifndef FB_BUNDLE_CPU_PLACES_H
#define FB_BUNDLE_CPU_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bundle/stacks/thread_stack.h"
#include "kernel/tasks/run_queue.h"

struct fb_cpu_places {
	struct fb_thread_stacks *stacks; /* owned; NULL: of no CPU, or they cannot be read */
	/* Owned; in the order of the run queues; NULL: none of these, or unknown. */
	const struct fb_thread_stack **stack_of;
};

/* lockup_s: as fb_soft_lockup_limit(). Stacks that cannot be read are a warning; only fatal errors are returned. queues
 * is borrowed. The caller frees the result with fb_cpu_places_deinit(). */
FB_MUST_CHECK struct fb_error *fb_cpu_places_load(struct fb_input *input,
						  const struct fb_run_queues *queues,
						  uint32_t lockup_s,
						  struct fb_cpu_places *places_ret);
void fb_cpu_places_deinit(struct fb_cpu_places *places);

/* Whether the CPU took interrupts, by the registers that it saved; *known_ret false: it left none. Only fatal errors
 * are returned. */
FB_MUST_CHECK struct fb_error *fb_cpu_interrupts_on(const struct fb_kernel *kernel, uint32_t cpu,
						    bool *on_ret, bool *known_ret);

#endif
