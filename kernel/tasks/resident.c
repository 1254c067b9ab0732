// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the resident memory of all processes, and puts them in order (resident.h). Called by the command mem and the
 * check of memory. */
#include "kernel/tasks/resident.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/part.h"
#include "kernel/tasks/task_detail.h"

static int by_bytes(const void *left, const void *right)
{
	const struct fb_resident *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return a->task->pid < b->task->pid ? -1 : a->task->pid > b->task->pid;
}

struct fb_error *fb_resident_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				  struct fb_resident **list_ret, size_t *count_ret)
{
	struct fb_resident *list;
	size_t count = 0;
	struct fb_error *err =
		fb_alloc_array(fb_tasks_count(tasks), sizeof(*list), SIZE_MAX, "processes", &list);

	if (err)
		return err;
	for (size_t i = 0; i < fb_tasks_count(tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (task->pid != task->tid || !task->mm || task->kernel_thread)
			continue;
		list[count].task = task;
		err = fb_mm_resident(kernel, task->mm, &list[count].bytes);
		count += !err;
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "PID %d", task->pid);
	}
	if (err) {
		free(list);
		return err;
	}
	if (count)
		qsort(list, count, sizeof(*list), by_bytes);
	*list_ret = list;
	*count_ret = count;
	return NULL;
}
