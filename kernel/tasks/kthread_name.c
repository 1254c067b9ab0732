// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads names of kernel threads. Called by the command ps.
 */
#include "kernel/tasks/kthread_name.h"

#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "kernel/image/early_member.h"

/* PF_WQ_WORKER (include/linux/sched.h). */
#define WORKER 0x20u
/* workqueue_struct.name and worker.desc have 24 to 32 bytes. */
#define PART_BYTES 48u

/* The NUL-terminated text in the array that a member is; "" where this kernel has no such member. */
static struct fb_error *text_in(struct fb_kernel *kernel, uint64_t base,
				const struct fb_field *field, char text[PART_BYTES])
{
	size_t size = field->size < PART_BYTES ? field->size : PART_BYTES - 1;
	struct fb_error *err = NULL;

	memset(text, 0, PART_BYTES);
	if (field->found)
		err = fb_space_read(fb_kernel_space(kernel), base + field->offset, text, size);
	if (err)
		text[0] = '\0';
	return fb_part_skip(err);
}

/* The name of the workqueue that a rescuer is of; "" for other workers. */
static struct fb_error *rescued(struct fb_kernel *kernel, uint64_t worker, char name[PART_BYTES])
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	struct fb_field early;
	uint64_t queue = 0;
	struct fb_error *err =
		fb_part_skip(fb_kernel_field(kernel, worker, &layout->kworker_rescued, &queue));

	name[0] = '\0';
	if (!err && queue)
		err = text_in(kernel, queue,
			      fb_kernel_early_member(kernel, "workqueue_struct", "name",
						     "workqueue_struct.name", &early)
				      ? &early
				      : &fb_kernel_layout(kernel)->kworker_queue_name,
			      name);
	return err;
}

/* wq_worker_comm() (kernel/workqueue.c). */
static struct fb_error *name_of_worker(struct fb_kernel *kernel, const struct fb_task *task,
				       uint64_t kthread, char to[FB_KTHREAD_NAME])
{
	static const char prefix[] = "kworker/R-";
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	char queue[PART_BYTES] = "", work[PART_BYTES] = "",
	     name[sizeof(task->comm) + 2 * PART_BYTES];
	uint64_t worker = 0, pool = 0, current = 0;
	/* A rescuer's thread is named so, and then by its workqueue. */
	bool rescuer = !strncmp(task->comm, prefix, strlen(prefix));
	struct fb_error *err = fb_kernel_field(kernel, kthread, &layout->kthread_data, &worker);

	if (!err && worker)
		err = fb_kernel_field(kernel, worker, &layout->kworker_pool, &pool);
	if (!err && pool)
		err = fb_kernel_field(kernel, worker, &layout->worker_work, &current);
	if (!err && pool)
		err = text_in(kernel, worker, &layout->kworker_text, work);
	if (!err && worker && rescuer)
		err = rescued(kernel, worker, queue);
	if (err || !worker)
		return fb_part_skip(err);
	rescuer &= *queue != '\0';
	snprintf(name, sizeof(name), "%.*s%s%s%s",
		 (int)(rescuer ? strlen(prefix) : sizeof(task->comm)), task->comm,
		 rescuer ? queue : "",
		 !*work    ? ""
		 : current ? "+"
			   : "-",
		 work);
	/* /proc cuts it too. */
	snprintf(to, FB_KTHREAD_NAME, "%.*s", (int)FB_KTHREAD_NAME - 1, name);
	return NULL;
}

static struct fb_error *full_name(struct fb_kernel *kernel, uint64_t kthread,
				  char to[FB_KTHREAD_NAME])
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	char name[FB_KTHREAD_NAME] = "";
	uint64_t address = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, kthread, &layout->kthread_full_name, &address);

	if (!err && address)
		err = fb_space_string(fb_kernel_space(kernel), address, name, sizeof(name));
	if (!err && *name)
		memcpy(to, name, sizeof(name));
	return fb_part_skip(err);
}

struct fb_error *fb_kthread_name(struct fb_kernel *kernel, const struct fb_task *task,
				 char to[FB_KTHREAD_NAME])
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	uint64_t kthread = 0, flags = 0;
	struct fb_error *err;

	snprintf(to, FB_KTHREAD_NAME, "%.*s", (int)sizeof(task->comm), task->comm);
	if (!task->kernel_thread)
		return NULL;
	err = fb_kernel_field(kernel, task->address, &layout->task_kthread, &kthread);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_flags, &flags);
	if (err || !kthread)
		return fb_part_skip(err);
	return flags & WORKER ? name_of_worker(kernel, task, kthread, to)
			      : full_name(kernel, kthread, to);
}
