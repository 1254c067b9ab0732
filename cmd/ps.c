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
#include "cmd/ps_lost.h"
#include "cmd/ps_order.h"
#include "cmd/ps_postgres.h"
#include "cmd/ps_thread_names.h"
#include "cmd/shared/command.h"
#include "kernel/tasks/kthread_name.h"

enum column {
	COLUMN_PID,
	COLUMN_TID,
	COLUMN_PPID,
	COLUMN_THREADS,
	COLUMN_UID,
	COLUMN_STATE,
	COLUMN_CPU,
	COLUMN_TASK,
	COLUMN_CORE,
	COLUMN_COUNT,
};

static const struct fb_column columns[COLUMN_COUNT] = {
	{"PID", FB_RIGHT},     {"TID", FB_RIGHT}, {"PPID", FB_RIGHT},
	{"THREADS", FB_RIGHT}, {"UID", FB_RIGHT}, {"STATE", FB_LEFT},
	{"CPU", FB_RIGHT},     {"TASK", FB_LEFT}, {"CORE", FB_LEFT},
};

/* A command line, or what a thread waits for, cut shorter than this tells nothing. */
#define LEAST_TEXT 24u

struct ps {
	struct fb_input *input;
	const struct fb_tasks *tasks;
	struct fb_table *table;
	bool threads;
	bool tree;
	bool details;
	bool want_waits;
	bool shown[COLUMN_COUNT];
	struct fb_waits *waits;           /* NULL: --waits is not given */
	struct fb_ps_process process;     /* of the task that was shown last */
	struct fb_ps_detail usual;        /* of PID 1: what others are held against */
	struct fb_memory_sources sources; /* opened where a task needs them */
	struct fb_ps_postgres postgres;
	struct fb_ps_thread_names names;
};

