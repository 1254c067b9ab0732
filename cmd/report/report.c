// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle report: one self-contained page for an escalation, the same for a ticket, or a folder like sosreport's.
 */
#include "cmd/report/page/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/markdown/ticket.h"
#include "cmd/report/sos/sos.h"

/* Of options that have no letter. */
#define KEY_SOS 256

struct options {
	const char *output;
	const char *sos;
	bool force, markdown;
};

static const struct argp_option report_options[] = {
	{"output", 'o', "FILE", 0, "write it there (default: INPUT.html, INPUT.md)", 0},
	{"force", 'f', NULL, 0, "replace an existing output", 0},
	{"markdown", 'm', NULL, 0, "write Markdown for a ticket, at most 60 KB", 0},
	{"sos", KEY_SOS, "DIR", 0, "write a folder like sosreport's, with the report in it", 0},
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
	case 'm':
		options->markdown = true;
		return 0;
	case KEY_SOS:
		options->sos = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"A page for the escalation", "fbundle report dump.202611231722.fbundle -o page.html",
	 false},
	{"The same in short, to paste into a ticket",
	 "fbundle report dump.202611231722.fbundle --markdown -o ticket.md", false},
	{"A folder like sosreport's",
	 "fbundle report dump.202611231722.fbundle --sos sosreport-host", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Writes what a support engineer asks first into one HTML page that needs nothing "
	       "else: what is unusual, the panic, who waits for whom, stacks, cores, tasks, modules, the log, and "
	       "what is missing; or a part of it as Markdown for a ticket, or a folder with what other commands print "
	       "too.",
	.options = report_options,
	.parse = parse,
	.examples = examples,
};

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

/* Loads what the page and the ticket show. */
static struct fb_error *load(struct fb_report *report)
{
	struct fb_error *err = fb_report_load(report);

	if (!err)
		err = fb_report_groups_load(report);
	return err ? err : fb_report_anchors_load(report);
}

static struct fb_error *write_file(struct fb_report *report, const char *path,
				   const struct options *options)
{
	struct fb_outfile *outfile = NULL;
	struct fb_error *err = fb_input_check_output(report->input, path);

	/* Refused before the work, not behind it. */
	if (!err)
		err = fb_outfile_create_on(&report->context->output_start, path, options->force,
					   &outfile);
	if (!err)
		err = load(report);
	if (!err)
		err = options->markdown ? fb_ticket_write(report, outfile)
					: fb_report_write(report, outfile);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	return err;
}

static struct fb_error *run_file(struct fb_report *report, const struct options *options)
{
	struct fb_context *context = report->context;
	char *path = NULL;
	struct fb_error *err;

	context->writes = options->output ? options->output : context->options.input;
	err = fb_context_open(context, &report->input);
	if (!err) {
		if (options->output)
			path = strdup(options->output);
		else if (asprintf(&path, "%s.%s", fb_input_path(report->input),
				  options->markdown ? "md" : "html") < 0)
			path = NULL;
		if (!path)
			err = fb_error_nomem();
	}
	if (!err)
		err = write_file(report, path, options);
	if (!err)
		err = print_answer(report, path);
	free(path);
	return err;
}

static struct fb_error *run_sos(struct fb_report *report, const struct options *options)
{
	struct fb_context *context = report->context;
	struct fb_sos_folder folder;
	struct fb_error *err = fb_sos_folder_begin(options->sos, &folder);

	context->writes = folder.temporary;
	context->writes_many = true;
	if (!err)
		err = fb_context_open(context, &report->input);
	if (!err)
		err = fb_sos_fill(report, &folder);
	if (!err)
		err = load(report);
	if (!err)
		err = fb_sos_fill_reports(report, &folder);
	if (!err)
		err = fb_sos_folder_commit(&folder);
	if (!err)
		err = print_answer(report, folder.path);
	fb_sos_folder_deinit(&folder);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_report report = {.context = context};
	struct options options = {0};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &options);
	fb_check_output_name("report", options.output);
	if (options.sos && (options.output || options.markdown))
		fb_usage_error("report",
			       "--sos writes a folder with all: no --output, no --markdown");
	err = options.sos ? run_sos(&report, &options) : run_file(&report, &options);
	fb_report_deinit(&report);
	fb_input_destroy(report.input);
	return err;
}

const struct fb_command fb_command_report = {
	.name = "report",
	.summary = "one HTML page for an escalation; or for a ticket",
	.run = run,
	.usage = &usage,
	.apart = true,
};
