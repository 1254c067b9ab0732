/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each CPU did at the panic, and which threads waited for it (kernel/sched/sched.h, include/linux/sched.h,
 * kernel/watchdog.c). The queued threads come from the task table, where each says whether it is queued and on which
 * CPU, and not from the trees of the scheduling classes: these change with every kernel, and one broken link would
 * hide a queue. The queue's own count of them is there to compare.
 */
#ifndef FB_KERNEL_RUN_QUEUE_H
#define FB_KERNEL_RUN_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* A thread that is runnable and does not run. */
struct fb_queued {
	const struct fb_task *task; /* of the table that was asked */
	int32_t priority;           /* task_struct.prio: 0 to 99 real time, 120 is nice 0 */
	bool waited_known;
	uint64_t waited_ns; /* since it was queued; at least, where its CPU's clock stood still */
};

struct fb_run_queue {
	uint32_t cpu;
	const struct fb_task *current; /* NULL: unknown. The idle thread is one too */
	bool ran_known;
	uint64_t ran_ns; /* since it was given the CPU; at least, as above */
	/* rq.nr_running: that one, unless it is the idle thread, and all that wait. */
	bool running_known;
	uint32_t running;
	struct fb_queued *queued; /* owned; those that wait longest first */
	size_t queued_count;
	/* Of the CPU's preempt_count: how deep it was in each. */
	bool depth_known;
	uint32_t preempt_depth, softirq_depth, irq_depth, nmi_depth;
	/* Since the soft lockup's watchdog thread last ran on this CPU; false: no watchdog, or it cannot be read. */
	bool watchdog_known;
	double watchdog_s;
	uint32_t
		calls; /* function calls that other CPUs sent to it and that it had not taken yet; at most some */
};

struct fb_run_queues {
	struct fb_run_queue *queues; /* owned; online CPUs, ascending */
	size_t count;
};

/* What cannot be read of one CPU or thread is unknown, with a warning where it is damage. Fails with FB_NOMEM and
 * FB_OS, and with FB_NOT_FOUND where types or symbols are missing. tasks is borrowed and must outlive the result,
 * which the caller frees with fb_run_queues_deinit(). */
FB_MUST_CHECK struct fb_error *fb_run_queues_load(struct fb_kernel *kernel,
						  const struct fb_tasks *tasks,
						  struct fb_run_queues *queues_ret);
void fb_run_queues_deinit(struct fb_run_queues *queues);

/* The seconds after which the kernel would have reported a soft lockup: twice watchdog_thresh; 0: it does not watch. */
FB_MUST_CHECK struct fb_error *fb_soft_lockup_limit(struct fb_kernel *kernel,
						    uint32_t *seconds_ret);

#endif
