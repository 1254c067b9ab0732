// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The task table while it is filled: adds each task once, and counts what is broken. Called by the sources (task_*.c).
 */
#include "kernel/tasks/task_table.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

struct fb_error *fb_tasks_index(struct fb_tasks *tasks)
{
	struct fb_error *err = NULL;

	fb_u64_map_deinit(&tasks->by_address);
	for (size_t i = 0; i < tasks->count && !err; i++)
		err = fb_u64_map_add(&tasks->by_address, tasks->tasks[i].address, i, FB_MAX_TASKS,
				     "tasks", NULL);
	return err;
}

const struct fb_task *fb_tasks_by_address(const struct fb_tasks *tasks, uint64_t address)
{
	const uint64_t *index = fb_u64_map_find(&tasks->by_address, address);

	return index ? &tasks->tasks[*index] : NULL;
}

/* Behind the others. */
static struct fb_error *append(struct fb_tasks *tasks, uint64_t address)
{
	struct fb_task task;
	struct fb_error *err;

	err = fb_task_read(tasks->kernel, address, &task);
	if (!err)
		err = fb_grow_array(&tasks->tasks, &tasks->room, tasks->count,
				    sizeof(*tasks->tasks), FB_MAX_TASKS, "tasks");
	if (!err)
		err = fb_u64_map_add(&tasks->by_address, address, tasks->count, FB_MAX_TASKS,
				     "tasks", NULL);
	if (!err)
		tasks->tasks[tasks->count++] = task;
	return err;
}

struct fb_error *fb_tasks_add(struct fb_tasks *tasks, uint64_t address, uint32_t found_by,
			      size_t *index_ret)
{
	const uint64_t *known = fb_u64_map_find(&tasks->by_address, address);
	size_t index = known ? (size_t)*known : tasks->count;

	if (!known) {
		struct fb_error *err = append(tasks, address);

		if (err)
			return err;
	}
	tasks->tasks[index].found_by |= found_by;
	if (index_ret)
		*index_ret = index;
	return NULL;
}

struct fb_error *fb_tasks_add_lost(struct fb_tasks *tasks, int32_t tid, uint64_t address,
				   uint64_t pid)
{
	struct fb_error *err = fb_grow_array(&tasks->lost, &tasks->lost_room, tasks->lost_count,
					     sizeof(*tasks->lost), FB_MAX_TASKS, "lost tasks");

	if (!err)
		tasks->lost[tasks->lost_count++] =
			(struct fb_lost_task){.tid = tid, .address = address, .pid = pid};
	return err;
}

struct fb_error *fb_tasks_broken(struct fb_tasks *tasks, struct fb_error *err, uint32_t found_by)
{
	unsigned source = (unsigned)__builtin_ctz(found_by);

	if (!err || fb_error_is_fatal(err))
		return err;
	tasks->broken[source]++;
	if (tasks->first_break[source])
		fb_error_destroy(err);
	else
		tasks->first_break[source] = err;
	return NULL;
}
