// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle: joins a kernel dump with the cores of its processes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/heap.h"

static const struct fb_command *const commands[] = {
	&fb_command_merge,   &fb_command_info,   &fb_command_ps,    &fb_command_bt,
	&fb_command_vm,      &fb_command_rd,     &fb_command_vtop,  &fb_command_files,
	&fb_command_log,     &fb_command_mods,   &fb_command_sym,   &fb_command_struct,
	&fb_command_extract, &fb_command_verify, &fb_command_waits, &fb_command_report,
};

static void print_help(FILE *to)
{
	fprintf(to, "Usage: fbundle COMMAND INPUT [...]\n"
		    "Joins a Linux kernel dump with the cores of its processes, and reads both.\n\n"
		    "INPUT is a kernel dump, a bundle, or the folder that kdump-tools left.\n\n"
		    "Commands:\n");
	for (size_t i = 0; i < FB_ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(to, "\n`fbundle COMMAND --help` tells more. Exit status: 0 complete; 1 nothing "
		    "usable;\n2 wrong usage; 3 an answer with a part missing or damaged.\n");
}

static const struct fb_command *find_command(const char *name)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_warnings(const struct fb_context *context)
{
	size_t dropped = fb_warnings_dropped(context->warnings);

	if (context->options.quiet)
		return;
	for (size_t i = 0; i < fb_warnings_count(context->warnings); i++)
		fb_print_message("warning: ", fb_warnings_get(context->warnings, i));
	if (dropped)
		fprintf(stderr, "fbundle: warning: %zu more of the kind\n", dropped);
}

static int run(const struct fb_command *command, int argc, char **argv)
{
	struct fb_context context = {.output_start = {-1, -1}};
	struct fb_error *err;
	int status = FB_EXIT_OK;

	fb_heap_prepare();
	err = fb_warnings_create(&context.warnings);
	if (!err)
		err = fb_warnings_create(&context.remarks);
	if (!err)
		err = command->run(&context, argc, argv);
	errno = 0;
	if ((fflush(stdout) != 0 || ferror(stdout)) && !err)
		err = errno ? fb_error_os(errno, "standard output")
			    : fb_error_create(FB_OS, "standard output: cannot be written");
	if (err) {
		/* One line: what led to it is in the message. */
		fb_print_message("", fb_error_message(err));
		fb_error_destroy(err);
		status = FB_EXIT_FAILURE;
	} else {
		fb_context_print_remarks(&context);
		print_warnings(&context);
		if (fb_warnings_count(context.warnings) || fb_warnings_dropped(context.warnings))
			status = FB_EXIT_PARTIAL;
	}
	fb_outfile_start_close(&context.output_start);
	fb_fetcher_destroy(context.fetcher);
	fb_output_destroy(context.output);
	fb_warnings_destroy(context.remarks);
	fb_warnings_destroy(context.warnings);
	free(context.options.cores);
	free(context.options.parts);
	free(context.options.debug_dirs);
	free(context.args);
	return status;
}

static void print_no_command(const char *name)
{
	char escaped[512];

	fb_text_escape(name, strlen(name), escaped, sizeof(escaped));
	if (access(name, F_OK) == 0)
		fprintf(stderr,
			"fbundle: the command comes before the input: fbundle COMMAND %s (`fbundle "
			"--help` lists commands)\n",
			escaped);
	else
		fprintf(stderr, "fbundle: no command '%s': `fbundle --help` lists them\n", escaped);
}

int main(int argc, char **argv)
{
	const struct fb_command *command;
	char name[64];

	argp_err_exit_status = FB_EXIT_USAGE;
	if (argc < 2) {
		print_help(stderr);
		return FB_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return FB_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("fbundle %s\n", FB_VERSION);
		return FB_EXIT_OK;
	}
	command = find_command(argv[1]);
	if (!command) {
		print_no_command(argv[1]);
		return FB_EXIT_USAGE;
	}
	/* argp takes the name for its messages from here. */
	snprintf(name, sizeof(name), "fbundle %s", command->name);
	argv[1] = name;
	return run(command, argc - 1, argv + 1);
}
