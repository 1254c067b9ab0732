// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle doctor: checks whether this host would leave a useful dump if it panicked now.
 */
#include "bundle/host/doctor.h"

#include "cmd/shared/command.h"

enum {
	OPTION_ROOT = 0x200,
};

static const struct argp_option doctor_options[] = {
	{"root", OPTION_ROOT, "DIR", 0, "the host's files, /proc and /sys too, are there", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	const char **root = own;

	(void)state;
	if (key != OPTION_ROOT)
		return ARGP_ERR_UNKNOWN;
	*root = arg;
	return 0;
}

static const struct fb_example examples[] = {
	{"Would it leave a good dump?", "fbundle doctor", true},
	{0},
};

static const struct fb_usage usage = {
	.doc = "Checks this host against what a dump with user stacks takes: kdump, memory for the "
	       "capture kernel, space, where cores go, sysctls. Changes nothing.",
	.no_input = true,
	.options = doctor_options,
	.parse = parse,
	.examples = examples,
};

/* Whatever is not as it should be is a part that is missing: exit status 3. */
static void warn_of(struct fb_warnings *warnings, const struct fb_check *check)
{
	if (check->state == FB_CHECK_WEAK || check->state == FB_CHECK_BAD)
		fb_warn(warnings, "%s: %s: %s", check->name, check->found, check->advice);
}

static struct fb_error *print_json(struct fb_context *context, const struct fb_doctor *doctor)
{
	json_t *answer = json_object(), *checks = json_array();

	for (size_t i = 0; i < doctor->count; i++) {
		const struct fb_check *check = &doctor->checks[i];
		json_t *object = json_object();

		json_object_set_new(object, "name", json_string(check->name));
		json_object_set_new(object, "state",
				    json_string(fb_check_state_name(check->state)));
		json_object_set_new(object, "found", fb_json_text(check->found));
		json_object_set_new(object, "advice", fb_json_text(check->advice));
		json_array_append_new(checks, object);
	}
	json_object_set_new(answer, "checks", checks);
	return fb_json_print("doctor", answer, context->warnings);
}

static struct fb_error *print_text(struct fb_context *context, const struct fb_doctor *doctor)
{
	static const struct fb_column columns[] = {
		{"CHECK", FB_LEFT},
		{"STATE", FB_LEFT},
		{"FOUND", FB_LEFT},
	};
	static const enum fb_style styles[] = {
		[FB_CHECK_OK] = FB_STYLE_GOOD,
		[FB_CHECK_WEAK] = FB_STYLE_WARN,
		[FB_CHECK_BAD] = FB_STYLE_BAD,
		[FB_CHECK_UNKNOWN] = FB_STYLE_DIM,
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < doctor->count && !err; i++) {
		const struct fb_check *check = &doctor->checks[i];

		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", check->name);
		if (!err)
			err = fb_table_cell(table, styles[check->state], "%s",
					    fb_check_state_name(check->state));
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", check->found);
	}
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	const char *root = "";
	struct fb_doctor doctor = {0};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &root);
	err = fb_context_output(context);
	if (!err)
		err = fb_doctor_examine(root, &doctor);
	for (size_t i = 0; i < doctor.count && !err; i++)
		warn_of(context->warnings, &doctor.checks[i]);
	if (!err)
		err = context->options.json ? print_json(context, &doctor)
					    : print_text(context, &doctor);
	fb_doctor_deinit(&doctor);
	return err;
}

const struct fb_command fb_command_doctor = {
	.name = "doctor",
	.summary = "whether this host would leave a good dump",
	.run = run,
	.usage = &usage,
	.apart = true,
};
