// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds which task panicked, on which CPU, and its message in the log. Called by bt, info and report.
 */
#include "bundle/input/panic.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/log/log.h"

static struct fb_error *find_message(struct fb_input *input, char **message_ret)
{
	char text[FB_MAX_STRING];
	struct fb_log *log = NULL;
	struct fb_error *err = fb_log_load(fb_input_kernel(input), &log);

	if (err)
		return fb_part_warn(fb_input_warnings(input), err, "the kernel's log");
	fb_log_panic_message(log, text, sizeof(text));
	fb_log_destroy(log);
	if (text[0]) {
		*message_ret = strdup(text);
		if (!*message_ret)
			return fb_error_nomem();
	}
	return NULL;
}

static const struct fb_task *task_on(const struct fb_tasks *tasks, int cpu)
{
	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (task->on_cpu && (int)task->cpu == cpu)
			return task;
	}
	return NULL;
}

struct fb_error *fb_panic_find(struct fb_input *input, struct fb_panic *panic_ret)
{
	struct fb_panic panic = {.cpu = fb_kernel_panic_cpu(fb_input_kernel(input))};
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	/* Where symbols or types are missing, which is a warning already, the log and the CPUs tell all
	 * the same. */
	if (err && (!fb_error_is(err, FB_NOT_FOUND) || !fb_kernel_lost(fb_input_kernel(input))))
		return err;
	fb_error_destroy(err);
	if (panic.cpu >= 0 && tasks)
		panic.task = task_on(tasks, panic.cpu);
	err = find_message(input, &panic.message);
	if (!err)
		*panic_ret = panic;
	return err;
}

void fb_panic_deinit(struct fb_panic *panic)
{
	free(panic->message);
	memset(panic, 0, sizeof(*panic));
}
