// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps the state of each recogniser, which is made when it is first asked for. Called by
 * recognisers with a state, and by waits.c at the end.
 */
#include "bundle/waits/finder/wait_finder.h"

#include "kernel/tasks/task_detail.h"
#include <stdlib.h>
#include <string.h>

struct fb_error *fb_wait_state(struct fb_wait_finder *finder, const struct fb_wait_state *of,
			       void *state_ret)
{
	struct fb_wait_state_slot *slot = finder->states;

	while (slot < finder->states + FB_WAIT_STATES && slot->of && slot->of != of)
		slot++;
	if (slot == finder->states + FB_WAIT_STATES)
		return fb_error_create(FB_LIMIT, "more recognisers of waits than have room");
	if (!slot->of) {
		slot->memory = calloc(1, of->size);
		if (!slot->memory)
			return fb_error_nomem();
		slot->of = of;
	}
	*(void **)state_ret = slot->memory;
	return NULL;
}

void fb_wait_finder_deinit(struct fb_wait_finder *finder)
{
	for (size_t i = 0; i < FB_WAIT_STATES && finder->states[i].of; i++) {
		finder->states[i].of->deinit(finder->states[i].memory);
		free(finder->states[i].memory);
	}
	memset(finder->states, 0, sizeof(finder->states));
	fb_wait_graph_deinit(&finder->graph);
}

const struct fb_task *fb_wait_task_at(const struct fb_wait_finder *finder, uint64_t address)
{
	return fb_tasks_by_address(finder->tasks, address & ~7ull);
}

struct fb_error *fb_wait_pid_number(const struct fb_wait_finder *finder, uint64_t pid,
				    int32_t *number_ret)
{
	return fb_pid_number(finder->kernel, pid, number_ret);
}
