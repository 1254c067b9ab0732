// SPDX-License-Identifier: GPL-2.0-or-later
/* What one line of the shell does: a command of fbundle or of the shell itself, or a program. Called by shell.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "cmd/shared/names.h"
#include "cmd/shell/alias.h"
#include "cmd/shell/current.h"
#include "cmd/shell/goal.h"
#include "cmd/shell/launch.h"
#include "cmd/shell/shell.h"

/* Files of commands that call others. */
#define MAX_FILES_DEEP 16u

/* Bytes that may be printed about a task. */
#define MAX_ANSWER 65536u

int fb_shell_worse(int one, int other)
{
	static const int order[] = {[FB_EXIT_OK] = 0,
				    [FB_EXIT_PARTIAL] = 1,
				    [FB_EXIT_FAILURE] = 2,
				    [FB_EXIT_USAGE] = 3};

	return order[one] > order[other] ? one : other;
}

static void note(struct fb_shell *shell, int status)
{
	shell->status = fb_shell_worse(shell->status, status);
}

/* Takes err, tells it and notes the status. */
static void fail(struct fb_shell *shell, struct fb_error *err)
{
	if (!err)
		return;
	note(shell, fb_error_is(err, FB_INVALID) ? FB_EXIT_USAGE : FB_EXIT_FAILURE);
	fb_print_message("", fb_error_message(err));
	fb_error_destroy(err);
}

/* Where a script shall end: Ctrl-C was typed for one of its commands. */
static void note_interrupt(struct fb_shell *shell, bool interrupted)
{
	shell->quit |= interrupted && !shell->interactive;
	if (interrupted)
		note(shell, FB_EXIT_FAILURE);
}

/* A program's exit status does not count; that it was interrupted does. */
static void run_program(struct fb_shell *shell, const char *text)
{
	const char *own = getenv("SHELL");
	const struct fb_launch launch = {.text = *text ? text : own && *own ? own : "exec sh"};
	const pid_t pid = fb_launch_shell(&launch, -1);

	if (pid < 0)
		note(shell, FB_EXIT_FAILURE);
	else
		note_interrupt(shell, fb_launch_wait(pid) == 128 + SIGINT);
}

/* The status of a command on the opened input. That its reader wanted no more is no failure. */
static int status_of(const struct fb_shell *shell, const struct fb_reply *reply)
{
	char text[64];

	if (!reply->signal)
		return reply->status;
	if (reply->signal == SIGPIPE)
		return FB_EXIT_OK;
	if (reply->signal != SIGKILL || !shell->front.interrupted) {
		(void)snprintf(text, sizeof(text), "the command was ended by signal %d (%s)",
			       reply->signal, strsignal(reply->signal));
		fb_print_message("", text);
	}
	return FB_EXIT_FAILURE;
}

static struct fb_error *ask(struct fb_shell *shell, enum fb_request_kind kind,
			    const struct fb_line *line, struct fb_goal *goal, int *status_ret)
{
	FB_CLEANUP(fb_free_at) struct fb_request *request = malloc(sizeof(*request));
	struct fb_front_output output;
	struct fb_reply reply;
	struct fb_error *err;

	if (!request)
		return fb_error_nomem();
	if (!fb_request_fill(request, kind, (const char *const *)line->words, line->count))
		return fb_error_create(FB_INVALID, "the line is too long");
	fb_goal_output(goal, &output);
	err = fb_front_ask(&shell->front, request, &output, &reply);
	note_interrupt(shell, shell->front.interrupted);
	/* What a user no longer wants to see has not failed. */
	if (!err)
		*status_ret = goal->has_screen && goal->screen.over && reply.signal
				      ? FB_EXIT_OK
				      : status_of(shell, &reply);
	return err;
}

/* Passes what comes through a pipe on to the file of the line. */
static void fill_file(struct fb_goal *goal, int fd)
{
	char bytes[65536];
	ssize_t got;

	do
		got = read(fd, bytes, sizeof(bytes));
	while (got > 0 && fb_goal_write(goal, bytes, (size_t)got));
}

