// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle ps: the tasks of a dump, and their cores.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "bundle/process/process.h"
#include "bundle/waits/waits.h"
#include "cmd/ps_detail.h"
#include "cmd/ps_order.h"
#include "cmd/shared/command.h"

struct ps {
	struct fb_input *input;
	const struct fb_tasks *tasks;
	struct fb_table *table;
	bool threads;
	bool tree;
	bool details;
	bool want_waits;
	struct fb_waits *waits;    /* NULL: not asked for */
	struct fb_ps_detail usual; /* of PID 1: what others are held against */
};

static const struct argp_option ps_options[] = {
	{"threads", 't', NULL, 0, "a line for every thread, and the idle tasks", 0},
	{"tree", 'T', NULL, 0, "children below their parents", 0},
	{"long", 'l', NULL, 0,
	 "effective UID, start, resident memory, control group and namespaces too", 0},
	{"waits", 'w', NULL, 0, "what each blocked thread waits for, in place of command lines", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	struct ps *ps = own;

	switch (key) {
	case 't':
		ps->threads = true;
		return 0;
	case 'T':
		ps->tree = true;
		return 0;
	case 'l':
		ps->details = true;
		return 0;
	case 'w':
		ps->want_waits = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Lists the tasks of a dump: the union of what the task list, the PID tree, the CPUs "
	       "and the families say. A star behind the state marks what a CPU ran.",
	.options = ps_options,
	.parse = parse,
};

static const char *core_name(const struct ps *ps, const struct fb_task *task)
{
	const struct fb_input_core *core = fb_input_core_of(ps->input, task->pid);

	return core && !task->idle ? fb_core_name(core->core) : NULL;
}

/* "" for a thread that waits for nobody. */
static const char *waits_text(const struct ps *ps, const struct fb_task *task, char *to,
			      size_t size)
{
	size_t count = 0;
	const struct fb_wait *wait =
		ps->waits && !task->idle ? fb_waits_of(ps->waits, task->tid, &count) : NULL;

	to[0] = '\0';
	return wait ? fb_wait_describe(ps->waits, wait, to, size) : to;
}

static json_t *found_by_list(uint32_t found_by)
{
	json_t *list = json_array();

	for (unsigned bit = 0; bit < FB_FOUND_BITS; bit++)
		if (found_by & (1u << bit))
			json_array_append_new(list, json_string(fb_found_by_name(1u << bit)));
	return list;
}

static json_t *level_list(const struct fb_task *task)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < task->level_count; i++)
		json_array_append_new(list, json_integer(task->level_tids[i]));
	return list;
}

static struct fb_error *task_to_json(struct ps *ps, const struct fb_task *task, json_t *list)
{
	const char *core = core_name(ps, task);
	char state[2] = {task->state, '\0'};
	char cmdline[FB_MAX_STRING], waits[512];
	struct fb_ps_detail detail;
	json_t *object = json_object();
	struct fb_error *err;
	bool uid_from_core;
	uint32_t uid = fb_process_uid(ps->input, task, &uid_from_core);

	err = fb_process_cmdline(ps->input, task, cmdline, sizeof(cmdline));
	if (!err)
		err = fb_ps_detail_load(fb_input_kernel(ps->input), task, &detail);
	if (err) {
		json_decref(object);
		return err;
	}
	json_object_set_new(object, "pid", json_integer(task->pid));
	json_object_set_new(object, "tid", json_integer(task->tid));
	json_object_set_new(object, "ppid",
			    task->ppid >= 0 ? json_integer(task->ppid) : json_null());
	json_object_set_new(object, "comm", fb_json_bytes(task->comm, sizeof(task->comm)));
	json_object_set_new(object, "state", json_string(state));
	json_object_set_new(object, "cpu", json_integer(task->cpu));
	json_object_set_new(object, "running", json_boolean(task->on_cpu));
	json_object_set_new(object, "uid", uid != UINT32_MAX ? json_integer(uid) : json_null());
	json_object_set_new(object, "uid_from_core", json_boolean(uid_from_core));
	json_object_set_new(object, "start_s", json_real((double)task->start_ns / 1e9));
	json_object_set_new(object, "kernel_thread", json_boolean(task->kernel_thread));
	json_object_set_new(object, "task", fb_json_hex(task->address));
	json_object_set_new(object, "ns_pids", level_list(task));
	json_object_set_new(object, "cmdline", fb_json_text(*cmdline ? cmdline : NULL));
	json_object_set_new(object, "core", fb_json_text(core));
	json_object_set_new(object, "found_by", found_by_list(task->found_by));
	fb_ps_detail_to_json(&detail, object);
	waits_text(ps, task, waits, sizeof(waits));
	json_object_set_new(object, "waits_for", fb_json_text(*waits ? waits : NULL));
	return json_array_append_new(list, object) ? fb_error_nomem() : NULL;
}

