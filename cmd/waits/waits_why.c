// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `fbundle waits --why PID`: what one thread, or each thread of a process, waits for, and on from there
 * to where the chain ends, with both stacks of each.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/waits/waits_print.h"

/* Steps of a chain that are shown: one that is longer, or that goes round, says so. */
#define STEPS 16u

/* The waits of a chain; *goes_on_ret: it is longer, or a loop. */
static size_t follow(const struct fb_waits_view *view, size_t wait, size_t chain[STEPS],
		     bool *goes_on_ret)
{
	size_t count = 0;

	*goes_on_ret = false;
	while (wait != FB_WAIT_NONE && count < STEPS) {
		for (size_t i = 0; i < count; i++)
			*goes_on_ret |= chain[i] == wait;
		if (*goes_on_ret)
			return count;
		chain[count++] = wait;
		wait = view->analysis->next[wait];
	}
	*goes_on_ret = wait != FB_WAIT_NONE;
	return count;
}

static void print_end(const struct fb_waits_view *view, const struct fb_wait *last, bool goes_on)
{
	const struct fb_wait_object *object = &view->graph->objects[last->object];
	struct fb_output *output = fb_waits_output(view);
	size_t waits;

	if (goes_on) {
		fb_print(output, FB_STYLE_DIM, "  and so on, round or further\n");
		return;
	}
	for (size_t i = 0; i < object->owner_count && !object->loose; i++) {
		const struct fb_task *task = fb_tasks_by_tid(view->tasks, object->owners[i].tid);

		if (!task || !fb_wait_owner_counts(last, object, &object->owners[i]) ||
		    fb_waits_of(view->waits, task->tid, &waits))
			continue;
		fb_print(output, FB_STYLE_PLAIN, "  ");
		fb_waits_print_thread(view, task->tid, FB_STYLE_BOLD);
		fb_print(output, FB_STYLE_PLAIN, "  %s\n", fb_waits_state_text(task));
	}
}

static struct fb_error *explain(const struct fb_waits_view *view, size_t wait)
{
	const struct fb_task *tasks[STEPS];
	struct fb_thread_stacks *stacks;
	size_t chain[STEPS] = {wait}, count, known = 0;
	bool goes_on;
	struct fb_error *err;

	count = follow(view, wait, chain, &goes_on);
	for (size_t i = 0; i < count; i++) {
		tasks[known] = fb_tasks_by_tid(view->tasks, view->graph->waits[chain[i]].tid);
		known += tasks[known] != NULL;
	}
	err = fb_waits_load_stacks(view, tasks, known, &stacks);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		const struct fb_wait *at = &view->graph->waits[chain[i]];

		fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "%s", i ? "  " : "");
		fb_waits_print_wait(view, at);
		fb_waits_print_details(view, at, 6);
		fb_waits_print_kernel_frames(view, at, 6);
		fb_waits_print_user_frames(view, stacks, at->tid, 6);
	}
	print_end(view, &view->graph->waits[chain[count - 1]], goes_on);
	fb_thread_stacks_destroy(stacks);
	return NULL;
}

static struct fb_error *explain_thread(const struct fb_waits_view *view, int32_t tid)
{
	size_t count;
	const struct fb_wait *waits = fb_waits_of(view->waits, tid, &count);
	const struct fb_task *task = fb_tasks_by_tid(view->tasks, tid);
	struct fb_error *err = NULL;

	if (!count) {
		fb_waits_print_thread(view, tid, FB_STYLE_BOLD);
		fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "  %s\n",
			 fb_waits_state_text(task));
	}
	for (size_t i = 0; i < count && !err; i++)
		err = explain(view, (size_t)(&waits[i] - view->graph->waits));
	return err;
}

struct fb_error *fb_waits_print_why(const struct fb_waits_view *view, int32_t tid)
{
	const struct fb_task *task = fb_tasks_by_tid(view->tasks, tid);
	const int32_t *lost;
	size_t first, count, lost_count;
	struct fb_error *err = NULL;

	lost_count = fb_tasks_lost(view->tasks, &lost);
	for (size_t i = 0; i < lost_count && !task; i++)
		if (lost[i] == tid)
			return fb_error_create(FB_ABSENT,
					       "PID %" PRId32
					       " existed, but its task_struct is not in "
					       "the dump, so that what it waits for is not known",
					       tid);
	if (!task)
		return fb_error_create(FB_NOT_FOUND, "no thread or process has PID %" PRId32, tid);
	if (task->tid != task->pid)
		return explain_thread(view, tid);
	fb_tasks_group(view->tasks, task->pid, &first, &count);
	for (size_t i = first; i < first + count && !err; i++)
		err = explain_thread(view, fb_tasks_get(view->tasks, i)->tid);
	return err;
}
