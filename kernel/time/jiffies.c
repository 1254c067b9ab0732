// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the counter, and the length of a tick from the clock source that consists of ticks (kernel/time/jiffies.c).
 * CONFIG_HZ itself is nowhere in memory. Called by the timers and the work queues.
 */
#include "kernel/time/jiffies.h"

#include "base/part.h"

#define USUAL_TICK_S (1.0 / 250)
/* CONFIG_HZ is 100 to 1000; others have been built, but none outside these bounds. */
#define LEAST_TICK_NS 100000u
#define MOST_TICK_NS 100000000u
#define MOST_SHIFT 31u

/* clocksource_jiffies has TICK_NSEC << shift as its multiplier. */
static struct fb_error *read_tick(struct fb_kernel *kernel, double *seconds_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t source, mult, shift;
	struct fb_error *err = fb_kernel_symbol(kernel, "clocksource_jiffies", &source);

	if (!err)
		err = fb_kernel_field(kernel, source, &layout->clocksource_mult, &mult);
	if (!err)
		err = fb_kernel_field(kernel, source, &layout->clocksource_shift, &shift);
	if (err)
		return err;
	if (shift > MOST_SHIFT || mult >> shift < LEAST_TICK_NS || mult >> shift > MOST_TICK_NS)
		return fb_error_create(FB_CORRUPT, "clocksource_jiffies has an impossible rate");
	*seconds_ret = (double)(mult >> shift) / 1e9;
	return NULL;
}

struct fb_error *fb_jiffies_read(struct fb_kernel *kernel, struct fb_jiffies *jiffies_ret)
{
	struct fb_jiffies jiffies = {0};
	struct fb_error *err = fb_kernel_variable_u64(kernel, "jiffies", &jiffies.now);

	if (err)
		return err;
	err = fb_part_warn(fb_kernel_warnings(kernel), read_tick(kernel, &jiffies.tick_s),
			   "the length of a tick, 1/250 second is assumed");
	if (err)
		return err;
	if (jiffies.tick_s <= 0) {
		jiffies.tick_s = USUAL_TICK_S;
		jiffies.tick_assumed = true;
	}
	*jiffies_ret = jiffies;
	return NULL;
}

double fb_jiffies_since(const struct fb_jiffies *jiffies, uint64_t moment)
{
	return (double)(int64_t)(jiffies->now - moment) * jiffies->tick_s;
}
