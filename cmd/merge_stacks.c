// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the stacks of the processes with cores, which are stored in a redacted bundle. Called by
 * merge.c.
 */
#include "cmd/merge_stacks.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/stacks/thread_stack.h"
#include "cmd/bt/bt.h"
#include "cmd/shared/memory_sources.h"
#include "kernel/swap/swap.h"

/* Who holds a lock that is in process memory only that memory tells. */
static struct fb_error *find_waits(struct fb_context *context, struct fb_input *input,
				   const struct fb_memory_sources *sources,
				   struct fb_waits **waits_ret)
{
	const struct fb_wait_options options = {.files = sources->files, .swap = sources->swap};
	struct fb_error *err = fb_waits_find(input, &options, waits_ret);

	return fb_part_warn(context->warnings, err, "what threads wait for");
}

static struct fb_error *load(struct fb_context *context, struct fb_input *input,
			     const struct fb_task *const *tasks, size_t count, json_t **stacks_ret)
{
	struct fb_thread_stacks_options options = {
		.debug_dirs = context->options.debug_dirs,
		.debug_dir_count = context->options.debug_dir_count,
	};
	struct fb_thread_stacks *stacks = NULL;
	struct fb_memory_sources sources = {0};
	struct fb_waits *waits = NULL;
	json_t *whole;
	struct fb_error *err = fb_memory_sources_open(context, input, &sources);

	options.files = sources.files;
	options.swap = sources.swap;
	if (!err)
		err = fb_thread_stacks_load(input, &options, tasks, count, &stacks);
	if (!err)
		err = find_waits(context, input, &sources, &waits);
	if (!err) {
		whole = fb_bt_json(stacks, waits);
		*stacks_ret = json_incref(json_object_get(whole, "threads"));
		json_decref(whole);
		if (!*stacks_ret)
			err = fb_error_nomem();
	}
	fb_waits_destroy(waits);
	fb_thread_stacks_destroy(stacks);
	fb_memory_sources_deinit(&sources);
	return err;
}

struct fb_error *fb_merge_stacks(struct fb_context *context, struct fb_input *input,
				 json_t **stacks_ret)
{
	const struct fb_tasks *tasks = NULL;
	const struct fb_task **chosen = NULL;
	size_t count = 0;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_alloc_array(fb_tasks_count(tasks), sizeof(*chosen), FB_MAX_TASKS,
				     "threads", &chosen);
	/* The tasks are in the order of the table, in which the threads of a process stand
	 * together. */
	for (size_t i = 0; !err && i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (!task->idle && fb_input_core_of(input, task->pid))
			chosen[count++] = task;
	}
	if (!err)
		err = load(context, input, chosen, count, stacks_ret);
	free(chosen);
	return err;
}
