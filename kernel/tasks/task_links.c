// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds tasks to which a known task_struct points, besides its family: the task that it woke last, and tasks that trace
 * it or are traced by it. Called by task.c where the first sources did not find all tasks.
 */
#include "base/limits.h"
#include "kernel/tasks/task_table.h"

struct link_walk {
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	uint64_t steps; /* left to walk within lists */
};

static struct fb_error *add_named(struct link_walk *walk, uint64_t task,
				  const struct fb_field *field, uint32_t found_by)
{
	uint64_t named = 0;
	struct fb_error *err = NULL;

	if (field->found)
		err = fb_kernel_field(walk->tasks->kernel, task, field, &named);
	if (!err)
		err = fb_tasks_add_live(walk->tasks, named, found_by);
	return fb_tasks_broken(walk->tasks, err, found_by);
}

/* entry: task_struct.ptrace_entry of a traced one */
static struct fb_error *add_traced(void *context, uint64_t entry)
{
	struct link_walk *walk = context;

	return fb_tasks_add_live(walk->tasks, entry - walk->layout->task_ptrace_entry.offset,
				 FB_FOUND_FAMILY);
}

static struct fb_error *walk_traced(struct link_walk *walk, uint64_t task)
{
	struct fb_error *err;

	err = fb_kernel_ring(walk->tasks->kernel, task + walk->layout->task_ptraced.offset,
			     &walk->steps, add_traced, walk);
	return fb_tasks_broken(walk->tasks, err, FB_FOUND_FAMILY);
}

struct fb_error *fb_tasks_from_links(struct fb_tasks *tasks)
{
	const struct fb_layout *layout = fb_kernel_layout(tasks->kernel);
	struct link_walk walk = {tasks, layout, 2 * (uint64_t)FB_MAX_TASKS};
	struct fb_error *err = NULL;

	/* The table grows under the loop. */
	for (size_t i = 0; i < tasks->count && !err; i++) {
		uint64_t task = tasks->tasks[i].address;

		/* Not cleared when that task ends: it may be freed by now. */
		err = add_named(&walk, task, &layout->task_last_wakee, FB_FOUND_WAKEUP);
		if (!err)
			err = add_named(&walk, task, &layout->task_parent, FB_FOUND_FAMILY);
		/* An idle task's list is a copy of that of the task which made it (copy_process()). */
		if (!err && !tasks->tasks[i].idle && layout->task_ptraced.found &&
		    layout->task_ptrace_entry.found)
			err = walk_traced(&walk, task);
	}
	return err;
}
