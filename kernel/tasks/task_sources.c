// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first sources of tasks: the task list, the CPUs, thread lists and families. Where the walk of a source breaks,
 * that is counted, and the next source is walked nevertheless. Called by task.c.
 */
#include "base/limits.h"

#include "kernel/tasks/task_table.h"
#include <inttypes.h>

struct list_walk {
	struct fb_tasks *tasks;
	uint32_t link; /* offset in task_struct */
	uint32_t found_by;
};

/* A task is in one list of each kind: one that was met before tells that this list runs into another,
 * or into itself, whose tasks are known. Without that, all lists could share one long tail. */
static struct fb_error *add_entry(void *context, uint64_t entry)
{
	struct list_walk *walk = context;
	uint32_t met = FB_TASK_MET(walk->found_by);
	size_t index;
	struct fb_error *err;

	err = fb_tasks_add(walk->tasks, entry - walk->link, walk->found_by, &index);
	if (err)
		return err;
	if (walk->tasks->tasks[index].found_by & met)
		return fb_error_create(FB_CORRUPT, "task 0x%" PRIx64 " is in another list already",
				       (entry - walk->link));
	walk->tasks->tasks[index].found_by |= met;
	return NULL;
}

/* Backwards, for what lies behind a broken link; a list_head's prev stands behind its next. */
static struct fb_error *walk_backwards(struct list_walk *walk, uint64_t head)
{
	struct fb_space *space = fb_kernel_space(walk->tasks->kernel);
	uint64_t entry = head;
	struct fb_error *err = NULL;

	for (uint32_t i = 0; i < FB_MAX_TASKS && !err; i++) {
		err = fb_space_u64(space, entry + sizeof(uint64_t), &entry);
		if (err || entry == head)
			break;
		size_t before = walk->tasks->count;

		err = fb_tasks_add(walk->tasks, entry - walk->link, walk->found_by, NULL);
		/* A task that was known already: the walk has met what came from the front. */
		if (!err && walk->tasks->count == before)
			break;
	}
	return err;
}

struct fb_error *fb_tasks_walk_list(struct fb_tasks *tasks, uint64_t head, uint32_t link,
				    uint32_t found_by)
{
	struct list_walk walk = {.tasks = tasks, .link = link, .found_by = found_by};
	struct fb_error *err = fb_kernel_list(tasks->kernel, head, FB_MAX_TASKS, add_entry, &walk);

	if (!err)
		return NULL;
	err = fb_tasks_broken(tasks, err, found_by);
	return err ? err : fb_tasks_broken(tasks, walk_backwards(&walk, head), found_by);
}

struct fb_error *fb_tasks_from_task_list(struct fb_tasks *tasks)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(tasks->kernel);
	uint64_t init_task;
	struct fb_error *err;

	err = fb_kernel_symbol(tasks->kernel, "init_task", &init_task);
	if (!err)
		err = fb_layout_require(&layout->task_tasks);
	if (!err)
		err = fb_tasks_add(tasks, init_task, FB_FOUND_TASK_LIST, NULL);
	if (err)
		return fb_tasks_broken(tasks, err, FB_FOUND_TASK_LIST);
	return fb_tasks_walk_list(tasks, init_task + layout->task_tasks.offset,
				  layout->task_tasks.offset, FB_FOUND_TASK_LIST);
}

struct fb_error *fb_tasks_from_thread_lists(struct fb_tasks *tasks)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(tasks->kernel);
	struct fb_error *err;

	err = fb_layout_require(&layout->task_thread_node);
	if (!err)
		err = fb_layout_require(&layout->signal_thread_head);
	if (err)
		return fb_tasks_broken(tasks, err, FB_FOUND_THREAD_LIST);
	/* The table grows under the loop; a thread found here has its group walked already. */
	for (; tasks->lists_walked < tasks->count && !err; tasks->lists_walked++) {
		size_t i = tasks->lists_walked;
		uint64_t signal = 0;

		if (tasks->tasks[i].found_by & FB_FOUND_THREAD_LIST)
			continue;
		err = fb_kernel_field(tasks->kernel, tasks->tasks[i].address, &layout->task_signal,
				      &signal);
		if (err)
			err = fb_tasks_broken(tasks, err, FB_FOUND_THREAD_LIST);
		else if (signal) /* cleared when a task has been reaped */
			err = fb_tasks_walk_list(tasks, signal + layout->signal_thread_head.offset,
						 layout->task_thread_node.offset,
						 FB_FOUND_THREAD_LIST);
	}
	return err;
}

