// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out what is to be completed, and lists what needs no input. Called by editor.c when the Tab key is typed.
 */
#include "cmd/shell/complete.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cmd/shared/names.h"
#include "cmd/shell/line.h"
#include "cmd/shell/names.h"

/* The commands of the shell itself. */
static const char *const own_commands[] = {"help", "history", "quit", "set"};

/* What the tables of options call the values of options. */
static const struct {
	const char *name;
	enum fb_complete_kind kind;
	const char *choices;
} values[] = {
	{"FILE", FB_COMPLETE_FILES, NULL},
	{"DIR", FB_COMPLETE_FILES, NULL},
	{"HTML", FB_COMPLETE_FILES, NULL},
	{"DUMP", FB_COMPLETE_FILES, NULL},
	{"BUNDLE", FB_COMPLETE_FILES, NULL},
	{"CORE", FB_COMPLETE_FILES, NULL},
	{"PID", FB_COMPLETE_PIDS, NULL},
	{"NAME", FB_COMPLETE_SYMBOLS, NULL},
	{"ADDR", FB_COMPLETE_SYMBOLS, NULL},
	{"TYPE", FB_COMPLETE_TYPES, NULL},
	{"MEMBER", FB_COMPLETE_MEMBERS, NULL},
	{"WHEN", FB_COMPLETE_VALUES, "auto always never"},
	{"LEVEL", FB_COMPLETE_VALUES, "emerg alert crit err warn notice info debug"},
	{"METHOD", FB_COMPLETE_VALUES, "zlib lzo snappy zstd none"},
	{"core", FB_COMPLETE_VALUES, "core dump"},
};

