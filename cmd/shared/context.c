// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every command opens: its input, within the sandbox, and what it prints with. Commands call
 * it once they have read their options.
 */
#include "cmd/shared/command.h"

struct fb_error *fb_context_output(struct fb_context *context)
{
	if (context->output)
		return NULL;
	return fb_output_create(context->options.color, context->options.quiet, &context->output);
}

struct fb_error *fb_context_open(struct fb_context *context, struct fb_input **input_ret)
{
	const struct fb_options *options = &context->options;
	struct fb_input_options input_options = {
		.path = options->input,
		.parts = options->parts,
		.part_count = options->part_count,
		.cores = options->cores,
		.core_count = options->core_count,
		.vmlinux = options->vmlinux,
		.threads = options->threads,
	};
	struct fb_error *err = fb_context_output(context);

	if (!err)
		err = fb_options_check(options);
	if (!err)
		err = fb_context_confine(context);
	return err ? err : fb_input_open(&input_options, context->warnings, input_ret);
}
