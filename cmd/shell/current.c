// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the task that shall be the current one. Printed in a child of the reader, read by the terminal's process. */
#include "cmd/shell/current.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "bundle/input/panic.h"
#include "cmd/shared/output.h"
#include "cmd/shared/target.h"
#include "kernel/tasks/task.h"

static const char first_word[] = "PID: ";

static struct fb_error *find(struct fb_input *input, const char *text,
			     const struct fb_task **task_ret)
{
	const struct fb_tasks *tasks;
	struct fb_panic panic = {0};
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (err)
		return err;
	if (text) {
		err = fb_find_process_named(input, text, task_ret);
		/* The process is found by each of its threads; the thread itself is wanted. */
		if (!err && fb_is_number(text) &&
		    fb_tasks_by_tid(tasks, (int32_t)strtol(text, NULL, 10)))
			*task_ret = fb_tasks_by_tid(tasks, (int32_t)strtol(text, NULL, 10));
		return err;
	}
	err = fb_panic_find(input, &panic);
	if (!err && !panic.task)
		err = fb_error_create(FB_NOT_FOUND,
				      "the task that panicked is not known: `set PID`");
	*task_ret = panic.task;
	fb_panic_deinit(&panic);
	return err;
}

struct fb_error *fb_current_print(struct fb_input *input, const char *text)
{
	const struct fb_task *task = NULL;
	struct fb_error *err = find(input, text, &task);

	if (err)
		return err;
	fb_put("    %s%" PRId32 "\n", first_word, task->tid);
	fb_put("COMMAND: \"%s\"\n", fb_task_comm(task).text);
	fb_put("   TASK: %" PRIx64 "\n", task->address);
	fb_put("    CPU: %" PRIu32 "\n", task->cpu);
	fb_put("  STATE: %c%s\n", task->state, task->on_cpu ? " (a CPU ran it)" : "");
	return NULL;
}

int32_t fb_current_tid(const char *text)
{
	char *end;
	long tid;

	text += strspn(text, " ");
	if (strncmp(text, first_word, strlen(first_word)) != 0)
		return -1;
	text += strlen(first_word);
	tid = strtol(text, &end, 10);
	return end != text && *end == '\n' && tid >= 0 && tid < FB_MAX_TASKS ? (int32_t)tid : -1;
}
