// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the timers of all CPUs and sorts them. Called by the command timers. */
#include "kernel/time/timers.h"

#include <math.h>
#include <stdlib.h>

#include "base/part.h"
#include "kernel/time/timers_private.h"

static int by_expiry(const void *left, const void *right)
{
	const struct fb_timer *a = left, *b = right;

	/* What is not known comes last. */
	if (isnan(a->in_s) || isnan(b->in_s))
		return isnan(a->in_s) - isnan(b->in_s);
	if (a->in_s < b->in_s || a->in_s > b->in_s)
		return a->in_s < b->in_s ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

static struct fb_error *read_all(struct fb_timer_loader *loader)
{
	struct fb_warnings *warnings = fb_kernel_warnings(loader->kernel);
	struct fb_error *err = NULL;

	loader->found.now_ns = fb_kernel_info(loader->kernel)->monotonic_ns;
	loader->found.now_known = loader->found.now_ns != 0;
	if (!loader->found.now_known)
		fb_warn(warnings,
			"the monotonic clock cannot be read: when high-resolution timers are due "
			"is not known");
	fb_timer_functions_find(loader);
	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(loader->kernel) && !err; cpu++) {
		if (!fb_kernel_cpu_online(loader->kernel, cpu))
			continue;
		err = fb_part_warn(warnings, fb_hrtimers_read(loader, cpu),
				   "high-resolution timers of CPU %u", cpu);
		if (!err)
			err = fb_part_warn(warnings, fb_timer_wheel_read(loader, cpu),
					   "the timer wheel of CPU %u", cpu);
	}
	return err;
}

struct fb_error *fb_timers_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				struct fb_timers *timers_ret)
{
	struct fb_timer_loader loader = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .tasks = tasks};
	struct fb_error *err = fb_layout_require(&loader.layout->timer_expires);

	if (!err)
		err = fb_jiffies_read(kernel, &loader.found.jiffies);
	if (!err)
		err = read_all(&loader);
	fb_u64_map_deinit(&loader.seen);
	if (err) {
		fb_timers_deinit(&loader.found);
		return fb_error_prefix(err, "timers");
	}
	if (loader.found.count)
		qsort(loader.found.timers, loader.found.count, sizeof(*loader.found.timers),
		      by_expiry);
	*timers_ret = loader.found;
	return NULL;
}

void fb_timers_deinit(struct fb_timers *timers)
{
	free(timers->timers);
	*timers = (struct fb_timers){0};
}

const char *fb_timer_clock_name(const struct fb_timer *timer)
{
	/* enum hrtimer_base_type: these four, and again those that expire in softirqs. */
	static const char *const names[] = {"monotonic", "realtime", "boottime", "tai"};

	return timer->high_resolution ? names[timer->clock % FB_ARRAY_SIZE(names)] : "jiffies";
}
