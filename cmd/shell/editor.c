// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lets the user edit lines by libedit, which has BSD's licence (readline's is GPL-3, and would be the program's). While
 * a line is edited the terminal makes no signals of keys, so that Ctrl-C and Ctrl-Z are bound here. Called by shell.c.
 */
#include "cmd/shell/editor.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/shell/complete.h"
#include "cmd/shell/names.h"

#define HISTORY_LINES 2000
/* More candidates are not shown. */
#define MAX_SHOWN 200u
#define MAX_CANDIDATES (1u << 20)

struct fb_editor {
	struct fb_shell *shell;
	EditLine *edit;
	History *history;
	char *path; /* of the history's file; NULL: none */
	char *line; /* the last one that was read */
	char prompt[32];
};

static struct fb_editor *editor_of(EditLine *edit)
{
	void *editor = NULL;

	(void)el_get(edit, EL_CLIENTDATA, &editor);
	return editor;
}

static char *prompt(EditLine *edit)
{
	return editor_of(edit)->prompt;
}

/* Ctrl-C: a new line. */
static unsigned char drop_line(EditLine *edit, int key FB_UNUSED)
{
	const LineInfo *info = el_line(edit);

	(void)el_deletestr1(edit, 0, (int)(info->lastchar - info->buffer));
	return CC_NEWLINE;
}

/* Ctrl-Z: as the terminal would do it. */
static unsigned char stop(EditLine *edit, int key FB_UNUSED)
{
	(void)el_set(edit, EL_PREP_TERM, 0);
	(void)kill(0, SIGTSTP);
	(void)el_set(edit, EL_PREP_TERM, 1);
	return CC_REFRESH;
}

static bool keep(void *context, const char *bytes, size_t length)
{
	struct fb_error *err = fb_buf_append(context, bytes, length);

	fb_error_destroy(err);
	return !err;
}

static bool ignore(void *context FB_UNUSED, const char *bytes FB_UNUSED, size_t length FB_UNUSED)
{
	return true;
}

/* The names of the input that a word can be: asks the reader of the dump. What goes wrong is no candidate. */
static void ask_names(struct fb_shell *shell, enum fb_names names,
		      const struct fb_complete *complete, struct fb_buf *text)
{
	FB_CLEANUP(fb_free_at) struct fb_request *request = malloc(sizeof(*request));
	const char *words[] = {fb_names_words[names], complete->word,
			       complete->type ? complete->type : ""};
	const struct fb_front_output output = {
		.out_fd = -1, .err_fd = -1, .out = {keep, text}, .err = {ignore, NULL}};
	struct fb_reply reply;

	if (request && fb_request_fill(request, FB_REQUEST_NAMES, words, FB_ARRAY_SIZE(words)))
		fb_error_destroy(fb_front_ask(&shell->front, request, &output, &reply));
}

/* Lists the candidates; *checked_ret: they come from the reader. */
static struct fb_error *list_candidates(struct fb_editor *editor,
					const struct fb_complete *complete, struct fb_buf *names,
					bool *checked_ret)
{
	static const enum fb_names of_kind[] = {
		[FB_COMPLETE_SYMBOLS] = FB_NAMES_SYMBOLS,
		[FB_COMPLETE_TYPES] = FB_NAMES_TYPES,
		[FB_COMPLETE_MEMBERS] = FB_NAMES_MEMBERS,
		[FB_COMPLETE_PIDS] = FB_NAMES_PIDS,
	};

	*checked_ret = complete->kind >= FB_COMPLETE_SYMBOLS;
	if (*checked_ret)
		ask_names(editor->shell, of_kind[complete->kind], complete, names);
	return *checked_ret ? NULL
			    : fb_complete_list(complete, editor->shell->context->commands, names);
}

/* Below the line, in columns. */
static void show_candidates(char *const *list, size_t count)
{
	size_t width = 1, columns;

	for (size_t i = 0; i < count && i < MAX_SHOWN; i++)
		width = strlen(list[i]) + 2 > width ? strlen(list[i]) + 2 : width;
	columns = width < 80 ? 80 / width : 1;
	for (size_t i = 0; i < count && i < MAX_SHOWN; i++)
		fb_put("%s%-*s", i % columns ? "" : "\n", (int)width, list[i]);
	if (count > MAX_SHOWN)
		fb_put("\n... %zu more", count - MAX_SHOWN);
	fb_put("\n");
	(void)fb_flush();
}

/* Puts in what all candidates have in common; where that is nothing, shows them. */
static unsigned char put_in(EditLine *edit, const struct fb_complete *complete, char *const *list,
			    size_t count)
{
	const size_t typed = strlen(complete->word), common = fb_complete_common(list, count);
	FB_CLEANUP(fb_free_at) char *more = NULL;
	const char *end;

	if (!count)
		return CC_REFRESH_BEEP;
	if (count > 1 && common == typed) {
		show_candidates(list, count);
		return CC_REDISPLAY;
	}
	end = list[0] + common - (common > 0);
	/* A word that is complete is followed by a blank, unless its value or a file is to follow. */
	if (asprintf(&more, "%.*s%s", (int)(common - typed), list[0] + typed,
		     count == 1 && *end != '=' && *end != '/' ? " " : "") < 0) {
		more = NULL;
		return CC_ERROR;
	}
	return el_insertstr(edit, more) ? CC_ERROR : CC_REFRESH;
}

