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
	const struct fb_options *options = &context->options;
	struct fb_error *err;

	if (context->output)
		return NULL;
	err = fb_output_create(options->color, options->quiet, &context->output);
	if (!err && context->opened && context->opened->terminal_width)
		fb_output_before_terminal(context->output, options->color,
					  context->opened->terminal_width);
	return err;
}

void fb_context_print_remarks(struct fb_context *context)
{
	if (!context->remarks || context->options.quiet)
		return;
	while (context->remarks_printed < fb_warnings_count(context->remarks))
		fb_print_message("", fb_warnings_get(context->remarks, context->remarks_printed++));
}

/* Gives a command of a shell the shell's input and options. */
static struct fb_error *take_opened(struct fb_context *context, struct fb_input **input_ret)
{
	const struct fb_options *shell = &context->opened->options;
	struct fb_options *options = &context->options;

	if (options->core_count || options->part_count || options->vmlinux || options->sysroot ||
	    options->debug_dir_count || options->threads || options->no_sandbox)
		return fb_error_create(FB_INVALID,
				       "the input is open: give the shell itself this option");
	options->cores = shell->cores;
	options->core_count = shell->core_count;
	options->parts = shell->parts;
	options->part_count = shell->part_count;
	options->vmlinux = shell->vmlinux;
	options->sysroot = shell->sysroot;
	options->debug_dirs = shell->debug_dirs;
	options->debug_dir_count = shell->debug_dir_count;
	options->threads = shell->threads;
	options->no_sandbox = shell->no_sandbox;
	*input_ret = context->opened->input;
	return NULL;
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
		.few_types = context->few_types,
		.threads = options->threads,
		.remarks = context->remarks,
	};
	struct fb_error *err = fb_context_output(context);

	if (!err && context->opened)
		return take_opened(context, input_ret);
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
