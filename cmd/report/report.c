// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle report: one self-contained page for an escalation.
 */
#include "cmd/report/page/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct options {
	const char *output;
	bool force;
};

static const struct argp_option report_options[] = {
	{"output", 'o', "HTML", 0, "write it there (default: INPUT.html)", 0},
	{"force", 'f', NULL, 0, "replace an existing output", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state FB_UNUSED, void *own)
{
	struct options *options = own;

	switch (key) {
	case 'o':
		options->output = arg;
		return 0;
	case 'f':
		options->force = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"A page for the escalation", "fbundle report dump.202611231722.fbundle -o page.html",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Writes what a support engineer asks first into one HTML page that needs nothing "
	       "else: what is unusual, the panic, who waits for whom, stacks, cores, tasks, modules, the log, and "
	       "what is missing.",
	.options = report_options,
	.parse = parse,
	.examples = examples,
};

static struct fb_error *write_page(struct fb_report *report)
{
	char title[256];
	struct fb_error *err;

	snprintf(title, sizeof(title), "%s - Linux %s",
		 report->panic.message ? report->panic.message : "Crash",
		 fb_kernel_info(fb_input_kernel(report->input))->release);
	fb_report_page(report, title);
	fb_report_summary(report);
	fb_report_findings(report);
	fb_report_timeline(report);
	fb_report_panic(report);
	err = fb_report_waits(report);
	if (!err) {
		fb_report_blocked(report);
		fb_report_usage(report);
		fb_report_cores(report);
		fb_report_memory(report);
		fb_report_missing(report);
		fb_report_log(report);
		err = fb_report_tasks(report);
	}
	if (!err) {
		fb_report_modules(report);
		fb_report_page_end(report);
	}
	if (err) {
		fb_error_destroy(fb_html_finish(&report->html));
		return err;
	}
	return fb_html_finish(&report->html);
}

/* The points of the first screen; their texts are escaped as all strings of JSON are. */
static json_t *points_json(const struct fb_assessment *assessment, enum fb_assessment_part part)
{
	json_t *array = json_array();

	for (size_t i = 0; i < assessment->counts[part]; i++)
		json_array_append_new(array, fb_json_text(assessment->points[part][i].text));
	return array;
}

static struct fb_error *print_answer(const struct fb_report *report, const char *path)
{
	struct fb_context *context = report->context;
	char escaped[4096];

	if (context->options.json) {
		const struct fb_assessment *assessment = &report->assessment;
		json_t *answer = json_object();

		json_object_set_new(answer, "output", fb_json_text(path));
		json_object_set_new(answer, "headline", fb_json_text(assessment->headline));
		json_object_set_new(answer, "happened",
				    points_json(assessment, FB_ASSESS_HAPPENED));
		json_object_set_new(answer, "fault", points_json(assessment, FB_ASSESS_FAULT));
		json_object_set_new(answer, "next", points_json(assessment, FB_ASSESS_NEXT));
		return fb_json_print("report", answer, context->warnings);
	}
	fb_print(context->output, FB_STYLE_BOLD, "%s",
		 fb_text_escape(path, strlen(path), escaped, sizeof(escaped)));
	fb_print(context->output, FB_STYLE_PLAIN, " written\n");
	return NULL;
}

static struct fb_error *write_report(struct fb_report *report, const char *path, bool force)
{
	struct fb_outfile *outfile = NULL;
	struct fb_error *err = fb_input_check_output(report->input, path);

	/* Refused before the work, not behind it. */
	if (!err)
		err = fb_outfile_create_on(&report->context->output_start, path, force, &outfile);
	if (!err)
		err = fb_report_load(report);
	if (!err)
		err = fb_report_groups_load(report);
	if (!err)
		err = fb_report_anchors_load(report);
	if (!err) {
		fb_html_init(&report->html, outfile);
		err = write_page(report);
	}
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_report report = {.context = context};
	struct options options = {0};
	char *path = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &options);
	fb_check_output_name("report", options.output);
	context->writes = options.output ? options.output : context->options.input;
	err = fb_context_open(context, &report.input);
	if (!err) {
		if (options.output)
			path = strdup(options.output);
		else if (asprintf(&path, "%s.html", fb_input_path(report.input)) < 0)
			path = NULL;
		if (!path)
			err = fb_error_nomem();
	}
	if (!err)
		err = write_report(&report, path, options.force);
	if (!err)
		err = print_answer(&report, path);
	fb_report_deinit(&report);
	fb_input_destroy(report.input);
	free(path);
	return err;
}

const struct fb_command fb_command_report = {
	.name = "report",
	.summary = "one HTML page for an escalation",
	.run = run,
	.usage = &usage,
	.apart = true,
};
