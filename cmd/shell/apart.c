// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command as if it were typed at sh(1), with the shell's input and options. Called by execute.c for commands
 * that write files, which the reader of the dump may not, and for such as have options about the input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/shared/run.h"
#include "cmd/shell/launch.h"
#include "cmd/shell/shell.h"

bool fb_apart_needed(const char *const *words, size_t count)
{
	static const char *const options[] = {"--core",    "--part",      "--vmlinux",
					      "--sysroot", "--debug-dir", "--no-sandbox"};

	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < FB_ARRAY_SIZE(options); j++) {
			const size_t length = strlen(options[j]);

			if (strncmp(words[i], options[j], length) == 0 &&
			    (!words[i][length] || words[i][length] == '='))
				return true;
		}
	return false;
}

static struct fb_error *add_option(struct fb_line *words, const char *name, const char *value)
{
	struct fb_error *err = value ? fb_line_add(words, name, strlen(name)) : NULL;

	return err || !value ? err : fb_line_add(words, value, strlen(value));
}

static struct fb_error *add_list(struct fb_line *words, const char *name, const char *const *values,
				 size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++)
		err = add_option(words, name, values[i]);
	return err;
}

/* The shell's options, for a command of its own. */
static struct fb_error *add_options(struct fb_line *words, const struct fb_options *options)
{
	char threads[16];
	struct fb_error *err;

	(void)snprintf(threads, sizeof(threads), "%u", options->threads);
	err = add_list(words, "--core", options->cores, options->core_count);
	if (!err)
		err = add_list(words, "--part", options->parts, options->part_count);
	if (!err)
		err = add_list(words, "--debug-dir", options->debug_dirs, options->debug_dir_count);
	if (!err)
		err = add_option(words, "--vmlinux", options->vmlinux);
	if (!err)
		err = add_option(words, "--sysroot", options->sysroot);
	if (!err && options->threads)
		err = add_option(words, "-j", threads);
	if (!err && options->no_sandbox)
		err = fb_line_add(words, "--no-sandbox", strlen("--no-sandbox"));
	return err;
}

static struct fb_error *build(const struct fb_shell *shell, const struct fb_command *command,
			      const struct fb_line *line, struct fb_line *words)
{
	const struct fb_options *options = &shell->context->options;
	char name[64];
	struct fb_error *err;

	(void)snprintf(name, sizeof(name), "fbundle %s", command->name);
	err = fb_line_add(words, name, strlen(name));
	if (!err && !command->usage->no_input) {
		err = fb_line_add(words, options->input, strlen(options->input));
		if (!err)
			err = add_options(words, options);
	}
	for (size_t i = 1; i < line->count && !err; i++)
		err = fb_line_add(words, line->words[i], strlen(line->words[i]));
	return err;
}

/* In the child. */
static void run(const struct fb_shell *shell, const struct fb_command *command,
		const struct fb_line *line, int out_fd)
{
	struct fb_line words = {.kind = FB_LINE_COMMAND};
	struct fb_error *err = build(shell, command, line, &words);

	fb_launch_reset_signals();
	(void)close(shell->front.channel);
	(void)close(shell->front.interrupts);
	if (err || dup2(out_fd, STDOUT_FILENO) < 0)
		_exit(FB_EXIT_FAILURE);
	exit(fb_run(command, shell->context->commands, NULL, (int)words.count, words.words));
}

pid_t fb_apart_start(const struct fb_shell *shell, const struct fb_command *command,
		     const struct fb_line *line, int out_fd)
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		run(shell, command, line, out_fd);
	return pid;
}
