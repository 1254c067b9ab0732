// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The task table while it is being filled: the sources (task_*.c) add what they find, each task
 * once, and count what is broken.
 */
#include "kernel/tasks/task_table.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

#define FIRST_SLOTS 1024u

static size_t slot_of(const struct fb_tasks *tasks, uint64_t address)
{
	/* Fibonacci hashing: the high bits of the product are well mixed. */
	size_t slot = (size_t)((address * 0x9e3779b97f4a7c15ull) >> 20) & (tasks->slots - 1);

	while (tasks->by_address[slot] &&
	       tasks->tasks[tasks->by_address[slot] - 1].address != address)
		slot = (slot + 1) & (tasks->slots - 1);
	return slot;
}

static struct fb_error *index_addresses(struct fb_tasks *tasks, size_t slots)
{
	uint32_t *fresh = calloc(slots, sizeof(*fresh));

	if (!fresh)
		return fb_error_nomem();
	free(tasks->by_address);
	tasks->by_address = fresh;
	tasks->slots = slots;
	for (size_t i = 0; i < tasks->count; i++)
		tasks->by_address[slot_of(tasks, tasks->tasks[i].address)] = (uint32_t)i + 1;
	return NULL;
}

struct fb_error *fb_tasks_index(struct fb_tasks *tasks)
{
	return index_addresses(tasks, tasks->slots ? tasks->slots : FIRST_SLOTS);
}

const struct fb_task *fb_tasks_by_address(const struct fb_tasks *tasks, uint64_t address)
{
	size_t index = tasks->by_address[slot_of(tasks, address)];

	return index ? &tasks->tasks[index - 1] : NULL;
}

struct fb_error *fb_tasks_add(struct fb_tasks *tasks, uint64_t address, uint32_t found_by,
			      size_t *index_ret)
{
	size_t slot = slot_of(tasks, address);
	size_t index = tasks->by_address[slot];
	struct fb_error *err;

	if (index) {
		index--;
		tasks->tasks[index].found_by |= found_by;
	} else {
		struct fb_task task;

		err = fb_task_read(tasks->kernel, address, &task);
		if (!err)
			err = fb_grow_array(&tasks->tasks, &tasks->room, tasks->count,
					    sizeof(*tasks->tasks), FB_MAX_TASKS, "tasks");
		if (!err && 2 * (tasks->count + 1) > tasks->slots) {
			err = index_addresses(tasks, 2 * tasks->slots);
			slot = slot_of(tasks, address);
		}
		if (err)
			return err;
		task.found_by = found_by;
		index = tasks->count++;
		tasks->tasks[index] = task;
		tasks->by_address[slot] = (uint32_t)index + 1;
	}
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

	if (!err || fb_error_is(err, FB_NOMEM))
		return err;
	tasks->broken[source]++;
	if (tasks->first_break[source])
		fb_error_destroy(err);
	else
		tasks->first_break[source] = err;
	return NULL;
}