/* Starts a command apart, and fills the file where the line has one. */
static pid_t start_apart(struct fb_shell *shell, const struct fb_command *command,
			 const struct fb_line *line, struct fb_goal *goal)
{
	int ends[2];
	pid_t pid;

	if (!goal->outfile)
		return fb_apart_start(shell, command, line,
				      goal->out_fd >= 0 ? goal->out_fd : STDOUT_FILENO);
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fb_apart_start(shell, command, line, ends[1]);
	(void)close(ends[1]);
	if (pid > 0)
		fill_file(goal, ends[0]);
	(void)close(ends[0]);
	return pid;
}

static struct fb_error *run_apart(struct fb_shell *shell, const struct fb_command *command,
				  const struct fb_line *line, struct fb_goal *goal, int *status_ret)
{
	const pid_t pid = start_apart(shell, command, line, goal);
	int status;

	if (pid < 0)
		return fb_error_os(errno, "cannot make a process for %s", command->name);
	status = fb_launch_wait(pid);
	note_interrupt(shell, status == 128 + SIGINT);
	*status_ret = status == 128 + SIGPIPE ? FB_EXIT_OK : status;
	if (status > FB_EXIT_PARTIAL && status != 128 + SIGPIPE)
		*status_ret = FB_EXIT_FAILURE;
	return NULL;
}

static void run_command(struct fb_shell *shell, const struct fb_command *command,
			const struct fb_line *line)
{
	const bool apart =
		command->apart || fb_apart_needed((const char *const *)line->words, line->count);
	int status = FB_EXIT_FAILURE;
	struct fb_goal goal;
	struct fb_error *err = fb_goal_begin(&goal, shell, line), *end_err;

	if (err) {
		fail(shell, err);
		return;
	}
	err = apart ? run_apart(shell, command, line, &goal, &status)
		    : ask(shell, FB_REQUEST_RUN, line, &goal, &status);
	end_err = fb_goal_end(&goal, !err && (status == FB_EXIT_OK || status == FB_EXIT_PARTIAL));
	if (err)
		fail(shell, err);
	else
		note(shell, status);
	fail(shell, end_err);
}

static bool add_to_buffer(void *context, const char *bytes, size_t length)
{
	struct fb_error *err = fb_buf_append(context, bytes, length);

	fb_error_destroy(err);
	return !err;
}

/* Shows a text that the shell has itself. */
static void show(struct fb_goal *goal, const char *text)
{
	if (goal->out_fd < 0) {
		(void)fb_screen_write(&goal->screen, text, strlen(text));
		return;
	}
	fb_put("%s", text);
	(void)fb_flush();
}

/* Asks for the task of a word, NULL: the one that panicked; makes it the current one, and shows what there is to
 * say. */
static struct fb_error *ask_task(struct fb_shell *shell, const char *word, struct fb_goal *goal)
{
	FB_CLEANUP(fb_free_at) struct fb_request *request = malloc(sizeof(*request));
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text = {0};
	struct fb_front_output output;
	struct fb_reply reply;
	struct fb_error *err;

	fb_buf_init(&text, MAX_ANSWER);
	if (!request)
		return fb_error_nomem();
	if (!fb_request_fill(request, FB_REQUEST_TASK, &word, word ? 1 : 0))
		return fb_error_create(FB_INVALID, "the line is too long");
	fb_goal_output(goal, &output);
	output.out_fd = -1;
	output.out = (struct fb_sink){add_to_buffer, &text};
	err = fb_front_ask(&shell->front, request, &output, &reply);
	if (!err)
		err = fb_buf_append(&text, "", 1);
	if (err)
		return err;
	note(shell, status_of(shell, &reply));
	if (!reply.signal && !reply.status) {
		shell->current = fb_current_tid((const char *)text.data);
		show(goal, (const char *)text.data);
	}
	return NULL;
}