/* TIDs that are known while their task_structs are not in the dump. */
static json_t *lost_list(const struct ps *ps)
{
	const int32_t *tids;
	size_t count = fb_tasks_lost(ps->tasks, &tids);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(tids[i]));
	return list;
}

static void print_lost(const struct ps *ps)
{
	const int32_t *tids;
	size_t count = fb_tasks_lost(ps->tasks, &tids);

	if (count)
		printf("\nknown by TID only:");
	for (size_t i = 0; i < count; i++)
		printf(" %d", tids[i]);
	if (count)
		printf("\n");
}

static struct fb_error *print_json(struct ps *ps, struct fb_context *context)
{
	json_t *answer = json_object();
	json_t *list = json_array();
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_tasks_count(ps->tasks) && !err; i++)
		err = task_to_json(ps, fb_tasks_get(ps->tasks, i), list);
	json_object_set_new(answer, "tasks", list);
	json_object_set_new(answer, "lost_tids", lost_list(ps));
	if (err) {
		json_decref(answer);
		return err;
	}
	return fb_json_print("ps", answer, context->warnings);
}

static enum fb_style state_style(const struct fb_task *task)
{
	if (task->on_cpu)
		return FB_STYLE_GOOD;
	return task->state == 'D' ? FB_STYLE_BAD : FB_STYLE_PLAIN;
}

/* Kernel threads in brackets, as ps(1) shows them; threads under their own name. */
static struct fb_error *command_cell(struct ps *ps, const struct fb_task *task, unsigned depth)
{
	char cmdline[FB_MAX_STRING] = "";
	int indent = (int)(2 * depth);
	struct fb_error *err = NULL;

	if (task->kernel_thread || task->idle)
		return fb_table_cell(ps->table, FB_STYLE_DIM, "%*s[%.*s]", indent, "",
				     (int)sizeof(task->comm), task->comm);
	if (task->tid == task->pid && !ps->waits)
		err = fb_process_cmdline(ps->input, task, cmdline, sizeof(cmdline));
	if (err)
		return err;
	return fb_table_cell(ps->table, FB_STYLE_PLAIN, "%*s%.*s%s%s", indent, "",
			     (int)sizeof(task->comm), task->comm, *cmdline ? "  " : "", cmdline);
}

static struct fb_error *detail_cells(struct ps *ps, const struct fb_task *task)
{
	struct fb_ps_detail detail;
	struct fb_error *err = fb_ps_detail_load(fb_input_kernel(ps->input), task, &detail);

	return err ? err : fb_ps_detail_cells(ps->table, task, &detail, &ps->usual);
}

static struct fb_error *add_row(void *own, const struct fb_task *task, unsigned depth)
{
	struct ps *ps = own;
	const char *core = core_name(ps, task);
	size_t first, threads = 1;
	char waits[512];
	bool uid_from_core;
	uint32_t uid = fb_process_uid(ps->input, task, &uid_from_core);
	struct fb_error *err;

