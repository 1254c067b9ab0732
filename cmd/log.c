// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle log: the kernel log, as dmesg prints it.
 */
#include "kernel/log/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/shared/command.h"

/* One record, formatted, is at most a few KiB (LOG_LINE_MAX); each byte may become four. */
#define MAX_LINE (1u << 20)

struct log {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_log *records;
	bool panic;
	int least_level; /* records above are left out */
};

static const struct argp_option log_options[] = {
	{"panic", 'p', NULL, 0, "from the last report (oops, BUG, hung task...) on", 0},
	{"level", 'l', "LEVEL", 0, "only this level and those more severe (emerg to debug)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct log *log = own;

	switch (key) {
	case 'p':
		log->panic = true;
		return 0;
	case 'l':
		for (log->least_level = 0; log->least_level < 8; log->least_level++)
			if (strcmp(fb_log_level_name((unsigned)log->least_level), arg) == 0)
				return 0;
		argp_error(state,
			   "'%s' is no level: emerg, alert, crit, err, warn, notice, info, "
			   "debug",
			   arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"The report that the kernel died with", "fbundle log dump.202611231722 --panic", false},
	{"Errors and worse", "fbundle log dump.202611231722 --level err", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Prints the kernel log of the dump as dmesg does.",
	.options = log_options,
	.parse = parse,
	.examples = examples,
};

static enum fb_style level_style(unsigned level)
{
	if (level <= 3)
		return FB_STYLE_BAD;
	return level == 4 ? FB_STYLE_WARN : FB_STYLE_PLAIN;
}

static struct fb_error *print_record(struct log *log, const struct fb_log_record *record)
{
	struct fb_buf line;
	struct fb_error *err;

	fb_buf_init(&line, MAX_LINE);
	err = fb_log_format(record, &line);
	if (!err && line.size)
		/* The newline stays outside of the colour. */
		fb_print(log->context->output, level_style(record->level), "%.*s",
			 (int)line.size - 1, (const char *)line.data);
	fb_put("\n");
	fb_buf_deinit(&line);
	return err;
}

static json_t *record_json(const struct fb_log_record *record)
{
	json_t *object = json_object();

	json_object_set_new(object, "time_us", json_integer((json_int_t)(record->time_ns / 1000)));
	json_object_set_new(object, "level", json_string(fb_log_level_name(record->level)));
	json_object_set_new(object, "facility",
			    json_string(fb_log_facility_name(record->facility)));
	json_object_set_new(object, "text", fb_json_bytes(record->text, record->length));
	return object;
}

static struct fb_error *print_all(struct log *log)
{
	json_t *list = log->context->options.json ? json_array() : NULL;
	struct fb_log_panic panic = {0};
	struct fb_error *err = NULL;

	if (log->panic && !fb_log_panic(log->records, &panic))
		fb_warn(log->context->warnings,
			"no record tells of a panic: here is the whole log");
	for (size_t i = panic.first; i < fb_log_count(log->records) && !err; i++) {
		const struct fb_log_record *record = fb_log_get(log->records, i);

		if (record->level > log->least_level)
			continue;
		if (list && json_array_append_new(list, record_json(record)))
			err = fb_error_nomem();
		else if (!list)
			err = print_record(log, record);
	}
	if (!err && list) {
		json_t *answer = json_object();

		json_object_set(answer, "records", list);
		err = fb_json_print("log", answer, log->context->warnings);
	}
	json_decref(list);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct log log = {.context = context, .least_level = 7};
	uint64_t lost;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &log);
	context->memory_only = true;
	err = fb_context_open(context, &log.input);
	if (!err)
		err = fb_error_prefix(fb_log_load(fb_input_kernel(log.input), &log.records), "%s",
				      fb_input_path(log.input));
	if (!err) {
		lost = fb_log_lost(log.records);
		if (lost)
			fb_warn(context->warnings, "%" PRIu64 " records of the log cannot be read",
				lost);
		err = print_all(&log);
	}
	fb_log_destroy(log.records);
	fb_input_destroy(log.input);
	return err;
}

const struct fb_command fb_command_log = {
	.name = "log",
	.summary = "the kernel log, as dmesg prints it",
	.run = run,
	.usage = &usage,
};
