/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers that had not expired, or that had and were not run: high-resolution timers (include/linux/hrtimer.h,
 * kernel/time/hrtimer.c), which are what /proc/timer_list lists, and those of the timer wheel (include/linux/timer.h,
 * kernel/time/timer.c), which no file lists. Whose a timer is, is known where its function says what it is a part of: a
 * thread that sleeps, delayed work, a process's alarm. Called by the command timers.
 */
#ifndef FB_KERNEL_TIMERS_H
#define FB_KERNEL_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"
#include "kernel/time/jiffies.h"

#define FB_TIMER_QUEUE_NAME 32

struct fb_timer {
	uint64_t address; /* of the struct hrtimer or timer_list */
	bool high_resolution;
	uint32_t cpu;
	uint32_t clock;        /* of a high-resolution timer: index of its clock base */
	uint64_t expires;      /* nanoseconds of its clock; of the timer wheel jiffies */
	uint64_t soft_expires; /* the earliest moment; the same for the timer wheel */
	double in_s;     /* seconds from the panic until it expires; negative: it was due before */
	bool overdue;    /* it should have been run before the panic, and not only by a hair */
	bool running;    /* its function was being called at the panic */
	bool deferrable; /* it does not wake a CPU that is idle */
	uint64_t function; /* 0: cannot be read */
	const struct fb_task
		*task; /* owned by the task table: whose it is; NULL: nobody's, or unknown */
	uint64_t work_function; /* of delayed work; 0: it is none */
	/* where the work will be queued; raw bytes; "": unknown, or none */
	char queue[FB_TIMER_QUEUE_NAME];
};

struct fb_timers {
	struct fb_jiffies jiffies;
	bool now_known;
	/* CLOCK_MONOTONIC when the kernel last updated it, ns: at the panic, or at most a tick before. */
	uint64_t now_ns;
	struct fb_timer *timers; /* owned; the one that is due first comes first */
	size_t count;
};

/* What cannot be read is left out, with a warning where the dump is damaged. Fails with fatal errors, and with
 * FB_NOT_FOUND where types or symbols are missing. tasks is borrowed and must outlive the result, which the caller
 * frees with fb_timers_deinit(). */
FB_MUST_CHECK struct fb_error *fb_timers_load(struct fb_kernel *kernel,
					      const struct fb_tasks *tasks,
					      struct fb_timers *timers_ret);
void fb_timers_deinit(struct fb_timers *timers);

/* "monotonic", "realtime", "boottime", "tai"; for the timer wheel "jiffies". */
const char *fb_timer_clock_name(const struct fb_timer *timer);

#endif
