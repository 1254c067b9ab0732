/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the controllers know of one control group: its memory, number of threads and CPU time, with their limits. Each
 * controller keeps a struct for each group in which it is enabled (css, include/linux/cgroup-defs.h). Called by
 * cgroups.c.
 */
#ifndef FB_KERNEL_CGROUP_VALUES_H
#define FB_KERNEL_CGROUP_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* A number that may be unknown. */
struct fb_number {
	uint64_t value;
	bool known;
};

/* The value of a limit that does not limit: "max". */
#define FB_NO_LIMIT UINT64_MAX

/* As in memory.events. */
enum fb_memory_event {
	FB_MEMORY_LOW,      /* reclaimed below its memory.low */
	FB_MEMORY_HIGH,     /* slowed down, above its memory.high */
	FB_MEMORY_MAX,      /* about to go above its memory.max */
	FB_MEMORY_OOM,      /* an allocation was about to fail */
	FB_MEMORY_OOM_KILL, /* processes killed for it */
	FB_MEMORY_EVENTS,
};
/* "low", "high", ... Static. */
const char *fb_memory_event_name(enum fb_memory_event event);

struct fb_cgroup_values {
	bool has_memory; /* the controller is enabled in this group, and the group is no root */
	struct fb_number memory_current; /* bytes, as the four limits */
	struct fb_number memory_min, memory_low, memory_high, memory_max;
	struct fb_number swap_current, swap_max;          /* bytes; of version 1 with the memory */
	struct fb_number memory_events[FB_MEMORY_EVENTS]; /* of it and the groups below */

	bool has_pids;
	struct fb_number pids_current, pids_max;
	struct fb_number pids_refused; /* forks that failed at pids.max */

	bool has_cpu;
	struct fb_number cpu_weight; /* 100 by default */
	struct fb_number cpu_idle;   /* 1: it gets what the others leave */
	/* that it may run for in each period, on all CPUs together */
	struct fb_number cpu_quota_ns;
	struct fb_number cpu_period_ns;
	/* 1: it had used up its quota on some CPU, and waited for the next period */
	struct fb_number cpu_throttled;
	struct fb_number cpu_periods;   /* that passed while it had a quota */
	struct fb_number cpu_throttles; /* periods in which it was throttled */
	struct fb_number cpu_throttled_ns;
};

/* Reads what the controllers know of the group at this address. Numbers that cannot be read stay unknown, with a
 * warning that names the group as `what`. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_cgroup_values_load(struct fb_kernel *kernel, uint64_t group,
						     const char *what,
						     struct fb_cgroup_values *values_ret);

/* The name of the controller that the css at this address is of: "memory". to: size bytes. Errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_cgroup_controller_name(struct fb_kernel *kernel, uint64_t css,
							 char *to, size_t size);
/* The address of the css at this place (a controller's number) of the group; 0: none is there. */
FB_MUST_CHECK struct fb_error *fb_cgroup_css(struct fb_kernel *kernel, uint64_t group, size_t place,
					     uint64_t *css_ret);
/* How many places for controllers each group has: CGROUP_SUBSYS_COUNT; 0: unknown. */
size_t fb_cgroup_places(struct fb_kernel *kernel);

#endif
