// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle check: what is unusual in a dump, the gravest first, each with what shows it and the command that shows more.
 */
#include "bundle/check/check.h"

#include <string.h>

#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"

/* Columns of the weight and of what follows it. */
#define WEIGHT_WIDTH 8
#define INDENT (WEIGHT_WIDTH + 2u)

static const struct fb_example examples[] = {
	{"What is wrong with this host, the worst first", "fbundle check dump.202611231722.fbundle",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Looks through a dump for what is unusual: threads that hang and for whom they wait, CPUs that are "
	       "locked up, exhausted memory, file systems in trouble, what the kernel's log reports, full tables and "
	       "queues, overwritten stacks, foreign modules.",
	.examples = examples,
};

static json_t *finding_json(const struct fb_finding *finding)
{
	json_t *object = json_object();
	json_t *evidence = json_array();

	for (size_t i = 0; i < finding->evidence_count; i++)
		json_array_append_new(evidence, fb_json_text(finding->evidence[i]));
	json_object_set_new(object, "weight", json_string(fb_weight_name(finding->weight)));
	json_object_set_new(object, "kind", json_string(finding->kind));
	json_object_set_new(object, "text", fb_json_text(finding->text));
	json_object_set_new(object, "evidence", evidence);
	json_object_set_new(object, "evidence_left",
			    json_integer((json_int_t)finding->evidence_left));
	json_object_set_new(object, "command", json_string(finding->command));
	return object;
}

static struct fb_error *print_json(struct fb_context *context, const struct fb_check_result *result)
{
	json_t *answer = json_object();
	json_t *findings = json_array();
	json_t *checks = json_array();

	for (size_t i = 0; i < result->findings.count; i++)
		json_array_append_new(findings, finding_json(&result->findings.findings[i]));
	for (size_t i = 0; i < result->check_count; i++) {
		json_t *check = json_object();

		json_object_set_new(check, "name", json_string(result->checks[i].name));
		json_object_set_new(check, "done", json_boolean(result->checks[i].done));
		json_array_append_new(checks, check);
	}
	json_object_set_new(answer, "findings", findings);
	json_object_set_new(answer, "checks", checks);
	return fb_json_print("check", answer, context->warnings);
}

static enum fb_style style_of(enum fb_weight weight)
{
	return weight == FB_WEIGHT_GRAVE     ? FB_STYLE_BAD
	       : weight == FB_WEIGHT_SERIOUS ? FB_STYLE_WARN
					     : FB_STYLE_BOLD;
}

static void print_finding(struct fb_output *output, const struct fb_finding *finding)
{
	fb_print(output, style_of(finding->weight), "%-*s  ", WEIGHT_WIDTH,
		 fb_weight_name(finding->weight));
	fb_print_wrapped(output, FB_STYLE_BOLD, INDENT, INDENT, finding->text);
	for (size_t i = 0; i < finding->evidence_count; i++) {
		fb_print(output, FB_STYLE_PLAIN, "%*s", (int)INDENT, "");
		fb_print_wrapped(output, FB_STYLE_PLAIN, INDENT, INDENT + 2, finding->evidence[i]);
	}
	if (finding->evidence_left)
		fb_print(output, FB_STYLE_DIM, "%*s%zu more\n", (int)INDENT, "",
			 finding->evidence_left);
	fb_print(output, FB_STYLE_DIM, "%*smore: fbundle %s\n\n", (int)INDENT, "",
		 finding->command);
}

/* "9 findings: 3 grave, 4 serious, 2 notable". */
static void print_sum(struct fb_output *output, const struct fb_findings *findings)
{
	size_t counts[] = {0, 0, 0};

	for (size_t i = 0; i < findings->count; i++)
		counts[findings->findings[i].weight]++;
	if (!findings->count) {
		fb_print(output, FB_STYLE_GOOD, "nothing unusual was found\n");
		return;
	}
	fb_print(output, FB_STYLE_PLAIN, "%zu finding%s: %zu grave, %zu serious, %zu notable\n\n",
		 findings->count, findings->count == 1 ? "" : "s", counts[FB_WEIGHT_GRAVE],
		 counts[FB_WEIGHT_SERIOUS], counts[FB_WEIGHT_NOTABLE]);
}

/* What could not be looked for: the warnings say why. */
static void print_left_out(struct fb_output *output, const struct fb_check_result *result)
{
	size_t shown = 0;

	for (size_t i = 0; i < result->check_count; i++) {
		if (result->checks[i].done)
			continue;
		fb_print(output, FB_STYLE_WARN, "%s%s",
			 shown++ ? ", " : "not checked: ", result->checks[i].name);
	}
	if (shown)
		fb_print(output, FB_STYLE_PLAIN, "\n");
}

static void print_text(struct fb_context *context, const struct fb_check_result *result)
{
	print_sum(context->output, &result->findings);
	for (size_t i = 0; i < result->findings.count; i++)
		print_finding(context->output, &result->findings.findings[i]);
	print_left_out(context->output, result);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_check_result result = {0};
	struct fb_memory_sources sources = {0};
	struct fb_input *input = NULL;
	struct fb_check_options options = {0};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_memory_sources_open(context, input, &sources);
	options.wait_options.files = sources.files;
	options.wait_options.swap = sources.swap;
	if (!err)
		err = fb_check(input, &options, &result);
	if (!err && context->options.json)
		err = print_json(context, &result);
	else if (!err)
		print_text(context, &result);
	fb_check_result_deinit(&result);
	fb_memory_sources_deinit(&sources);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_check = {
	.name = "check",
	.summary = "what is unusual, the gravest first",
	.run = run,
	.usage = &usage,
};