/* The task that a pointer at address names, if any. */
static struct fb_error *add_pointed(struct fb_tasks *tasks, uint64_t address, uint32_t found_by,
				    size_t *index_ret)
{
	uint64_t task;
	struct fb_error *err;

	err = fb_space_u64(fb_kernel_space(tasks->kernel), address, &task);
	return err ? err : fb_tasks_add(tasks, task, found_by, index_ret);
}

static struct fb_error *current_of_cpu(struct fb_tasks *tasks, uint32_t cpu, size_t *index_ret)
{
	uint64_t task;
	struct fb_error *err = fb_kernel_cpu_current(tasks->kernel, cpu, &task);

	return err ? err : fb_tasks_add(tasks, task, FB_FOUND_CPU, index_ret);
}

static struct fb_error *run_queue_of_cpu(struct fb_tasks *tasks, uint32_t cpu)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(tasks->kernel);
	uint64_t rq;
	struct fb_error *err;

	err = fb_kernel_percpu_symbol(tasks->kernel, cpu, "runqueues", &rq);
	if (!err)
		err = fb_layout_require(&layout->rq_curr);
	if (!err)
		err = fb_layout_require(&layout->rq_idle);
	if (!err)
		err = add_pointed(tasks, rq + layout->rq_curr.offset, FB_FOUND_CPU, NULL);
	if (!err)
		err = add_pointed(tasks, rq + layout->rq_idle.offset, FB_FOUND_CPU, NULL);
	return err;
}

struct fb_error *fb_tasks_from_cpus(struct fb_tasks *tasks)
{
	struct fb_error *err = NULL;

	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(tasks->kernel) && !err; cpu++) {
		size_t index;

		if (!fb_kernel_cpu_online(tasks->kernel, cpu))
			continue;
		err = current_of_cpu(tasks, cpu, &index);
		if (!err) {
			tasks->tasks[index].on_cpu = true;
			tasks->tasks[index].cpu = cpu;
		}
		err = fb_tasks_broken(tasks, err, FB_FOUND_CPU);
		if (!err)
			err = fb_tasks_broken(tasks, run_queue_of_cpu(tasks, cpu), FB_FOUND_CPU);
	}
	return err;
}

/* A pointer member that names a task: another one, since none speaks for itself. */
static struct fb_error *add_relative(struct fb_tasks *tasks, uint64_t task,
				     const struct fb_field *field)
{
	uint64_t relative;
	struct fb_error *err = fb_kernel_field(tasks->kernel, task, field, &relative);

	if (err || relative == task)
		return err;
	return fb_tasks_add(tasks, relative, FB_FOUND_FAMILY, NULL);
}

struct fb_error *fb_tasks_from_families(struct fb_tasks *tasks)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(tasks->kernel);
	struct fb_error *err;

	err = fb_layout_require(&layout->task_sibling);
	if (!err)
		err = fb_layout_require(&layout->task_children);
	if (err)
		return fb_tasks_broken(tasks, err, FB_FOUND_FAMILY);
	/* The table grows under the loop. */
	for (; tasks->families_walked < tasks->count && !err; tasks->families_walked++) {
		uint64_t task = tasks->tasks[tasks->families_walked].address;

		err = fb_tasks_broken(tasks, add_relative(tasks, task, &layout->task_real_parent),
				      FB_FOUND_FAMILY);
		if (!err)
			err = fb_tasks_broken(tasks,
					      add_relative(tasks, task, &layout->task_group_leader),
					      FB_FOUND_FAMILY);
		if (!err)
			err = fb_tasks_walk_list(tasks, task + layout->task_children.offset,
						 layout->task_sibling.offset, FB_FOUND_FAMILY);
	}
	return err;
}
