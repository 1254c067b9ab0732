/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each CPU did at the panic, and which threads waited for it (kernel/sched/sched.h, include/linux/sched.h,
 * kernel/watchdog.c). The queued threads are taken from the task table, because each task_struct has a flag for it and
 * the CPU's number, and not from the trees of the scheduling classes: these differ between kernels, and one broken link
 * would hide a whole queue. The run queue's own count allows a comparison. Called by the command cpus; the clock is
 * used by whoever tells for how long a thread sleeps.
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
	const struct fb_task *task; /* owned by the task table */
	int32_t priority;           /* task_struct.prio: 0 to 99 real time, 120 is nice 0 */
	bool waited_known;
	/* Since it was queued; it may be more where the clock of the CPU's run queue was not updated any more. */
	uint64_t waited_ns;
};

struct fb_run_queue {
	uint32_t cpu;
	/* Owned by the task table; it may be the idle thread; NULL: unknown. */
	const struct fb_task *current;
	bool ran_known;
	uint64_t ran_ns; /* since it got the CPU; it may be more, as above */
	/* rq.nr_running: the current thread, unless it is the idle thread, and all queued ones. */
	bool running_known;
	uint32_t running;
	struct fb_queued *queued; /* owned; the one that has waited longest comes first */
	size_t queued_count;
	/* The parts of the CPU's preempt_count: how often each was entered and not left. */
	bool depth_known;
	uint32_t preempt_depth, softirq_depth, irq_depth, nmi_depth;
	/* Seconds since the watchdog for soft lockups last ran on this CPU. False: there is no watchdog, or it
	 * cannot be read. */
	bool watchdog_known;
	double watchdog_s;
	/* Function calls that other CPUs sent to this one and that it had not begun; counted up to a limit. */
	uint32_t calls;
};

struct fb_run_queues {
	struct fb_run_queue *queues; /* owned; online CPUs, ascending */
	size_t count;
};

/* Reads the run queues of all online CPUs. What cannot be read of one CPU or thread stays unknown, with a warning where
 * the dump is damaged. Fails only with fatal errors, and with FB_NOT_FOUND where types or symbols are missing. tasks is
 * borrowed and must outlive the result, which the caller frees with fb_run_queues_deinit(). */
FB_MUST_CHECK struct fb_error *fb_run_queues_load(struct fb_kernel *kernel,
						  const struct fb_tasks *tasks,
						  struct fb_run_queues *queues_ret);
void fb_run_queues_deinit(struct fb_run_queues *queues);

/* Whether the watchdog has not run on the CPU for longer than lockup_s seconds, the limit of fb_soft_lockup_limit(). */
bool fb_run_queue_is_locked_up(const struct fb_run_queue *queue, uint32_t lockup_s);

/* The seconds after which the kernel would have reported a soft lockup: twice watchdog_thresh; 0 where its watchdog is
 * off. */
FB_MUST_CHECK struct fb_error *fb_soft_lockup_limit(struct fb_kernel *kernel,
						    uint32_t *seconds_ret);

/* What task_struct.se.exec_start is to be compared with: the scheduler's clock of tasks, in ns, of the CPU that ran
 * last; 0 where it is not known. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_scheduler_now(struct fb_kernel *kernel, uint64_t *ns_ret);

#endif