	if (!task->idle)
		fb_tasks_group(ps->tasks, task->pid, &first, &threads);
	err = fb_table_cell(ps->table, FB_STYLE_BOLD, "%d", task->pid);
	if (!err && ps->threads)
		err = fb_table_cell(ps->table, FB_STYLE_PLAIN, "%d", task->tid);
	if (!err)
		err = fb_table_cell(ps->table, FB_STYLE_PLAIN, "%d", task->ppid);
	if (!err && !ps->threads)
		err = fb_table_cell(ps->table, FB_STYLE_PLAIN, "%zu", threads);
	if (!err)
		err = uid == UINT32_MAX
			      ? fb_table_cell(ps->table, FB_STYLE_PLAIN, "?")
			      : fb_table_cell(ps->table,
					      uid_from_core ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%u",
					      uid);
	if (!err)
		err = fb_table_cell(ps->table, state_style(task), "%c%s", task->state,
				    task->on_cpu ? "*" : "");
	if (!err)
		err = fb_table_cell(ps->table, FB_STYLE_PLAIN, "%u", task->cpu);
	if (!err)
		err = fb_table_cell(ps->table, FB_STYLE_DIM, "%016" PRIx64, task->address);
	if (!err)
		err = fb_table_cell(ps->table, core ? FB_STYLE_GOOD : FB_STYLE_PLAIN, "%s",
				    core ? core : "-");
	if (!err && ps->details)
		err = detail_cells(ps, task);
	if (!err)
		err = command_cell(ps, task, depth);
	if (!err && ps->waits)
		err = fb_table_cell(ps->table, FB_STYLE_WARN, "%s",
				    waits_text(ps, task, waits, sizeof(waits)));
	return err;
}

#define MAX_COLUMNS (10u + FB_PS_DETAIL_COLUMN_COUNT)

static struct fb_error *create_table(struct ps *ps)
{
	struct fb_column columns[MAX_COLUMNS] = {
		{"PID", FB_RIGHT},
		{ps->threads ? "TID" : "PPID", FB_RIGHT},
		{ps->threads ? "PPID" : "THREADS", FB_RIGHT},
		{"UID", FB_RIGHT},
		{"STATE", FB_LEFT},
		{"CPU", FB_RIGHT},
		{"TASK", FB_LEFT},
		{"CORE", FB_LEFT},
	};
	size_t count = 8;

	for (size_t i = 0; ps->details && i < FB_PS_DETAIL_COLUMN_COUNT; i++)
		columns[count++] = fb_ps_detail_columns[i];
	columns[count++] = (struct fb_column){"COMMAND", ps->waits ? FB_LEFT : FB_LEFT_CUT};
	if (ps->waits)
		columns[count++] = (struct fb_column){"WAITS FOR", FB_LEFT};
	return fb_table_create(columns, count, &ps->table);
}

static struct fb_error *print_text(struct ps *ps, struct fb_context *context)
{
	const struct fb_task *first = fb_tasks_by_tid(ps->tasks, 1);
	struct fb_error *err = create_table(ps);

	if (!err && ps->details && first)
		err = fb_ps_detail_load(fb_input_kernel(ps->input), first, &ps->usual);
	if (!err && ps->tree)
		err = fb_ps_tree(ps->tasks, ps->threads, add_row, ps);
	else if (!err)
		err = fb_ps_flat(ps->tasks, ps->threads, add_row, ps);
	if (!err)
		fb_table_print(ps->table, context->output);
	if (!err)
		print_lost(ps);
	fb_table_destroy(ps->table);
	return err;
}

static struct fb_error *find_waits(struct ps *ps)
{
	const struct fb_wait_options options = {0};

	return ps->want_waits ? fb_waits_find(ps->input, &options, &ps->waits) : NULL;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct ps ps = {0};
	const struct fb_input_core *cores;
	size_t core_count;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &ps);
	err = fb_context_open(context, &ps.input);
	if (!err)
		err = fb_input_tasks(ps.input, &ps.tasks);
	if (!err)
		err = fb_input_cores(ps.input, &cores, &core_count);
	if (!err)
		err = find_waits(&ps);
	if (!err)
		err = context->options.json ? print_json(&ps, context) : print_text(&ps, context);
	fb_waits_destroy(ps.waits);
	fb_input_destroy(ps.input);
	return err;
}

const struct fb_command fb_command_ps = {
	.name = "ps",
	.summary = "tasks and their cores",
	.run = run,
};