/* The kind that a word like "PID|NAME", "[PID:]ADDR" or "[.MEMBER...]" names first. */
static void take_kind(struct fb_complete *complete, const char *text, size_t length)
{
	const char *start = memchr(text, ']', length);
	char name[16];
	size_t size = 0;

	/* What stands in brackets before the rest, as "[PID:]", may be left out. */
	if (start && start + 1 < text + length && start[1] >= 'A' && start[1] <= 'Z') {
		length -= (size_t)(start + 1 - text);
		text = start + 1;
	}
	for (size_t i = 0; i < length && size + 1 < sizeof(name); i++) {
		const bool letter =
			(text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z');

		if (letter)
			name[size++] = text[i];
		else if (size)
			break;
	}
	name[size] = '\0';
	for (size_t i = 0; i < FB_ARRAY_SIZE(values); i++)
		if (strcmp(values[i].name, name) == 0) {
			complete->kind = values[i].kind;
			complete->choices = values[i].choices;
		}
}

/* The option of a table that a word of the line is; NULL: none. */
static const struct argp_option *find_in(const struct argp_option *option, const char *word)
{
	for (; option && (option->name || option->key); option++) {
		const size_t length = option->name ? strlen(option->name) : 0;

		if (word[1] != '-' && option->key == word[1] && !word[2])
			return option;
		if (word[1] == '-' && length && strncmp(word + 2, option->name, length) == 0 &&
		    (!word[2 + length] || word[2 + length] == '='))
			return option;
	}
	return NULL;
}

static const struct argp_option *find_option(const struct fb_command *command, const char *word)
{
	const struct argp_option *option;

	if (*word != '-' || !word[1])
		return NULL;
	option = find_in(command->usage->options, word);
	return option ? option : find_in(fb_options_common(), word);
}

/* The argument at index (from 0, INPUT not counted) in what the usage says of arguments; the last one stands for all
 * that follow where it ends with "...". */
static void take_argument(struct fb_complete *complete, const char *arguments, size_t index)
{
	const char *at = arguments ? arguments : "";
	const char *word = at;
	size_t length = 0, number = 0;

	/* No argument has a blank within its brackets, as "[[PID:]ADDR]", so that blanks part them. */
	while (*at) {
		const size_t size = strcspn(at, " ");

		if (size != 5 || strncmp(at, "INPUT", 5) != 0) {
			word = at;
			length = size;
			if (number++ == index)
				break;
		}
		at += size + strspn(at + size, " ");
	}
	if (number == index + 1 || (length > 3 && memmem(word, length, "...", 3)))
		take_kind(complete, word, length);
}

/* How many arguments stand before the last word, and whether that is the value of an option. */
static size_t count_arguments(const struct fb_command *command, const struct fb_line *line,
			      const struct argp_option **option_ret)
{
	size_t count = 0;

	*option_ret = NULL;
	for (size_t i = 1; i + 1 < line->count; i++) {
		const struct argp_option *option = find_option(command, line->words[i]);

		if (!option) {
			count += *line->words[i] != '-';
		} else if (option->arg && !strchr(line->words[i], '=')) {
			i++;
			if (i + 1 == line->count)
				*option_ret = option;
		}
	}
	return count;
}

static struct fb_error *set_word(struct fb_complete *complete, const char *word)
{
	free(complete->word);
	complete->word = strdup(word);
	return complete->word ? NULL : fb_error_nomem();
}

/* The type whose members are to be completed: the command's first argument. */
static struct fb_error *set_type(struct fb_complete *complete, const struct fb_line *line)
{
	const char *type = "";

	for (size_t i = 1; i + 1 < line->count && !*type; i++)
		if (*line->words[i] != '-')
			type = line->words[i];
	complete->type = strdup(type);
	return complete->type ? NULL : fb_error_nomem();
}

/* The last word of a command of fbundle. */
static struct fb_error *find_of_command(const struct fb_command *command,
					const struct fb_line *line, struct fb_complete *complete)
{
	const char *word = line->words[line->count - 1], *sign = strchr(word, '=');
	const struct argp_option *option;
	const size_t index = count_arguments(command, line, &option);
	struct fb_error *err = NULL;

	complete->command = command;
	if (!option && *word == '-' && sign) {
		option = find_option(command, word);
		if (!option)
			return NULL;
		err = set_word(complete, sign + 1);
	} else if (!option && *word == '-') {
		complete->kind = FB_COMPLETE_OPTIONS;
		return NULL;
	}
	if (err)
		return err;
	if (option && option->arg)
		take_kind(complete, option->arg, strlen(option->arg));
	else if (*word == '.')
		complete->kind = FB_COMPLETE_MEMBERS;
	else if (!option)
		take_argument(complete, command->usage->arguments, index);
	/* Members may stand right behind their type. */
	if (complete->kind == FB_COMPLETE_TYPES && strpbrk(complete->word, ".>"))
		complete->kind = FB_COMPLETE_MEMBERS;
	/* An address of a process: the PID is the user's. */
	if (complete->kind == FB_COMPLETE_SYMBOLS && strchr(word, ':'))
		complete->kind = FB_COMPLETE_NOTHING;
	return complete->kind == FB_COMPLETE_MEMBERS ? set_type(complete, line) : NULL;
}

static struct fb_error *find_of_words(const struct fb_command *const *commands,
				      const struct fb_line *line, struct fb_complete *complete)
{
	const struct fb_command *command;

	if (line->count == 1) {
		complete->kind = FB_COMPLETE_COMMANDS;
		return NULL;
	}
	command = fb_command_find(commands, line->words[0]);
	if (command)
		return find_of_command(command, line, complete);
	if (strcmp(line->words[0], "help") == 0)
		complete->kind = FB_COMPLETE_COMMANDS;
	else if (strcmp(line->words[0], "set") == 0)
		complete->kind = FB_COMPLETE_PIDS;
	return NULL;
}

struct fb_error *fb_complete_find(const struct fb_command *const *commands, const char *text,
				  size_t length, struct fb_complete *complete_ret)
{
	struct fb_complete complete = {.kind = FB_COMPLETE_NOTHING};
	FB_CLEANUP(fb_line_deinit) struct fb_line line = {.kind = FB_LINE_COMMAND};
	struct fb_error *err = fb_line_parse_begun(text, length, &line);
	const char *blank;

	if (err)
		return err;
	if (line.target) {
		/* Of a program, the last of its words. */
		blank = line.goal == FB_GOAL_FILE || line.kind == FB_LINE_SOURCE
				? NULL
				: strrchr(line.target, ' ');
		complete.kind = FB_COMPLETE_FILES;
		err = set_word(&complete, blank ? blank + 1 : line.target);
	} else if (line.count) {
		err = set_word(&complete, line.words[line.count - 1]);
		if (!err)
			err = find_of_words(commands, &line, &complete);
	}
	if (err)
		fb_complete_deinit(&complete);
	else
		*complete_ret = complete;
	return err;
}

void fb_complete_deinit(struct fb_complete *complete)
{
	free(complete->type);
	free(complete->word);
	*complete = (struct fb_complete){.kind = FB_COMPLETE_NOTHING};
}

static struct fb_error *add(struct fb_buf *names, const char *before, const char *name,
			    const char *behind)
{
	return fb_buf_printf(names, "%s%s%s\n", before, name, behind);
}

static struct fb_error *list_options(const struct argp_option *option, struct fb_buf *names)
{
	struct fb_error *err = NULL;

	for (; option && (option->name || option->key) && !err; option++)
		if (option->name && *option->name && !(option->flags & OPTION_HIDDEN))
			err = add(names, "--", option->name, option->arg ? "=" : "");
	return err;
}

/* A folder gets a slash, and names that a quote would be needed for are left out. */
static struct fb_error *list_files(const char *word, struct fb_buf *names)
{
	FB_CLEANUP(fb_free_at) char *pattern = NULL;
	struct fb_error *err = NULL;
	glob_t found;

	if (strpbrk(word, "*?[\\"))
		return NULL;
	pattern = malloc(strlen(word) + 2);
	if (!pattern)
		return fb_error_nomem();
	(void)stpcpy(stpcpy(pattern, word), "*");
	if (glob(pattern, GLOB_MARK | GLOB_TILDE_CHECK, NULL, &found))
		return NULL;
	for (size_t i = 0; i < found.gl_pathc && !err; i++)
		if (!strpbrk(found.gl_pathv[i], " \t\n'\"\\|>#"))
			err = add(names, "", found.gl_pathv[i], "");
	globfree(&found);
	return err;
}

struct fb_error *fb_complete_list(const struct fb_complete *complete,
				  const struct fb_command *const *commands, struct fb_buf *names)
{
	struct fb_error *err = NULL;

	switch (complete->kind) {
	case FB_COMPLETE_COMMANDS:
		for (size_t i = 0; i < FB_ARRAY_SIZE(own_commands) && !err; i++)
			err = add(names, "", own_commands[i], "");
		for (size_t i = 0; commands[i] && !err; i++)
			err = add(names, "", commands[i]->name, "");
		return err;
	case FB_COMPLETE_OPTIONS:
		err = list_options(complete->command->usage->options, names);
		return err ? err : list_options(fb_options_common(), names);
	case FB_COMPLETE_VALUES:
		for (const char *at = complete->choices; *at && !err;) {
			const size_t length = strcspn(at, " ");

			err = fb_buf_printf(names, "%.*s\n", (int)length, at);
			at += length + strspn(at + length, " ");
		}
		return err;
	case FB_COMPLETE_FILES:
		return list_files(complete->word, names);
	default:
		return NULL;
	}
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

struct fb_error *fb_complete_sort(char *names, const char *prefix, bool checked, char ***list_ret,
				  size_t *count_ret)
{
	const size_t length = strlen(prefix);
	size_t count = 0, kept = 0;
	char **list;

	for (const char *at = names; *at; at++)
		count += *at == '\n';
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return fb_error_nomem();
	count = 0;
	for (char *end; (end = strchr(names, '\n')); names = end + 1) {
		*end = '\0';
		if (strncmp(names, prefix, length) == 0 &&
		    (!checked || fb_names_good(names, (size_t)(end - names))))
			list[count++] = names;
	}
	qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++)
		if (!kept || strcmp(list[kept - 1], list[i]) != 0)
			list[kept++] = list[i];
	*list_ret = list;
	*count_ret = kept;
	return NULL;
}

size_t fb_complete_common(char *const *list, size_t count)
{
	size_t length = count ? strlen(list[0]) : 0;

	for (size_t i = 1; i < count; i++) {
		size_t same = 0;

		while (same < length && list[i][same] == list[0][same])
			same++;
		length = same;
	}
	return length;
}