/* `set`: shows the current task; `set PID` makes one so; `set -p`, the one that panicked. */
static struct fb_error *set_task(struct fb_shell *shell, const struct fb_line *line)
{
	const struct fb_line screen = {.kind = FB_LINE_COMMAND};
	const char *word = line->count > 1 ? line->words[1] : NULL;
	char current[16];
	struct fb_goal goal;
	struct fb_error *err = fb_goal_begin(&goal, shell, &screen), *end_err;

	if (err)
		return err;
	if (!word && shell->current >= 0) {
		(void)snprintf(current, sizeof(current), "%d", shell->current);
		word = current;
	} else if (word && strcmp(word, "-p") == 0) {
		word = NULL;
	}
	err = ask_task(shell, word, &goal);
	end_err = fb_goal_end(&goal, true);
	if (!err)
		return end_err;
	fb_error_destroy(end_err);
	return err;
}

static void print_help(const struct fb_shell *shell)
{
	fb_put("Each command of fbundle, without fbundle and INPUT before its arguments:\n");
	for (const struct fb_command *const *at = shell->context->commands; *at; at++)
		if (strcmp((*at)->name, "shell") != 0)
			fb_put("  %-9s %s\n", (*at)->name, (*at)->summary);
	fb_put("and:\n"
	       "  set [PID] shows, or chooses, the task that `vm`, `files` and others take\n"
	       "  help COMMAND, history, quit\n"
	       "  COMMAND | PROGRAM, COMMAND > FILE, !PROGRAM, < FILE of commands\n"
	       "What crash calls otherwise is understood: `foreach bt`, `kmem -i`, `struct -o`...\n");
	(void)fb_flush();
}

static void run_words(struct fb_shell *shell, struct fb_line *line);

/* The commands of the shell itself. Whether it is one. */
static bool run_own(struct fb_shell *shell, struct fb_line *line)
{
	const char *word = line->words[0];

	if (strcmp(word, "quit") == 0 || strcmp(word, "exit") == 0 || strcmp(word, "q") == 0) {
		shell->quit = true;
	} else if (strcmp(word, "set") == 0) {
		fail(shell, set_task(shell, line));
	} else if (strcmp(word, "history") == 0 || strcmp(word, "h") == 0) {
		if (shell->print_history)
			shell->print_history(shell->editor);
	} else if (strcmp(word, "help") == 0 && line->count > 1) {
		/* `help COMMAND` is `COMMAND --help`. */
		struct fb_line other = {.kind = FB_LINE_COMMAND};
		struct fb_error *err = fb_line_add(&other, line->words[1], strlen(line->words[1]));

		if (!err)
			err = fb_line_add(&other, "--help", 6);
		if (!err)
			run_words(shell, &other);
		fail(shell, err);
		fb_line_deinit(&other);
	} else if (strcmp(word, "help") == 0 || strcmp(word, "?") == 0) {
		print_help(shell);
	} else {
		return false;
	}
	return true;
}

static void tell_no_command(struct fb_shell *shell, const char *name)
{
	const struct fb_command *nearest = fb_command_nearest(shell->context->commands, name);
	char text[512];

	if (strcmp(name, "fbundle") == 0)
		(void)snprintf(text, sizeof(text), "the command alone: without fbundle and INPUT");
	else if (nearest)
		(void)snprintf(text, sizeof(text),
			       "no command '%s': did you mean '%s'? `help` lists them", name,
			       nearest->name);
	else
		(void)snprintf(text, sizeof(text),
			       "no command '%s': `help` lists them, `!%s` is a program", name,
			       name);
	note(shell, FB_EXIT_USAGE);
	fb_print_message("", text);
}

