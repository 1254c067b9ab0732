// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares what was typed with the rows of the table, and puts the words of a row in its place. Called for each command
 * of the shell.
 */
#include "cmd/shell/alias.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* Placeholders (alias.h) of a row, at most. */
#define MAX_NAMES 6u

/* A part of a text, which is not ended by NUL. */
struct part {
	const char *at;
	size_t length;
};

/* The placeholders of a row: name[i], as "PID", stands for value[i], which was typed. */
struct names {
	struct part name[MAX_NAMES], value[MAX_NAMES];
	size_t count;
};

/* The next word of a pattern; false at its end. */
static bool next_word(const char **pattern, struct part *word_ret)
{
	*pattern += strspn(*pattern, " ");
	word_ret->at = *pattern;
	word_ret->length = strcspn(*pattern, " ");
	*pattern += word_ret->length;
	return word_ret->length > 0;
}

static bool is_text(const struct part *part, const char *text)
{
	return strlen(text) == part->length && strncmp(part->at, text, part->length) == 0;
}

static bool is_placeholder(const struct part *part)
{
	static const char *const names[] = {"PID",  "N",      "ADDR", "NAME",
					    "TYPE", "MEMBER", "LINK", "FILE"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (is_text(part, names[i]))
			return true;
	return false;
}

static bool is_number(const struct part *value, int (*is_digit)(int))
{
	const size_t start = is_digit == isxdigit && value->length > 2 && value->at[0] == '0' &&
					     value->at[1] == 'x'
				     ? 2
				     : 0;

	for (size_t i = start; i < value->length; i++)
		if (!is_digit((unsigned char)value->at[i]))
			return false;
	return value->length > start;
}

static bool is_name(const struct part *value)
{
	for (size_t i = 0; i < value->length; i++)
		if (!isalnum((unsigned char)value->at[i]) && !strchr("_.:+", value->at[i]))
			return false;
	return value->length > 0 && !isdigit((unsigned char)value->at[0]);
}

/* Whether a value is what such a word stands for. */
static bool is_of_kind(const struct part *name, const struct part *value)
{
	if (is_text(name, "PID") || is_text(name, "N"))
		return is_number(value, isdigit);
	if (is_text(name, "ADDR"))
		return is_number(value, isxdigit) || is_name(value);
	return value->length && *value->at != '-';
}

/* Compares a part of a pattern with a value. */
static bool fits_part(struct names *names, const struct part *pattern, const struct part *value)
{
	if (!is_placeholder(pattern))
		return pattern->length == value->length &&
		       strncmp(pattern->at, value->at, value->length) == 0;
	if (!is_of_kind(pattern, value) || names->count == MAX_NAMES)
		return false;
	names->name[names->count] = *pattern;
	names->value[names->count++] = *value;
	return true;
}

/* The same for a whole word, in which two may be parted by a dot. */
static bool fits_word(struct names *names, const struct part *pattern, const char *word)
{
	const struct part value = {word, strlen(word)};
	const char *dot = memchr(pattern->at, '.', pattern->length), *split = strchr(word, '.');
	struct part first = *pattern, second = *pattern;

	if (!dot || pattern->length < 3)
		return fits_part(names, pattern, &value);
	first.length = (size_t)(dot - pattern->at);
	second.at = dot + 1;
	second.length = pattern->length - first.length - 1;
	if (!is_placeholder(&first) || !is_placeholder(&second))
		return fits_part(names, pattern, &value);
	return split && fits_part(names, &first, &(struct part){word, (size_t)(split - word)}) &&
	       fits_part(names, &second, &(struct part){split + 1, strlen(split + 1)});
}

/* *rest_ret: the first of the words that "..." stands for. */
static bool fits(const char *pattern, const char *const *words, size_t count, struct names *names,
		 size_t *rest_ret)
{
	struct part word;
	size_t i = 0;

	names->count = 0;
	while (next_word(&pattern, &word)) {
		if (is_text(&word, "...")) {
			*rest_ret = i;
			return true;
		}
		if (i == count || !fits_word(names, &word, words[i++]))
			return false;
	}
	*rest_ret = count;
	return i == count;
}

bool fb_alias_fits(const char *pattern, const char *const *words, size_t count)
{
	struct names names;
	size_t rest;

	return fits(pattern, words, count, &names, &rest);
}

const struct fb_alias *fb_alias_find(const struct fb_alias *table, const char *const *words,
				     size_t count)
{
	for (; table->crash; table++)
		if (fb_alias_fits(table->crash, words, count))
			return table;
	return NULL;
}

/* What a name stands for; NULL: it is none of the row. */
static const struct part *value_of(const struct names *names, const char *name, size_t length)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->name[i].length == length &&
		    strncmp(names->name[i].at, name, length) == 0)
			return &names->value[i];
	return NULL;
}