/* The Tab key. */
static unsigned char complete_word(EditLine *edit, int key FB_UNUSED)
{
	struct fb_editor *editor = editor_of(edit);
	const LineInfo *info = el_line(edit);
	struct fb_complete complete = {.kind = FB_COMPLETE_NOTHING};
	FB_CLEANUP(fb_buf_deinit) struct fb_buf names = {0};
	FB_CLEANUP(fb_free_at) char **list = NULL;
	unsigned char action = CC_REFRESH_BEEP;
	bool checked = false;
	size_t count = 0;
	struct fb_error *err;

	fb_buf_init(&names, MAX_CANDIDATES);
	err = fb_complete_find(editor->shell->context->commands, info->buffer,
			       (size_t)(info->cursor - info->buffer), &complete);
	if (!err)
		err = list_candidates(editor, &complete, &names, &checked);
	if (!err)
		err = fb_buf_append(&names, "", 1);
	if (!err && complete.word)
		err = fb_complete_sort((char *)names.data, complete.word, checked, &list, &count);
	if (!err && list)
		action = put_in(edit, &complete, list, count);
	fb_error_destroy(err);
	fb_complete_deinit(&complete);
	return action;
}

/* $XDG_STATE_HOME/fbundle/history, whose folders are made. */
static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path = NULL;

	if (state && *state == '/'
		    ? asprintf(&path, "%s/fbundle/history", state) < 0
		    : !home || *home != '/' ||
			      asprintf(&path, "%s/.local/state/fbundle/history", home) < 0)
		return NULL;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	return path;
}

static void load_history(struct fb_editor *editor)
{
	HistEvent event;

	(void)history(editor->history, &event, H_SETSIZE, HISTORY_LINES);
	(void)history(editor->history, &event, H_SETUNIQUE, 1);
	editor->path = history_path();
	if (editor->path)
		(void)history(editor->history, &event, H_LOAD, editor->path);
}

struct fb_error *fb_editor_create(struct fb_shell *shell, struct fb_editor **editor_ret)
{
	struct fb_editor *editor = calloc(1, sizeof(*editor));

	if (!editor)
		return fb_error_nomem();
	(void)setlocale(LC_CTYPE, ""); /* for the width of what is typed */
	editor->shell = shell;
	editor->edit = el_init("fbundle", stdin, stdout, stderr);
	editor->history = history_init();
	if (!editor->edit || !editor->history) {
		fb_editor_destroy(editor);
		return fb_error_create(FB_OS, "the terminal cannot be used to edit lines");
	}
	load_history(editor);
	(void)el_set(editor->edit, EL_CLIENTDATA, editor);
	(void)el_set(editor->edit, EL_PROMPT, prompt);
	(void)el_set(editor->edit, EL_EDITOR, "emacs");
	(void)el_set(editor->edit, EL_HIST, history, editor->history);
	(void)el_set(editor->edit, EL_ADDFN, "fb-complete", "completes the word", complete_word);
	(void)el_set(editor->edit, EL_ADDFN, "fb-drop", "drops the line", drop_line);
	(void)el_set(editor->edit, EL_ADDFN, "fb-stop", "stops the program", stop);
	(void)el_set(editor->edit, EL_BIND, "^I", "fb-complete", NULL);
	(void)el_set(editor->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
	(void)el_source(editor->edit, NULL);
	(void)el_set(editor->edit, EL_SETTY, "-d", "-isig", NULL);
	(void)el_set(editor->edit, EL_BIND, "^C", "fb-drop", NULL);
	(void)el_set(editor->edit, EL_BIND, "^Z", "fb-stop", NULL);
	*editor_ret = editor;
	return NULL;
}

void fb_editor_destroy(struct fb_editor *editor)
{
	HistEvent event;

	if (!editor)
		return;
	if (editor->path)
		(void)history(editor->history, &event, H_SAVE, editor->path);
	if (editor->edit)
		el_end(editor->edit);
	if (editor->history)
		history_end(editor->history);
	free(editor->path);
	free(editor->line);
	free(editor);
}

const char *fb_editor_read(struct fb_editor *editor)
{
	const char *line;
	HistEvent event;
	int length = 0;

	if (editor->shell->current >= 0)
		(void)snprintf(editor->prompt, sizeof(editor->prompt), "fbundle %d> ",
			       editor->shell->current);
	else
		(void)snprintf(editor->prompt, sizeof(editor->prompt), "fbundle> ");
	el_resize(editor->edit);
	/* el_gets() prints the prompt first: Ctrl-C would be a signal until it has set up the terminal. */
	(void)el_set(editor->edit, EL_PREP_TERM, 1);
	line = el_gets(editor->edit, &length);
	if (!line || length <= 0) {
		fb_put("\n");
		(void)fb_flush();
		return NULL;
	}
	free(editor->line);
	editor->line = strndup(line, strcspn(line, "\n"));
	if (editor->line && editor->line[strspn(editor->line, " \t")])
		(void)history(editor->history, &event, H_ENTER, editor->line);
	return editor->line;
}

void fb_editor_print_history(void *context)
{
	struct fb_editor *editor = context;
	HistEvent event;

	for (int found = history(editor->history, &event, H_LAST); found == 0;
	     found = history(editor->history, &event, H_PREV))
		fb_put("%5d  %s\n", event.num, event.str);
	(void)fb_flush();
}
