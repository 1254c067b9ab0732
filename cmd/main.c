// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle: joins a kernel dump with the cores of its processes.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "bundle/input/live.h"
#include "cmd/dump/makedumpfile.h"
#include "cmd/shared/command.h"
#include "cmd/shared/names.h"
#include "cmd/shared/run.h"

static void print_help(FILE *to)
{
	fprintf(to, "Usage: fbundle COMMAND INPUT [...]\n"
		    "   or: fbundle INPUT, for a prompt\n"
		    "Joins a Linux kernel dump with the cores of its processes, and reads both.\n\n"
		    "INPUT is a kernel dump, a bundle, or the folder that kdump-tools left.\n\n"
		    "Commands:\n");
	for (size_t i = 0; fb_commands[i]; i++)
		fprintf(to, "  %-9s %s\n", fb_commands[i]->name, fb_commands[i]->summary);
	fprintf(to, "\n`fbundle COMMAND --help` tells more. Exit status: 0 complete; 1 nothing "
		    "usable;\n2 wrong usage; 3 an answer with a part missing or damaged.\n");
}

/* `fbundle makedumpfile` does it in a child. */
static int run_dump(int argc, char **argv)
{
	char name[] = "fbundle dump";

	argv[0] = name;
	return fb_run(&fb_command_dump, fb_commands, NULL, argc, argv);
}

/* `fbundle INPUT`, with no more than options, is `fbundle shell INPUT`. */
static bool is_for_shell(int argc, char **argv)
{
	if (access(argv[1], F_OK) != 0 && strcmp(argv[1], FB_LIVE_WORD) != 0)
		return false;
	return argc == 2 || *argv[2] == '-';
}

static void print_no_command(const char *name)
{
	const struct fb_command *nearest = fb_command_nearest(fb_commands, name);
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
	char name[64], help_option[] = "--help", shell[] = "fbundle shell";
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
	command = fb_command_find(fb_commands, argv[1]);
	if (!command && is_for_shell(argc, argv)) {
		argv[0] = shell;
		return fb_run(&fb_command_shell, fb_commands, NULL, argc, argv);
	}
	if (!command) {
		print_no_command(argv[1]);
		return FB_EXIT_USAGE;
	}
	/* argp takes the name for its messages from here. */
	snprintf(name, sizeof(name), "fbundle %s", command->name);
	argv[1] = name;
	return fb_run(command, fb_commands, NULL, argc - 1, argv + 1);
}
