// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle: joins a kernel dump with the cores of its processes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/dump/makedumpfile.h"
#include "cmd/shared/command.h"
#include "cmd/shared/process.h"

/* Bytes of a command's name, with room for what people mistype. */
#define MAX_NAME 32u

static void print_help(FILE *to)
{
	fprintf(to, "Usage: fbundle COMMAND INPUT [...]\n"
		    "Joins a Linux kernel dump with the cores of its processes, and reads both.\n\n"
		    "INPUT is a kernel dump, a bundle, or the folder that kdump-tools left.\n\n"
		    "Commands:\n");
	for (size_t i = 0; fb_commands[i]; i++)
		fprintf(to, "  %-9s %s\n", fb_commands[i]->name, fb_commands[i]->summary);
	fprintf(to, "\n`fbundle COMMAND --help` tells more. Exit status: 0 complete; 1 nothing "
		    "usable;\n2 wrong usage; 3 an answer with a part missing or damaged.\n");
}

/* How many letters must be put in, taken out, changed or swapped with the next to make one of the
 * other (the optimal string alignment distance); long ones are far from everything. */
static size_t distance(const char *from, const char *to)
{
	size_t rows[3][MAX_NAME + 1], from_length = strlen(from), to_length = strlen(to);

	if (from_length > MAX_NAME || to_length > MAX_NAME)
		return SIZE_MAX;
	for (size_t j = 0; j <= to_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= from_length; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3],
		       *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= to_length; j++) {
			size_t best = above[j - 1] + (from[i - 1] != to[j - 1]);

			best = above[j] + 1 < best ? above[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && from[i - 1] == to[j - 2] &&
			    from[i - 2] == to[j - 1] && two_above[j - 2] + 1 < best)
				best = two_above[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[from_length % 3][to_length];
}

/* The command that a mistyped name is nearest to, or NULL: half of it must be right. */
static const struct fb_command *nearest_command(const char *name)
{
	const struct fb_command *nearest = NULL;
	size_t least = strlen(name) / 2 + 1;

	for (size_t i = 0; fb_commands[i]; i++) {
		size_t far = distance(name, fb_commands[i]->name);

		if (far < least) {
			least = far;
			nearest = fb_commands[i];
		}
	}
	return nearest;
}

static const struct fb_command *find_command(const char *name)
{
	for (size_t i = 0; fb_commands[i]; i++)
		if (strcmp(fb_commands[i]->name, name) == 0)
			return fb_commands[i];
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

	fb_process_prepare();
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

/* `fbundle makedumpfile` does it in a child. */
static int run_dump(int argc, char **argv)
{
	char name[] = "fbundle dump";

	argv[0] = name;
	return run(&fb_command_dump, argc, argv);
}

static void print_no_command(const char *name)
{
	const struct fb_command *nearest = nearest_command(name);
	char escaped[512];

	fb_text_escape(name, strlen(name), escaped, sizeof(escaped));
	if (access(name, F_OK) == 0)
		fprintf(stderr,
			"fbundle: the command comes before the input: fbundle COMMAND %s (`fbundle "
			"--help` lists commands)\n",
			escaped);
	else if (nearest)
		fprintf(stderr,
			"fbundle: no command '%s': did you mean '%s'? `fbundle --help` lists them\n",
			escaped, nearest->name);
	else
		fprintf(stderr, "fbundle: no command '%s': `fbundle --help` lists them\n", escaped);
}

int main(int argc, char **argv)
{
	const struct fb_command *command;
	char name[64], help_option[] = "--help";
	bool help;

	argp_err_exit_status = FB_EXIT_USAGE;
	if (argc < 2) {
		print_help(stderr);
		return FB_EXIT_USAGE;
	}
	help = strcmp(argv[1], "help") == 0;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || (help && argc == 2)) {
		print_help(stdout);
		return FB_EXIT_OK;
	}
	/* `help COMMAND` is `COMMAND --help`. */
	if (help) {
		argv[1] = argv[2];
		argv[2] = help_option;
		argc = 3;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("fbundle %s\n", FB_VERSION);
		return FB_EXIT_OK;
	}
	if (strcmp(argv[1], "makedumpfile") == 0)
		return fb_makedumpfile(argc - 1, argv + 1, run_dump);
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
