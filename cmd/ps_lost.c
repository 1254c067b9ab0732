// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows threads whose task_struct is not in the dump: their TIDs, and what the cores of their processes have of them,
 * which is the state when the core was written. Called by ps.
 */
#include "cmd/ps_lost.h"

#include "bundle/process/lost_threads.h"
#include "bundle/process/process.h"
#include "cmd/ps_detail.h"

static const char *core_name(struct fb_input *input, const struct fb_task *task)
{
	return fb_core_name(fb_input_core_of(input, task->pid)->core);
}

static struct fb_error *thread_to_json(struct fb_input *input, const struct fb_task *task,
				       struct fb_ps_process *process, json_t *list)
{
	bool from_core;
	uint32_t uid = fb_process_uid(input, task, &from_core);
	json_t *object;
	struct fb_error *err = fb_ps_process_load(input, task, process);

	if (err)
		return err;
	object = json_object();
	json_object_set_new(object, "pid", json_integer(task->pid));
	json_object_set_new(object, "tid", json_integer(task->tid));
	json_object_set_new(object, "comm", fb_json_bytes(task->comm, sizeof(task->comm)));
	json_object_set_new(object, "cmdline",
			    fb_json_text(*process->cmdline ? process->cmdline : NULL));
	json_object_set_new(object, "uid", uid != UINT32_MAX ? json_integer(uid) : json_null());
	json_object_set_new(object, "core", fb_json_text(core_name(input, task)));
	return json_array_append_new(list, object) ? fb_error_nomem() : NULL;
}

struct fb_error *fb_ps_lost_to_json(struct fb_input *input, json_t *answer)
{
	struct fb_ps_process process = {0};
	const struct fb_tasks *tasks = NULL;
	struct fb_lost_threads lost = {0};
	json_t *numbers = json_array(), *list = json_array();
	const int32_t *tids;
	size_t count = 0;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_lost_threads_find(input, &lost);
	if (!err)
		count = fb_tasks_lost(tasks, &tids);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(numbers, json_integer(tids[i]));
	for (size_t i = 0; i < lost.count && !err; i++)
		err = thread_to_json(input, &lost.tasks[i], &process, list);
	json_object_set_new(answer, "lost_tids", numbers);
	json_object_set_new(answer, "lost", list);
	fb_lost_threads_deinit(&lost);
	return err;
}

static struct fb_error *add_row(struct fb_input *input, const struct fb_task *task,
				struct fb_ps_process *process, struct fb_table *table)
{
	bool from_core;
	uint32_t uid = fb_process_uid(input, task, &from_core);
	struct fb_error *err = fb_ps_process_load(input, task, process);

	if (!err)
		err = fb_table_cell(table, FB_STYLE_BOLD, "%d", task->pid);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", task->tid);
	if (!err && uid == UINT32_MAX)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "?");
	else if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", uid);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_GOOD, "%s", core_name(input, task));
	if (err)
		return err;
	return fb_table_cell(table, FB_STYLE_PLAIN, "%.*s%s%s", (int)sizeof(task->comm), task->comm,
			     *process->cmdline ? "  " : "", process->cmdline);
}

static struct fb_error *print_table(struct fb_input *input, const struct fb_lost_threads *lost,
				    struct fb_output *output)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT}, {"TID", FB_RIGHT},        {"UID", FB_RIGHT},
		{"CORE", FB_LEFT}, {"COMMAND", FB_LEFT_CUT},
	};
	struct fb_ps_process process = {0};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < lost->count && !err; i++)
		err = add_row(input, &lost->tasks[i], &process, table);
	if (!err) {
		fb_put("\nof these, as their cores have it:\n");
		fb_table_print(table, output);
	}
	fb_table_destroy(table);
	return err;
}

struct fb_error *fb_ps_lost_print(struct fb_input *input, struct fb_output *output)
{
	const struct fb_tasks *tasks = NULL;
	struct fb_lost_threads lost = {0};
	const int32_t *tids;
	size_t count;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_lost_threads_find(input, &lost);
	if (err)
		return err;
	count = fb_tasks_lost(tasks, &tids);
	if (count)
		fb_put("\nknown by TID only:");
	for (size_t i = 0; i < count; i++)
		fb_put(" %d", tids[i]);
	if (count)
		fb_put("\n");
	if (lost.count)
		err = print_table(input, &lost, output);
	fb_lost_threads_deinit(&lost);
	return err;
}
