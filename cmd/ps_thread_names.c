// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of threads in Java. Called by ps.c. */
#include "cmd/ps_thread_names.h"

#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/process/java_machine.h"
#include "kernel/image/kernel.h"

bool fb_ps_thread_names_any(const struct fb_tasks *tasks)
{
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		if (fb_java_machine_may_be(fb_tasks_get(tasks, i)))
			return true;
	return false;
}

void fb_ps_thread_names_init(struct fb_input *input, const struct fb_tasks *tasks,
			     const struct fb_memory_sources *sources,
			     struct fb_ps_thread_names *names)
{
	names->input = input;
	names->tasks = fb_ps_thread_names_any(tasks) ? tasks : NULL;
	names->options = (struct fb_joined_options){.files = sources->files, .swap = sources->swap};
}

static void close_machine(struct fb_ps_thread_names *names)
{
	fb_java_destroy(names->java);
	names->java = NULL;
	fb_joined_destroy(names->joined);
	names->joined = NULL;
	fb_string_pool_deinit(&names->pool);
	names->pool = (struct fb_string_pool){.blocks = NULL};
}

void fb_ps_thread_names_deinit(struct fb_ps_thread_names *names)
{
	close_machine(names);
}

static bool may_be(const struct fb_ps_thread_names *names, int32_t pid)
{
	size_t first, count;

	fb_tasks_group(names->tasks, pid, &first, &count);
	for (size_t i = first; i < first + count; i++)
		if (fb_java_machine_may_be(fb_tasks_get(names->tasks, i)))
			return true;
	return false;
}

/* What keeps a virtual machine from being read is said by bt. */
static struct fb_error *open_machine(struct fb_ps_thread_names *names, const struct fb_task *task)
{
	struct fb_error *err;

	if (names->pid == task->pid)
		return NULL;
	close_machine(names);
	names->pid = task->pid;
	if (!may_be(names, task->pid))
		return NULL;
	err = fb_joined_create(names->input, task, &names->options, &names->joined);
	if (!err)
		err = fb_java_machine_open(names->input, task, names->joined, &names->pool,
					   &names->java);
	return fb_part_skip(err);
}

struct fb_error *fb_ps_thread_name(struct fb_ps_thread_names *names, const struct fb_task *task,
				   const char **name_ret)
{
	const struct fb_kernel *kernel = fb_input_kernel(names->input);
	const struct fb_java_thread *thread;
	uint64_t base = 0;
	struct fb_error *err;

	*name_ret = NULL;
	if (!names->tasks || !task->mm || task->kernel_thread)
		return NULL;
	err = open_machine(names, task);
	if (err || !names->java)
		return err;
	err = fb_kernel_field(kernel, task->address,
			      &fb_kernel_basic_layout(kernel)->task_thread_fsbase, &base);
	thread = err ? NULL : fb_java_thread_of(names->java, base);
	if (thread)
		*name_ret = thread->name;
	return fb_part_skip(err);
}

struct fb_error *fb_ps_thread_name_text(struct fb_ps_thread_names *names,
					const struct fb_task *task, char *to, size_t size)
{
	const char *name = NULL;
	char escaped[256];
	struct fb_error *err = fb_ps_thread_name(names, task, &name);

	to[0] = '\0';
	if (!err && name && strncmp(name, task->comm, sizeof(task->comm)) != 0)
		(void)snprintf(to, size, "  \"%s\"",
			       fb_text_escape(name, strlen(name), escaped, sizeof(escaped)));
	return err;
}
