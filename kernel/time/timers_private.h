/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder share while timers are read. */
#ifndef FB_KERNEL_TIMERS_PRIVATE_H
#define FB_KERNEL_TIMERS_PRIVATE_H

#include "base/u64_map.h"
#include "kernel/time/timers.h"

/* Functions that tell whose their timer is. */
enum fb_timer_function {
	FB_TIMER_SLEEPER, /* hrtimer_wakeup: a thread in nanosleep() or poll() */
	FB_TIMER_ALARM,   /* it_real_fn: alarm(), setitimer() */
	FB_TIMER_POSIX,   /* posix_timer_fn: timer_create() */
	FB_TIMER_DEADLINE, /* dl_task_timer: a thread of SCHED_DEADLINE that has used up its budget */
	FB_TIMER_PROCESS,      /* process_timeout: a thread in schedule_timeout() */
	FB_TIMER_WORK,         /* delayed_work_timer_fn */
	FB_TIMER_KTHREAD_WORK, /* kthread_delayed_work_timer_fn */
	FB_TIMER_FUNCTIONS,
};

struct fb_timer_loader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_timers found;
	size_t room;
	struct fb_u64_map seen;                 /* addresses of timers */
	uint64_t functions[FB_TIMER_FUNCTIONS]; /* addresses; 0: this kernel has none */
};

/* timer_owner.c: finds the functions that tell whose a timer is. */
void fb_timer_functions_find(struct fb_timer_loader *loader);
/* Reads whose a timer is and adds it, unless it is there already. Fatal errors, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_timers_add(struct fb_timer_loader *loader,
					     struct fb_timer *timer);

/* hrtimers.c, timer_wheel.c: the timers of a CPU. */
FB_MUST_CHECK struct fb_error *fb_hrtimers_read(struct fb_timer_loader *loader, uint32_t cpu);
FB_MUST_CHECK struct fb_error *fb_timer_wheel_read(struct fb_timer_loader *loader, uint32_t cpu);

#endif
