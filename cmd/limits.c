// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle limits: the limits of a process, as /proc/PID/limits has them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/shared/command.h"
#include "cmd/shared/target.h"
#include "kernel/tasks/signals.h"

static const struct fb_example examples[] = {
	{"Whether a process was out of file descriptors", "fbundle limits dump.202611231722 132",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT PID|NAME",
	.doc = "Lists the limits of a process, as /proc/PID/limits does.",
	.most_arguments = 1,
	.least_arguments = 1,
	.examples = examples,
};

static json_t *value_json(uint64_t value)
{
	return value == FB_UNLIMITED ? json_string("unlimited") : json_integer((json_int_t)value);
}

static struct fb_error *print_json(struct fb_context *context, const struct fb_task *task,
				   const struct fb_limit *limits)
{
	json_t *answer = json_object();
	json_t *list = json_array();

	for (unsigned i = 0; i < FB_LIMIT_KINDS; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "name", json_string(fb_limit_name(i)));
		json_object_set_new(object, "soft", value_json(limits[i].soft));
		json_object_set_new(object, "hard", value_json(limits[i].hard));
		json_object_set_new(object, "unit", json_string(fb_limit_unit(i)));
		json_array_append_new(list, object);
	}
	json_object_set_new(answer, "pid", json_integer(task->pid));
	json_object_set_new(answer, "limits", list);
	return fb_json_print("limits", answer, context->warnings);
}

static struct fb_error *value_cell(struct fb_table *table, uint64_t value)
{
	return value == FB_UNLIMITED ? fb_table_cell(table, FB_STYLE_DIM, "unlimited")
				     : fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, value);
}

static struct fb_error *print_text(struct fb_context *context, const struct fb_limit *limits)
{
	static const struct fb_column columns[] = {
		{"LIMIT", FB_LEFT}, {"SOFT", FB_RIGHT}, {"HARD", FB_RIGHT}, {"UNIT", FB_LEFT}};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (unsigned i = 0; i < FB_LIMIT_KINDS && !err; i++) {
		err = fb_table_cell(table, FB_STYLE_BOLD, "%s", fb_limit_name(i));
		if (!err)
			err = value_cell(table, limits[i].soft);
		if (!err)
			err = value_cell(table, limits[i].hard);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", fb_limit_unit(i));
	}
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_limit limits[FB_LIMIT_KINDS];
	const struct fb_task *task = NULL;
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_find_process_named(input, context->args[0], &task);
	if (!err)
		err = fb_input_explain(input, "limits cannot be read",
				       fb_limits_load(fb_input_kernel(input), task, limits));
	if (!err)
		err = context->options.json ? print_json(context, task, limits)
					    : print_text(context, limits);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_limits = {
	.name = "limits",
	.summary = "limits of a process",
	.run = run,
	.usage = &usage,
};