/* Runs the words of a line, which are fbundle's. */
static void run_words(struct fb_shell *shell, struct fb_line *line)
{
	const struct fb_command *command =
		fb_command_find(shell->context->commands, line->words[0]);

	if (!command)
		tell_no_command(shell, line->words[0]);
	else if (strcmp(command->name, "shell") == 0)
		fail(shell, fb_error_create(FB_INVALID, "this is the shell"));
	else
		run_command(shell, command, line);
}

/* Whether a row says of a whole command of crash, with any arguments, that it is missing: where fbundle has a command
 * of that name, that is run instead. */
static bool is_whole_command(const struct fb_alias *alias)
{
	const char *blank = strchr(alias->crash, ' ');

	return !alias->here && (!blank || strcmp(blank, " ...") == 0);
}

/* Puts fbundle's words in the place of crash's. *answered_ret: there are none, and that was told. */
static struct fb_error *translate(struct fb_shell *shell, struct fb_line *line, bool *answered_ret)
{
	const char *const *words = (const char *const *)line->words;
	const struct fb_alias *alias = fb_alias_find(fb_alias_table, words, line->count);
	struct fb_line here = {.kind = FB_LINE_COMMAND};
	bool translated = false;
	struct fb_error *err;

	*answered_ret = false;
	if (alias && is_whole_command(alias) && fb_command_find(shell->context->commands, words[0]))
		alias = NULL;
	err = fb_alias_struct(words, line->count, &translated, &here);
	if (translated)
		alias = NULL;
	if (!err && alias && alias->here) {
		translated = true;
		err = fb_alias_apply(alias, words, line->count, shell->current, &here);
	}
	if (err)
		return err;
	if (alias && alias->remark && !shell->context->options.quiet)
		fb_print_message("", alias->remark);
	*answered_ret = alias && !alias->here;
	if (*answered_ret)
		note(shell, FB_EXIT_USAGE);
	if (translated) {
		here.goal = line->goal;
		here.replace = line->replace;
		here.target = fb_take(line->target);
		fb_line_deinit(line);
		*line = here;
	}
	return NULL;
}

/* The lines of an open file. */
static void run_lines(struct fb_shell *shell, FILE *file)
{
	char *line = NULL;
	size_t room = 0;

	while (!shell->quit && getline(&line, &room, file) >= 0)
		fb_shell_execute(shell, line);
	free(line);
}

static void fail_file(struct fb_shell *shell, const char *path, const char *why)
{
	char text[4200];

	(void)snprintf(text, sizeof(text), "%s: %s", path, why);
	fb_print_message("", text);
	note(shell, FB_EXIT_FAILURE);
}

void fb_shell_run_file(struct fb_shell *shell, const char *path)
{
	const bool from_stdin = strcmp(path, "-") == 0;
	FILE *file;

	if (shell->depth == MAX_FILES_DEEP) {
		fail_file(shell, path, "too many files of commands that call each other");
		return;
	}
	file = from_stdin ? stdin : fopen(path, "re");
	if (!file) {
		fail_file(shell, path, strerror(errno));
		return;
	}
	shell->depth++;
	run_lines(shell, file);
	shell->depth--;
	if (ferror(file))
		fail_file(shell, path, strerror(errno));
	if (!from_stdin)
		(void)fclose(file);
}

static void run_line(struct fb_shell *shell, struct fb_line *line)
{
	bool answered = false;
	struct fb_error *err = NULL;

	if (line->kind == FB_LINE_SYSTEM) {
		run_program(shell, line->target);
		return;
	}
	if (line->kind == FB_LINE_SOURCE) {
		fb_shell_run_file(shell, line->target);
		return;
	}
	if (!line->count || run_own(shell, line))
		return;
	err = translate(shell, line, &answered);
	if (err)
		fail(shell, err);
	else if (!answered)
		run_words(shell, line);
}

void fb_shell_execute(struct fb_shell *shell, const char *text)
{
	struct fb_line line;
	struct fb_error *err = fb_line_parse(text, &line);

	if (err) {
		fail(shell, err);
		return;
	}
	run_line(shell, &line);
	fb_line_deinit(&line);
}
