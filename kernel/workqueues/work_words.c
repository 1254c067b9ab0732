// SPDX-License-Identifier: GPL-2.0-or-later
/* The words for states of items and flags of queues. Called by whoever prints them. */
#include <stdio.h>

#include "kernel/workqueues/work.h"

char *fb_work_queue_flags(const struct fb_work_queue *queue, char *to, size_t size)
{
	/* include/linux/workqueue.h; the lowest since 4cb1ef64609f (6.9), before which the bit was never set. */
	static const struct {
		uint32_t flag;
		const char *name;
	} flags[] = {
		{1u << 0, "bh"},
		{1u << 1, "unbound"},
		{1u << 2, "freezable"},
		{1u << 3, "mem-reclaim"},
		{1u << 4, "highpri"},
		{1u << 5, "cpu-intensive"},
		{1u << 7, "power-efficient"},
		{1u << 8, "percpu"},
		{1u << 16, "draining"},
		{1u << 17, "ordered"},
	};
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < FB_ARRAY_SIZE(flags) && used < size; i++)
		if (queue->flags & flags[i].flag)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
						 flags[i].name);
	return to;
}

const char *fb_work_state_name(enum fb_work_state state)
{
	static const char *const names[] = {"pending", "scheduled", "inactive"};

	return names[state];
}