static const struct argp_option ps_options[] = {
	{"threads", 't', NULL, 0, "a line for every thread, and the idle tasks", 0},
	{"tree", 'T', NULL, 0, "children below their parents", 0},
	{"long", 'l', NULL, 0,
	 "effective UID, start, resident memory, control group and namespaces too; state and "
	 "query of PostgreSQL's backends",
	 0},
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

static const struct fb_example examples[] = {
	{"Every thread, with what it waits for",
	 "fbundle ps dump.202611231722.fbundle --threads --waits", false},
	{"Which threads are in D state, for a script, of the folder of kdump-tools",
	 "fbundle ps . --json | jq '.tasks[] | select(.state == \"D\") | .tid'", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Lists the tasks of a dump: the union of what the task list, the PID tree, the CPUs "
	       "and the families say. A star behind the state marks what a CPU ran.",
	.options = ps_options,
	.parse = parse,
	.examples = examples,
};

static const char *core_name(const struct ps *ps, const struct fb_task *task)
{
	const struct fb_input_core *core = fb_input_core_of(ps->input, task->pid);

	return core && !task->idle ? fb_core_name(core->core) : NULL;
}

/* "" for a thread that waits for nothing. */
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

static struct fb_error *thread_name_to_json(struct ps *ps, const struct fb_task *task,
					    json_t *object)
{
	const char *name = NULL;
	struct fb_error *err = fb_ps_thread_name(&ps->names, task, &name);

	if (!err)
		json_object_set_new(object, "thread_name", fb_json_text(name));
	return err;
}

static struct fb_error *task_to_json(struct ps *ps, const struct fb_task *task, json_t *list)
{
	const char *core = core_name(ps, task);
	char state[2] = {task->state, '\0'};
	char waits[512], name[FB_KTHREAD_NAME];
	struct fb_ps_detail detail;
	json_t *object = json_object();
	struct fb_error *err;
	bool uid_from_core;
	uint32_t uid = fb_process_uid(ps->input, task, &uid_from_core);

	err = fb_ps_process_load(ps->input, task, &ps->process);
	if (!err)
		err = fb_ps_detail_load(fb_input_kernel(ps->input), task, &detail);
	if (!err)
		err = fb_kthread_name(fb_input_kernel(ps->input), task, name);
	if (err) {
		json_decref(object);
		return err;
	}
	json_object_set_new(object, "pid", json_integer(task->pid));
	json_object_set_new(object, "tid", json_integer(task->tid));
	json_object_set_new(object, "ppid",
			    task->ppid >= 0 ? json_integer(task->ppid) : json_null());
	json_object_set_new(object, "comm", fb_json_bytes(task->comm, sizeof(task->comm)));
	json_object_set_new(object, "name", fb_json_bytes(name, sizeof(name)));
	json_object_set_new(object, "state", json_string(state));
	json_object_set_new(object, "cpu", json_integer(task->cpu));
	json_object_set_new(object, "running", json_boolean(task->on_cpu));
	json_object_set_new(object, "uid", uid != UINT32_MAX ? json_integer(uid) : json_null());
	json_object_set_new(object, "uid_from_core", json_boolean(uid_from_core));
	json_object_set_new(object, "start_s", json_real((double)task->start_ns / 1e9));
	json_object_set_new(object, "kernel_thread", json_boolean(task->kernel_thread));
	json_object_set_new(object, "task", fb_json_hex(task->address));
	json_object_set_new(object, "ns_pids", level_list(task));
	json_object_set_new(object, "core", fb_json_text(core));
	json_object_set_new(object, "found_by", found_by_list(task->found_by));
	fb_ps_detail_to_json(&detail, &ps->process, object);
	waits_text(ps, task, waits, sizeof(waits));
	json_object_set_new(object, "waits_for", fb_json_text(*waits ? waits : NULL));
	err = thread_name_to_json(ps, task, object);
	if (!err)
		err = fb_ps_postgres_to_json(&ps->postgres, task, object);
	if (err) {
		json_decref(object);
		return err;
	}
	return json_array_append_new(list, object) ? fb_error_nomem() : NULL;
}

static struct fb_error *print_json(struct ps *ps, struct fb_context *context)
{
	json_t *answer = json_object();
	json_t *list = json_array();
	struct fb_error *err = fb_ps_lost_to_json(ps->input, answer);

	for (size_t i = 0; i < fb_tasks_count(ps->tasks) && !err; i++)
		err = task_to_json(ps, fb_tasks_get(ps->tasks, i), list);
	json_object_set_new(answer, "tasks", list);
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
	const char *cmdline = "";
	int indent = (int)(2 * depth);
	char name[FB_KTHREAD_NAME], query[FB_POSTGRES_QUERY_SIZE + 32] = "", thread[300] = "";
	struct fb_error *err = NULL;

	if (task->kernel_thread || task->idle) {
		err = fb_kthread_name(fb_input_kernel(ps->input), task, name);
		return err ? err
			   : fb_table_cell(ps->table, FB_STYLE_DIM, "%*s[%s]", indent, "", name);
	}
	if (task->tid == task->pid && !ps->waits) {
		err = fb_ps_process_load(ps->input, task, &ps->process);
		cmdline = ps->process.cmdline;
	}
	if (!err && ps->details)
		err = fb_ps_postgres_text(&ps->postgres, task, query, sizeof(query));
	if (!err)
		err = fb_ps_thread_name_text(&ps->names, task, thread, sizeof(thread));
	if (err)
		return err;
	return fb_table_cell(ps->table, FB_STYLE_PLAIN, "%*s%.*s%s%s%s%s%s", indent, "",
			     (int)sizeof(task->comm), task->comm, thread, *cmdline ? "  " : "",
			     cmdline, *query ? "  " : "", query);
}

static struct fb_error *detail_cells(struct ps *ps, const struct fb_task *task)
{
	struct fb_ps_detail detail;
	struct fb_error *err = fb_ps_detail_load(fb_input_kernel(ps->input), task, &detail);

	if (!err)
		err = fb_ps_process_load(ps->input, task, &ps->process);
	return err ? err : fb_ps_detail_cells(ps->table, task, &detail, &ps->process, &ps->usual);
}

static struct fb_error *plain_cell(struct ps *ps, const struct fb_task *task, enum column column)
{
	struct fb_table *table = ps->table;
	size_t first, threads = 1;
	bool from_core;
	uint32_t uid;

	switch (column) {
	case COLUMN_PID:
		return fb_table_cell(table, FB_STYLE_BOLD, "%d", task->pid);
	case COLUMN_TID:
		return fb_table_cell(table, FB_STYLE_PLAIN, "%d", task->tid);
	case COLUMN_PPID:
		return fb_table_cell(table, FB_STYLE_PLAIN, "%d", task->ppid);
	case COLUMN_THREADS:
		if (!task->idle)
			fb_tasks_group(ps->tasks, task->pid, &first, &threads);
		return fb_table_cell(table, FB_STYLE_PLAIN, "%zu", threads);
	case COLUMN_UID:
		uid = fb_process_uid(ps->input, task, &from_core);
		return uid == UINT32_MAX
			       ? fb_table_cell(table, FB_STYLE_PLAIN, "?")
			       : fb_table_cell(table, from_core ? FB_STYLE_WARN : FB_STYLE_PLAIN,
					       "%u", uid);
	case COLUMN_STATE:
		return fb_table_cell(table, state_style(task), "%c%s", task->state,
				     task->on_cpu ? "*" : "");
	case COLUMN_CPU:
		return fb_table_cell(table, FB_STYLE_PLAIN, "%u", task->cpu);
	case COLUMN_TASK:
		return fb_table_cell(table, FB_STYLE_DIM, "%016" PRIx64, task->address);
	case COLUMN_CORE:
	case COLUMN_COUNT:
		break;
	}
	return fb_table_cell(table, core_name(ps, task) ? FB_STYLE_GOOD : FB_STYLE_PLAIN, "%s",
			     core_name(ps, task) ? core_name(ps, task) : "-");
}

static struct fb_error *add_row(void *own, const struct fb_task *task, unsigned depth)
{
	struct ps *ps = own;
	char waits[512];
	struct fb_error *err = NULL;

	for (enum column column = 0; column < COLUMN_COUNT && !err; column++)
		if (ps->shown[column])
			err = plain_cell(ps, task, column);
	if (!err && ps->details)
		err = detail_cells(ps, task);
	if (!err)
		err = command_cell(ps, task, depth);
	if (!err && ps->waits)
		err = fb_table_cell(ps->table, FB_STYLE_WARN, "%s",
				    waits_text(ps, task, waits, sizeof(waits)));
	return err;
}

/* The width of the widest cell of a column. */
static size_t widest(const struct ps *ps, enum column column)
{
	size_t widest = strlen(columns[column].heading);
	bool from_core;

	for (size_t i = 0; i < fb_tasks_count(ps->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(ps->tasks, i);
		const char *core = column == COLUMN_CORE ? core_name(ps, task) : NULL;
		int number = column == COLUMN_PID    ? task->pid
			     : column == COLUMN_TID  ? task->tid
			     : column == COLUMN_PPID ? task->ppid
						     : 0;
		size_t width = core ? strlen(core) : (size_t)snprintf(NULL, 0, "%d", number);

		if (column == COLUMN_UID)
			width = (size_t)snprintf(NULL, 0, "%u",
						 fb_process_uid(ps->input, task, &from_core));
		if (column == COLUMN_TASK)
			width = strlen("ffff888000000000");
		if (width > widest)
			widest = width;
	}
	return widest;
}

/* On a terminal too narrow for all columns those are left out that are needed least, so that some of each
 * command can be read. */
static void choose_columns(struct ps *ps, const struct fb_output *output)
{
	static const enum column least[] = {COLUMN_TASK,    COLUMN_CPU,  COLUMN_UID,
					    COLUMN_THREADS, COLUMN_CORE, COLUMN_PPID};
	size_t used = (ps->waits ? 2 : 1) * LEAST_TEXT, widths[COLUMN_COUNT];

	for (enum column column = 0; column < COLUMN_COUNT; column++) {
		ps->shown[column] = column == COLUMN_TID       ? ps->threads
				    : column == COLUMN_THREADS ? !ps->threads
							       : true;
		widths[column] = widest(ps, column) + strlen("  ");
		used += ps->shown[column] ? widths[column] : 0;
	}
	for (size_t i = 0; fb_output_is_terminal(output) && i < FB_ARRAY_SIZE(least) &&
			   used > fb_output_width(output);
	     i++) {
		used -= ps->shown[least[i]] ? widths[least[i]] : 0;
		ps->shown[least[i]] = false;
	}
}

#define MAX_COLUMNS (COLUMN_COUNT + 2u + FB_PS_DETAIL_COLUMN_COUNT)

static struct fb_error *create_table(struct ps *ps)
{
	struct fb_column list[MAX_COLUMNS];
	size_t count = 0;

	for (enum column column = 0; column < COLUMN_COUNT; column++)
		if (ps->shown[column])
			list[count++] = columns[column];
	for (size_t i = 0; ps->details && i < FB_PS_DETAIL_COLUMN_COUNT; i++)
		list[count++] = fb_ps_detail_columns[i];
	list[count++] = (struct fb_column){"COMMAND", ps->waits ? FB_LEFT : FB_LEFT_CUT};
	if (ps->waits)
		list[count++] = (struct fb_column){"WAITS FOR", FB_LEFT_CUT};
	return fb_table_create(list, count, &ps->table);
}

static struct fb_error *print_text(struct ps *ps, struct fb_context *context)
{
	const struct fb_task *first = fb_tasks_by_tid(ps->tasks, 1);
	struct fb_error *err;

	choose_columns(ps, context->output);
	err = create_table(ps);
	if (!err && ps->details && first)
		err = fb_ps_detail_load(fb_input_kernel(ps->input), first, &ps->usual);
	if (!err && ps->tree)
		err = fb_ps_tree(ps->tasks, ps->threads, add_row, ps);
	else if (!err)
		err = fb_ps_flat(ps->tasks, ps->threads, add_row, ps);
	if (!err)
		fb_table_print(ps->table, context->output);
	if (!err)
		err = fb_ps_lost_print(ps->input, context->output);
	fb_table_destroy(ps->table);
	return err;
}

static struct fb_error *find_waits(struct ps *ps)
{
	const struct fb_wait_options options = {0};

	return ps->want_waits ? fb_waits_find(ps->input, &options, &ps->waits) : NULL;
}

static struct fb_error *open_sources(struct ps *ps, struct fb_context *context)
{
	struct fb_error *err = NULL;

	if (fb_ps_postgres_any(ps->tasks) || fb_ps_thread_names_any(ps->tasks))
		err = fb_memory_sources_open(context, ps->input, &ps->sources);
	fb_ps_postgres_init(ps->input, ps->tasks, &ps->sources, &ps->postgres);
	fb_ps_thread_names_init(ps->input, ps->tasks, &ps->sources, &ps->names);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct ps ps = {0};
	const struct fb_input_core *cores;
	size_t core_count;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &ps);
	context->few_types = !ps.want_waits;
	err = fb_context_open(context, &ps.input);
	if (!err)
		err = fb_input_tasks(ps.input, &ps.tasks);
	if (!err)
		err = fb_input_cores(ps.input, &cores, &core_count);
	if (!err)
		err = find_waits(&ps);
	if (!err)
		err = open_sources(&ps, context);
	if (!err)
		err = context->options.json ? print_json(&ps, context) : print_text(&ps, context);
	fb_ps_postgres_deinit(&ps.postgres);
	fb_ps_thread_names_deinit(&ps.names);
	fb_memory_sources_deinit(&ps.sources);
	fb_waits_destroy(ps.waits);
	fb_input_destroy(ps.input);
	return err;
}

const struct fb_command fb_command_ps = {
	.name = "ps",
	.summary = "tasks and their cores",
	.run = run,
	.usage = &usage,
};
