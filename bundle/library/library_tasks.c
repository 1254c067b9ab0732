// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks and cores for callers of the library.
 */
#include <stdio.h>

#include "bundle/library/library.h"
#include "bundle/process/process.h"
#include "kernel/tasks/kthread_name.h"

struct fb_error *fb_library_tasks(struct fbundle *bundle)
{
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err;

	if (bundle->tasks)
		return NULL;
	err = fb_input_tasks(bundle->input, &tasks);
	if (!err)
		err = fb_input_cores(bundle->input, &bundle->cores, &bundle->core_count);
	if (!err)
		bundle->tasks = tasks;
	return err;
}

static const struct fb_tasks *table_of(const struct fbundle_tasks *tasks)
{
	return (const struct fb_tasks *)tasks;
}

struct fbundle_error *fbundle_load_tasks(struct fbundle *bundle,
					 const struct fbundle_tasks **tasks_ret)
{
	struct fb_error *err = fb_library_tasks(bundle);

	if (!err)
		*tasks_ret = (const struct fbundle_tasks *)bundle->tasks;
	return fb_library_error(err);
}

size_t fbundle_tasks_count(const struct fbundle_tasks *tasks)
{
	return fb_tasks_count(table_of(tasks));
}

const struct fbundle_task *fbundle_tasks_get(const struct fbundle_tasks *tasks, size_t index)
{
	if (index >= fb_tasks_count(table_of(tasks)))
		return NULL;
	return (const struct fbundle_task *)fb_tasks_get(table_of(tasks), index);
}

const struct fbundle_task *fbundle_tasks_by_tid(const struct fbundle_tasks *tasks, int32_t tid)
{
	return (const struct fbundle_task *)fb_tasks_by_tid(table_of(tasks), tid);
}

size_t fbundle_tasks_lost_count(const struct fbundle_tasks *tasks)
{
	const int32_t *tids;

	return fb_tasks_lost(table_of(tasks), &tids);
}

int32_t fbundle_tasks_lost_tid(const struct fbundle_tasks *tasks, size_t index)
{
	const int32_t *tids;

	return index < fb_tasks_lost(table_of(tasks), &tids) ? tids[index] : -1;
}

int32_t fbundle_task_pid(const struct fbundle_task *task)
{
	return fb_library_task(task)->pid;
}

int32_t fbundle_task_tid(const struct fbundle_task *task)
{
	return fb_library_task(task)->tid;
}

int32_t fbundle_task_ppid(const struct fbundle_task *task)
{
	return fb_library_task(task)->ppid;
}

const char *fbundle_task_comm(const struct fbundle_task *task)
{
	return fb_library_task(task)->comm;
}

char fbundle_task_state(const struct fbundle_task *task)
{
	return fb_library_task(task)->state;
}

uint32_t fbundle_task_cpu(const struct fbundle_task *task)
{
	return fb_library_task(task)->cpu;
}

bool fbundle_task_is_running(const struct fbundle_task *task)
{
	return fb_library_task(task)->on_cpu;
}

bool fbundle_task_is_idle(const struct fbundle_task *task)
{
	return fb_library_task(task)->idle;
}

bool fbundle_task_is_kernel_thread(const struct fbundle_task *task)
{
	return fb_library_task(task)->kernel_thread;
}

uint64_t fbundle_task_address(const struct fbundle_task *task)
{
	return fb_library_task(task)->address;
}

uint64_t fbundle_task_start_ns(const struct fbundle_task *task)
{
	return fb_library_task(task)->start_ns;
}

uint64_t fbundle_task_runtime_ns(const struct fbundle_task *task)
{
	return fb_library_task(task)->runtime_ns;
}

size_t fbundle_task_level_count(const struct fbundle_task *task)
{
	return fb_library_task(task)->level_count;
}

int32_t fbundle_task_level_tid(const struct fbundle_task *task, size_t index)
{
	return index < fb_library_task(task)->level_count ? fb_library_task(task)->level_tids[index]
							  : -1;
}

struct fbundle_error *fbundle_task_name(struct fbundle *bundle, const struct fbundle_task *task,
					char *to, size_t size)
{
	char name[FB_KTHREAD_NAME];
	struct fb_error *err =
		fb_kthread_name(fb_input_kernel(bundle->input), fb_library_task(task), name);

	if (!err)
		(void)snprintf(to, size, "%s", name);
	return fb_library_error(err);
}

uint32_t fbundle_task_uid(const struct fbundle *bundle, const struct fbundle_task *task)
{
	bool from_core;

	return fb_process_uid(bundle->input, fb_library_task(task), &from_core);
}

struct fbundle_error *fbundle_task_cmdline(struct fbundle *bundle, const struct fbundle_task *task,
					   char *to, size_t size)
{
	return fb_library_error(fb_process_cmdline(bundle->input, fb_library_task(task), to, size));
}

const char *fbundle_task_core(const struct fbundle *bundle, const struct fbundle_task *task)
{
	const struct fb_input_core *core = NULL;

	if (!fb_library_task(task)->idle)
		core = fb_input_core_of(bundle->input, fb_library_task(task)->pid);
	return core ? fb_core_name(core->core) : NULL;
}

size_t fbundle_cores_count(const struct fbundle *bundle)
{
	return bundle->core_count;
}

const char *fbundle_core_name(const struct fbundle *bundle, size_t index)
{
	return index < bundle->core_count ? fb_core_name(bundle->cores[index].core) : NULL;
}

int32_t fbundle_core_pid(const struct fbundle *bundle, size_t index)
{
	const struct fb_task *task =
		index < bundle->core_count ? bundle->cores[index].match.task : NULL;

	return task ? task->pid : -1;
}
