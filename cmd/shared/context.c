// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens what every command needs: its output, and, within the sandbox, its input. Called by commands after they have
 * parsed their options.
 */
#include "cmd/shared/command.h"

#include <string.h>

#include "bundle/input/live.h"

struct fb_error *fb_context_output(struct fb_context *context)
{
	if (context->output)
		return NULL;
	return fb_output_create(context->options.color, context->options.quiet, &context->output);
}

void fb_context_print_remarks(struct fb_context *context)
{
	if (!context->remarks || context->options.quiet)
		return;
	while (context->remarks_printed < fb_warnings_count(context->remarks))
		fb_print_message("", fb_warnings_get(context->remarks, context->remarks_printed++));
}

struct fb_error *fb_context_open(struct fb_context *context, struct fb_input **input_ret)
{
	const struct fb_options *options = &context->options;
	struct fb_input_options input_options = {
		.path = options->input,
		.want_dump = context->want_dump,
		.parts = options->parts,
		.part_count = options->part_count,
		.cores = options->cores,
		.core_count = options->core_count,
		.vmlinux = options->vmlinux,
		.memory_only = context->memory_only,
		.threads = options->threads,
		.remarks = context->remarks,
	};
	struct fb_error *err = fb_context_output(context);

	if (!err)
		err = fb_options_check(options);
	if (!err)
		err = fb_context_confine(context);
	input_options.fetcher = context->fetcher;
	if (!err)
		err = fb_input_open(&input_options, context->warnings, input_ret);
	if (err && strcmp(options->input, FB_LIVE_PATH) == 0)
		err = fb_live_explain("", err);
	fb_context_print_remarks(context);
	return err;
}
