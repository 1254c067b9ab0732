// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cuts a line into the words of a command and the goal of its output. Called for each line of the shell, and to find
 * out what is to be completed.
 */
#include "cmd/shell/line.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

struct scan {
	const char *at;
	bool begun; /* as fb_line_parse_begun() */
	char *word; /* room for the longest word */
	size_t length;
};

static bool is_blank(char letter)
{
	return letter && strchr(blanks, letter);
}

static void skip_blanks(struct scan *scan)
{
	scan->at += strspn(scan->at, blanks);
}

/* Whether a word ends before this letter of it. */
static bool ends_word(const struct scan *scan)
{
	const char letter = *scan->at;

	if (letter == '>' && scan->length && scan->word[scan->length - 1] == '-')
		return false;
	return !letter || is_blank(letter) || letter == '|' || letter == '>';
}

static void put(struct scan *scan)
{
	scan->word[scan->length++] = *scan->at++;
}

/* Takes what is between two quotes, the first of which is here; behind a backslash, " stands for itself. */
static struct fb_error *take_quoted(struct scan *scan)
{
	const char quote = *scan->at++;

	while (*scan->at && *scan->at != quote) {
		if (quote == '"' && *scan->at == '\\' &&
		    (scan->at[1] == '"' || scan->at[1] == '\\'))
			scan->at++;
		put(scan);
	}
	if (*scan->at)
		scan->at++;
	else if (!scan->begun)
		return fb_error_create(FB_INVALID, "a quote (%c) is not closed", quote);
	return NULL;
}

/* Takes the next word into scan->word. */
static struct fb_error *take_word(struct scan *scan)
{
	struct fb_error *err = NULL;

	scan->length = 0;
	while (!err && !ends_word(scan)) {
		if (*scan->at == '\'' || *scan->at == '"') {
			err = take_quoted(scan);
			continue;
		}
		if (*scan->at == '\\' && scan->at[1])
			scan->at++;
		put(scan);
	}
	return err;
}

struct fb_error *fb_line_add(struct fb_line *line, const char *word, size_t length)
{
	char **grown = realloc(line->words, (line->count + 2) * sizeof(*grown));

	if (!grown)
		return fb_error_nomem();
	line->words = grown;
	grown[line->count] = strndup(word, length);
	if (!grown[line->count])
		return fb_error_nomem();
	grown[++line->count] = NULL;
	return NULL;
}

/* A text for sh(1), as it is; "" of one that is begun. */
static struct fb_error *take_text(struct scan *scan, struct fb_line *line)
{
	size_t length;

	skip_blanks(scan);
	length = strlen(scan->at);
	while (!scan->begun && length && is_blank(scan->at[length - 1]))
		length--;
	line->target = strndup(scan->at, length);
	return line->target ? NULL : fb_error_nomem();
}

/* The name of a file, the last word of the line. */
static struct fb_error *take_file(struct scan *scan, struct fb_line *line, const char *sign)
{
	struct fb_error *err;

	skip_blanks(scan);
	err = take_word(scan);
	if (err)
		return err;
	if (!scan->length && !scan->begun)
		return fb_error_create(FB_INVALID, "no file behind %s", sign);
	line->target = strndup(scan->word, scan->length);
	if (!line->target)
		return fb_error_nomem();
	skip_blanks(scan);
	if (*scan->at && *scan->at != '#')
		return fb_error_create(FB_INVALID, "behind %s FILE nothing may stand: %s", sign,
				       scan->at);
	return NULL;
}

/* What stands behind '|' or '>'. */
static struct fb_error *take_goal(struct scan *scan, struct fb_line *line)
{
	const bool file = *scan->at++ == '>';

	line->goal = file ? FB_GOAL_FILE : FB_GOAL_PIPE;
	if (!line->count && !scan->begun)
		return fb_error_create(FB_INVALID, "no command before %c", file ? '>' : '|');
	if (!file) {
		struct fb_error *err = take_text(scan, line);

		return !err && !*line->target && !scan->begun
			       ? fb_error_create(FB_INVALID, "no command behind |")
			       : err;
	}
	if (*scan->at == '>')
		return fb_error_create(FB_INVALID,
				       "nothing is appended to files: `| cat >>FILE` does");
	line->replace = *scan->at == '|';
	scan->at += line->replace;
	return take_file(scan, line, line->replace ? ">|" : ">");
}

static struct fb_error *take_words(struct scan *scan, struct fb_line *line)
{
	struct fb_error *err = NULL;

	while (!err) {
		const char *start;

		skip_blanks(scan);
		if (*scan->at == '#' && !scan->begun)
			return NULL;
		if (*scan->at == '|' || *scan->at == '>')
			return take_goal(scan, line);
		start = scan->at;
		err = take_word(scan);
		/* '' is a word too; of what is begun, the last one may be empty. */
		if (!err && scan->at == start && !scan->begun)
			return NULL;
		if (!err)
			err = fb_line_add(line, scan->word, scan->length);
		if (scan->begun && !*scan->at)
			return err;
	}
	return err;
}

static struct fb_error *parse(struct scan *scan, struct fb_line *line)
{
	skip_blanks(scan);
	if (*scan->at == '!') {
		scan->at++;
		line->kind = FB_LINE_SYSTEM;
		return take_text(scan, line);
	}
	if (*scan->at == '<') {
		scan->at++;
		line->kind = FB_LINE_SOURCE;
		return take_file(scan, line, "<");
	}
	return take_words(scan, line);
}

static struct fb_error *parse_text(const char *text, bool begun, struct fb_line *line_ret)
{
	const size_t length = strlen(text);
	struct scan scan = {.at = text, .begun = begun};
	struct fb_error *err;

	*line_ret = (struct fb_line){.kind = FB_LINE_COMMAND};
	if (length > FB_MAX_LINE)
		return fb_error_create(FB_INVALID, "the line is longer than %u bytes", FB_MAX_LINE);
	scan.word = malloc(length + 1);
	if (!scan.word)
		return fb_error_nomem();
	err = parse(&scan, line_ret);
	free(scan.word);
	if (err)
		fb_line_deinit(line_ret);
	return err;
}

struct fb_error *fb_line_parse(const char *text, struct fb_line *line_ret)
{
	return parse_text(text, false, line_ret);
}

struct fb_error *fb_line_parse_begun(const char *text, size_t length, struct fb_line *line_ret)
{
	char *copy = strndup(text, length);
	struct fb_error *err;

	if (!copy)
		return fb_error_nomem();
	err = parse_text(copy, true, line_ret);
	free(copy);
	return err;
}

void fb_line_deinit(struct fb_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		free(line->words[i]);
	free(line->words);
	free(line->target);
	*line = (struct fb_line){.kind = FB_LINE_COMMAND};
}
