// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle swap: the swap areas as /proc/swaps has them, what is stored on zram devices, and which processes are
 * swapped.
 */
#include "kernel/swap/swap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/process/process.h"
#include "cmd/shared/command.h"
#include "cmd/shared/swap_area.h"
#include "kernel/tasks/task_detail.h"

/* Processes that a person is shown. */
#define SHORT_LIST 20u

static const struct fb_example examples[] = {
	{"How much is swapped, and of whom", "fbundle swap dump.202611231722", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Shows the swap areas, what zram devices store, and which processes have swapped pages.",
	.examples = examples,
};

struct area {
	struct fb_swap_area area;
	char path[FB_PATH_SIZE]; /* raw; "": unknown */
};

struct process {
	const struct fb_task *task;
	uint64_t bytes;
};

/* What a command has of its input; the arrays are owned. */
struct listing {
	struct area *areas;
	size_t area_count;
	struct process *processes;
	size_t process_count;
};

static struct fb_error *load_areas(struct fb_input *input, struct listing *listing)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_swap *swap = NULL;
	struct fb_error *err = fb_swap_create(kernel, &swap);

	if (err)
		return err;
	listing->areas = calloc((size_t)fb_swap_count(swap) + 1, sizeof(*listing->areas));
	if (!listing->areas)
		err = fb_error_nomem();
	for (uint32_t i = 0; !err && i < fb_swap_count(swap); i++) {
		struct area *area = &listing->areas[listing->area_count];

		err = fb_swap_area(swap, i, &area->area);
		if (!err && area->area.used) {
			listing->area_count++;
			err = fb_swap_area_path(input, i, &area->area, area->path);
		}
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "swap area %u", i);
	}
	fb_swap_destroy(swap);
	return err;
}

static int by_bytes(const void *left, const void *right)
{
	const struct process *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return a->task->pid < b->task->pid ? -1 : a->task->pid > b->task->pid;
}

static struct fb_error *load_processes(struct fb_input *input, struct listing *listing)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (err)
		return err;
	listing->processes = calloc(fb_tasks_count(tasks) + 1, sizeof(*listing->processes));
	if (!listing->processes)
		return fb_error_nomem();
	for (size_t i = 0; !err && i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		uint64_t bytes = 0;

		if (!task->mm || task->tid != task->pid)
			continue;
		err = fb_part_warn(fb_kernel_warnings(kernel),
				   fb_mm_swapped(kernel, task->mm, &bytes),
				   "swapped memory of PID %d", task->pid);
		if (bytes)
			listing->processes[listing->process_count++] =
				(struct process){.task = task, .bytes = bytes};
	}
	qsort(listing->processes, listing->process_count, sizeof(*listing->processes), by_bytes);
	return err;
}

static struct fb_error *print_json(struct fb_context *context, const struct listing *listing)
{
	json_t *answer = json_object();
	json_t *areas = json_array();
	json_t *processes = json_array();

	for (size_t i = 0; i < listing->area_count; i++) {
		const struct fb_swap_area *area = &listing->areas[i].area;
		const char *path = listing->areas[i].path;
		json_t *object = json_object();

		json_object_set_new(object, "name", fb_json_text(*path ? path : NULL));
		json_object_set_new(object, "type",
				    json_string(area->on_file ? "file" : "partition"));
		json_object_set_new(object, "bytes", json_integer((json_int_t)area->bytes));
		json_object_set_new(object, "used_bytes",
				    json_integer((json_int_t)area->used_bytes));
		json_object_set_new(object, "priority", json_integer(area->priority));
		json_object_set_new(object, "algorithm",
				    fb_json_text(*area->algorithm ? area->algorithm : NULL));
		json_object_set_new(object, "original_bytes",
				    area->stored_known ? json_integer((json_int_t)area->original)
						       : json_null());
		json_object_set_new(object, "compressed_bytes",
				    area->stored_known ? json_integer((json_int_t)area->compressed)
						       : json_null());
		json_array_append_new(areas, object);
	}
	for (size_t i = 0; i < listing->process_count; i++) {
		const struct process *process = &listing->processes[i];
		json_t *object = json_object();

		json_object_set_new(object, "pid", json_integer(process->task->pid));
		json_object_set_new(
			object, "comm",
			fb_json_bytes(process->task->comm, sizeof(process->task->comm)));
		json_object_set_new(object, "swap_bytes", json_integer((json_int_t)process->bytes));
		json_array_append_new(processes, object);
	}
	json_object_set_new(answer, "areas", areas);
	json_object_set_new(answer, "processes", processes);
	return fb_json_print("swap", answer, context->warnings);
}

static struct fb_error *add_area(struct fb_table *table, const struct area *of)
{
	const struct fb_swap_area *area = &of->area;
	char one[32], other[32];
	struct fb_error *err =
		fb_table_cell(table, FB_STYLE_BOLD, "%s", *of->path ? of->path : "unknown");

	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    area->on_file ? "file" : "partition");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    fb_text_size(area->bytes, one, sizeof(one)));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    fb_text_size(area->used_bytes, one, sizeof(one)));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", area->priority);
	if (err || !area->stored_known)
		return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", area->algorithm);
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s in %s, %s",
			     fb_text_size(area->original, one, sizeof(one)),
			     fb_text_size(area->compressed, other, sizeof(other)), area->algorithm);
}

static struct fb_error *print_processes(struct fb_context *context, const struct listing *listing)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT}, {"SWAPPED", FB_RIGHT}, {"NAME", FB_LEFT}};
	size_t shown = listing->process_count < SHORT_LIST ? listing->process_count : SHORT_LIST;
	struct fb_table *table = NULL;
	char text[32];
	struct fb_error *err;

	if (!shown)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < shown && !err; i++) {
		const struct process *process = &listing->processes[i];

		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", process->task->pid);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    fb_text_size(process->bytes, text, sizeof(text)));
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s",
					    fb_task_comm(process->task).text);
	}
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	if (!err && shown < listing->process_count)
		fb_put("%zu more: --json\n", listing->process_count - shown);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, const struct listing *listing)
{
	static const struct fb_column columns[] = {
		{"NAME", FB_LEFT},  {"TYPE", FB_LEFT},      {"SIZE", FB_RIGHT},
		{"USED", FB_RIGHT}, {"PRIORITY", FB_RIGHT}, {"ZRAM", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!listing->area_count) {
		fb_put("no swap area\n");
		return print_processes(context, listing);
	}
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < listing->area_count && !err; i++)
		err = add_area(table, &listing->areas[i]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err ? err : print_processes(context, listing);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct listing listing = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_input_explain(input, "swap cannot be read", load_areas(input, &listing));
	if (!err)
		err = load_processes(input, &listing);
	if (!err)
		err = context->options.json ? print_json(context, &listing)
					    : print_text(context, &listing);
	free(listing.areas);
	free(listing.processes);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_swap = {
	.name = "swap",
	.summary = "swap areas, zram, swapped processes",
	.run = run,
	.usage = &usage,
};
