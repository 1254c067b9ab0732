// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a process's command line, user and root folder, from the dump or else its core. Called by ps,
 * files, vm and report, and where mapped files are named.
 */
#include "bundle/process/process.h"

#include <stdio.h>

#include "base/part.h"
#include "kernel/paging/page_table.h"

static struct fb_error *cmdline_from_dump(struct fb_kernel *kernel, const struct fb_task *task,
					  char *to, size_t size)
{
	struct fb_page_tables tables;
	struct fb_space *space = NULL;
	struct fb_error *err;

	err = fb_kernel_mm_page_tables(kernel, task->mm, &tables);
	if (!err)
		err = fb_mapped_space_create(&tables, "process", &space);
	if (!err)
		err = fb_task_cmdline(kernel, task, space, to, size);
	fb_mapped_space_destroy(space);
	return err;
}

struct fb_error *fb_process_cmdline(struct fb_input *input, const struct fb_task *task, char *to,
				    size_t size)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_input_core *core;
	struct fb_error *err;

	to[0] = '\0';
	if (!task->mm || task->kernel_thread)
		return NULL;
	err = cmdline_from_dump(kernel, task, to, size);
	err = fb_part_skip(err);
	if (err)
		return err;
	core = to[0] ? NULL : fb_input_core_of(input, task->pid);
	if (!core)
		return NULL;
	err = fb_task_cmdline(kernel, task, fb_core_space(core->core), to, size);
	if (err)
		to[0] = '\0';
	err = fb_part_skip(err);
	/* Where the mm_struct, which has the address, is lost: at most 80 bytes of it. */
	if (!err && !to[0])
		snprintf(to, size, "%s", fb_core_info(core->core)->args);
	return err;
}

uint32_t fb_process_uid(struct fb_input *input, const struct fb_task *task, bool *from_core_ret)
{
	const struct fb_input_core *core = NULL;

	if (task->uid == UINT32_MAX)
		core = fb_input_core_of(input, task->pid);
	*from_core_ret = core && fb_core_info(core->core)->has_psinfo &&
			 fb_core_info(core->core)->uid != UINT32_MAX;
	return *from_core_ret ? fb_core_info(core->core)->uid : task->uid;
}

const struct fb_core_thread *fb_process_core_thread(const struct fb_core *core,
						    const struct fb_task *task)
{
	const struct fb_core_thread *first = fb_core_thread_of(core, task->tid);
	uint32_t levels = task->level_count < FB_ARRAY_SIZE(task->level_tids)
				  ? task->level_count
				  : (uint32_t)FB_ARRAY_SIZE(task->level_tids);

	/* The core was written inside a PID namespace, so it has the PID of that namespace. */
	for (uint32_t level = 0; level < levels; level++) {
		const struct fb_core_thread *thread =
			fb_core_thread_of(core, task->level_tids[level]);

		if (thread && (!first || thread < first))
			first = thread;
	}
	return first;
}

struct fb_error *fb_process_root(struct fb_input *input, const struct fb_task *task, bool own_root,
				 struct fb_path *root_ret, bool *known_ret)
{
	const struct fb_tasks *tasks = NULL;
	const struct fb_task *whose = task;
	struct fb_error *err;

	*known_ret = false;
	err = fb_input_tasks(input, &tasks);
	if (err)
		return err;
	if (!own_root && fb_tasks_by_tid(tasks, 1))
		whose = fb_tasks_by_tid(tasks, 1);
	err = fb_path_task_root(fb_input_kernel(input), whose, root_ret);
	if (fb_error_is_fatal(err))
		return err;
	*known_ret = !err;
	fb_error_destroy(err);
	return NULL;
}
