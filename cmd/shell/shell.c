// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle shell: reads commands from the terminal, from options, or from files, and runs each on an input that is
 * opened once.
 */
#include "cmd/shell/shell.h"

#include <stdlib.h>
#include <unistd.h>

#include "cmd/shell/editor.h"
#include "cmd/shell/goal.h"

/* What -c and -f give, in the order in which they were given. */
struct source {
	bool file;
	const char *text;
};

struct options {
	struct source *sources;
	size_t count;
};

static const struct argp_option shell_options[] = {
	{"command", 'c', "COMMAND", 0, "run this command instead of asking for some (repeatable)",
	 0},
	{"file", 'f', "FILE", 0, "run the commands in a file, - for standard input (repeatable)",
	 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct options *options = own;
	struct source *grown;

	if (key != 'c' && key != 'f')
		return ARGP_ERR_UNKNOWN;
	grown = realloc(options->sources, (options->count + 1) * sizeof(*grown));
	if (!grown) {
		argp_failure(state, FB_EXIT_FAILURE, 0, "out of memory");
		return 0;
	}
	options->sources = grown;
	grown[options->count++] = (struct source){key == 'f', arg};
	return 0;
}

static const struct fb_example examples[] = {
	{"Many answers from an input that is opened once",
	 "fbundle shell . -c info -c 'ps | grep D' -c 'bt --panic'", false},
	{"Output into files; >| replaces one that exists",
	 "fbundle shell . -c 'log >| kernel.log' -c 'bt --panic'", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Asks for commands and runs each on an input that is opened once: every command of "
	       "fbundle, without fbundle and INPUT, and what users of crash type. `fbundle INPUT` is "
	       "the same. The exit status of -c, -f and standard input is that of the worst command.",
	.options = shell_options,
	.parse = parse,
	.examples = examples,
};

/* Lines that a user types. */
static struct fb_error *run_typed(struct fb_shell *shell)
{
	struct fb_editor *editor;
	const char *line;
	struct fb_error *err = fb_editor_create(shell, &editor);

	if (err)
		return err;
	shell->editor = editor;
	shell->print_history = fb_editor_print_history;
	while (!shell->quit && (line = fb_editor_read(editor)))
		fb_shell_execute(shell, line);
	fb_editor_destroy(editor);
	return NULL;
}

static struct fb_error *run_all(struct fb_shell *shell, const struct options *options)
{
	if (!options->count && shell->interactive)
		return run_typed(shell);
	if (!options->count)
		fb_shell_run_file(shell, "-");
	for (size_t i = 0; i < options->count && !shell->quit; i++) {
		if (options->sources[i].file)
			fb_shell_run_file(shell, options->sources[i].text);
		else
			fb_shell_execute(shell, options->sources[i].text);
	}
	return NULL;
}

/* Opens the input; says on standard error what there is to say. */
static struct fb_error *start(struct fb_shell *shell, int *status_ret)
{
	struct fb_screen screen;
	const struct fb_sink to_screen = {fb_screen_write, &screen};
	struct fb_error *err;

	fb_screen_init(&screen, STDERR_FILENO, 0, 0);
	err = fb_front_start(&shell->front, shell->context, &to_screen, status_ret);
	fb_screen_end(&screen);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct options options = {0};
	struct fb_shell shell = {.context = context, .current = -1};
	int opened = FB_EXIT_FAILURE;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &options);
	if (context->options.json)
		fb_usage_error("shell", "--json is for the commands: -c 'ps --json'");
	shell.interactive = !options.count && isatty(STDIN_FILENO);
	shell.at_terminal = isatty(STDOUT_FILENO);
	err = start(&shell, &opened);
	shell.status = opened;
	if (!err && opened != FB_EXIT_FAILURE)
		err = run_all(&shell, &options);
	context->status =
		shell.interactive && opened != FB_EXIT_FAILURE ? FB_EXIT_OK : shell.status;
	fb_front_end(&shell.front);
	free(options.sources);
	return err;
}

const struct fb_command fb_command_shell = {
	.name = "shell",
	.summary = "a prompt for many commands on one input",
	.run = run,
	.usage = &usage,
	.apart = true,
};
