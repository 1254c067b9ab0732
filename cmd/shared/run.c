// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs one command from its options to its exit status. Called by main() and, for each command, by the shell.
 */
#include "cmd/shared/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/shared/process.h"

void fb_run_print_warnings(const struct fb_context *context)
{
	const struct fb_warnings *warnings = context->warnings;
	size_t dropped = fb_warnings_dropped(warnings), left_out = 0;

	if (context->options.quiet)
		return;
	for (size_t i = context->opened ? context->opened->warnings_told : 0;
	     i < fb_warnings_count(warnings); i++) {
		if (fb_warnings_have_cause(warnings) && fb_warnings_is_absence(warnings, i))
			left_out++;
		else
			fb_print_message("warning: ", fb_warnings_get(warnings, i));
	}
	if (left_out)
		fprintf(stderr,
			"fbundle: warning: %zu more that come of pages that are not in the dump: --json has them\n",
			left_out);
	if (dropped)
		fprintf(stderr, "fbundle: warning: %zu more of the kind\n", dropped);
}

/* What the command shares with others of the shell. */
static void share(struct fb_context *context, const struct fb_opened *opened)
{
	context->opened = opened;
	context->options.input = opened->options.input;
	context->warnings = opened->warnings;
	context->remarks = opened->remarks;
	context->remarks_printed = opened->remarks_told;
	context->confined = true;
	context->sandbox = opened->sandbox;
}

static struct fb_error *begin(struct fb_context *context)
{
	struct fb_error *err;

	fb_process_prepare();
	err = fb_warnings_create(&context->warnings);
	if (!err)
		err = fb_warnings_create(&context->remarks);
	return err;
}

static void end(struct fb_context *context)
{
	fb_outfile_start_close(&context->output_start);
	fb_output_destroy(context->output);
	free(context->args);
	/* The rest is shared. */
	if (context->opened)
		return;
	fb_fetcher_destroy(context->fetcher);
	fb_warnings_destroy(context->remarks);
	fb_warnings_destroy(context->warnings);
	free(context->options.cores);
	free(context->options.parts);
	free(context->options.debug_dirs);
}

int fb_run(const struct fb_command *command, const struct fb_command *const *commands,
	   const struct fb_opened *opened, int argc, char **argv)
{
	struct fb_context context = {.output_start = {-1, -1}, .commands = commands};
	struct fb_error *err = NULL;
	int status = FB_EXIT_OK;

	if (opened)
		share(&context, opened);
	else
		err = begin(&context);
	if (!err)
		err = command->run(&context, argc, argv);
	if (!fb_flush() && !err)
		err = errno ? fb_error_os(errno, "standard output")
			    : fb_error_create(FB_OS, "standard output: cannot be written");
	if (err) {
		/* One line: what led to it is in the message. */
		fb_print_message("", fb_error_message(err));
		fb_error_destroy(err);
		status = FB_EXIT_FAILURE;
	} else {
		fb_context_print_remarks(&context);
		fb_run_print_warnings(&context);
		status = context.status;
		if (!status &&
		    (fb_warnings_count(context.warnings) || fb_warnings_dropped(context.warnings)))
			status = FB_EXIT_PARTIAL;
	}
	end(&context);
	return status;
}