/* Writes what one letter, or one name, at *at of a word stands for. */
static void write_piece(FILE *to, const struct names *names, const char **at, const char *end,
			int32_t current)
{
	size_t length = 0;
	const struct part *value;

	if (end - *at >= 2 && strncmp(*at, "8N", 2) == 0 && (value = value_of(names, "N", 1))) {
		fprintf(to, "%" PRIu64, 8 * (uint64_t)strtoull(value->at, NULL, 10));
		*at += 2;
		return;
	}
	if (**at == '@') {
		fprintf(to, "%" PRId32, current);
		++*at;
		return;
	}
	while (*at + length < end && isupper((unsigned char)(*at)[length]))
		length++;
	value = length ? value_of(names, *at, length) : NULL;
	if (value) {
		fprintf(to, "%.*s", (int)value->length, value->at);
	} else {
		length += !length;
		fprintf(to, "%.*s", (int)length, *at);
	}
	*at += length;
}

static struct fb_error *add_word(struct fb_line *line, const struct names *names,
				 const struct part *word, int32_t current)
{
	FB_CLEANUP(fb_free_at) char *text = NULL;
	const char *at = word->at;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return fb_error_nomem();
	while (at < word->at + word->length)
		write_piece(to, names, &at, word->at + word->length, current);
	if (fclose(to))
		return fb_error_nomem();
	return fb_line_add(line, text, size);
}

struct fb_error *fb_alias_apply(const struct fb_alias *alias, const char *const *words,
				size_t count, int32_t current, struct fb_line *line_ret)
{
	struct fb_line line = {.kind = FB_LINE_COMMAND};
	const char *here = alias->here;
	struct fb_error *err = NULL;
	struct names names;
	struct part word;
	size_t rest;

	if (!fits(alias->crash, words, count, &names, &rest))
		return fb_error_create(FB_INVALID, "this is not '%s'", alias->crash);
	if (strchr(here, '@') && !strstr(here, "@?") && current < 0)
		return fb_error_create(FB_INVALID,
				       "of which task? `set PID` makes one the current task");
	while (!err && next_word(&here, &word)) {
		if (is_text(&word, "@?")) {
			word.length = 1;
			err = current >= 0 ? add_word(&line, &names, &word, current) : NULL;
			continue;
		}
		if (!is_text(&word, "...")) {
			err = add_word(&line, &names, &word, current);
			continue;
		}
		for (size_t i = rest; i < count && !err; i++)
			err = fb_line_add(&line, words[i], strlen(words[i]));
	}
	if (err)
		fb_line_deinit(&line);
	else
		*line_ret = line;
	return err;
}

/* Adds ".MEMBER" for each member in a word "TYPE.MEMBER,MEMBER"; type_length: bytes of TYPE. */
static struct fb_error *take_members(struct fb_line *line, const char *word, size_t type_length)
{
	const char *at = word + type_length;
	struct fb_error *err = NULL;

	while (!err && *at) {
		const size_t length = strcspn(++at, ",");
		FB_CLEANUP(fb_free_at) char *member = NULL;

		if (asprintf(&member, ".%.*s", (int)length, at) < 0) {
			member = NULL;
			return fb_error_nomem();
		}
		err = length ? fb_line_add(line, member, length + 1) : NULL;
		at += length;
	}
	return err;
}

struct fb_error *fb_alias_struct(const char *const *words, size_t count, bool *is_ret,
				 struct fb_line *line_ret)
{
	const bool named =
		count > 1 && (strcmp(words[0], "struct") == 0 || strcmp(words[0], "union") == 0);
	const char *type = count ? words[named] : "";
	const bool star = *type == '*';
	struct fb_line line = {.kind = FB_LINE_COMMAND};
	struct fb_error *err;
	size_t length;

	type += star;
	length = strcspn(type, ".,");
	*is_ret = length && (star || type[length]) && *type != '-' && *type != '.';
	if (!*is_ret)
		return NULL;
	err = fb_line_add(&line, "struct", 6);
	if (!err)
		err = fb_line_add(&line, type, length);
	for (size_t i = named + 1; i < count && !err; i++)
		err = fb_line_add(&line, words[i], strlen(words[i]));
	if (!err)
		err = take_members(&line, type, length);
	if (err)
		fb_line_deinit(&line);
	else
		*line_ret = line;
	return err;
}
