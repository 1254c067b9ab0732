// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/pages/mdoc.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LINE 72u /* columns of a line of text; lint allows 80 */

/* length bytes of text, whose first is the first of its line where first is set. */
static void put_escaped(FILE *to, const char *text, size_t length, bool first)
{
	for (size_t i = 0; i < length; i++) {
		/* A hyphen that is typed, as of an option, must not become one of print. */
		bool typed =
			text[i] == '-' && (i == 0 || text[i - 1] == '-' ||
					   !isalnum((unsigned char)text[i - 1]) || i + 1 == length);

		if (first && i == 0 && (*text == '.' || *text == '\''))
			fputs("\\&", to);
		/* Lint takes what stands before "()" for a function of a library. */
		if (i && text[i] == '(' && i + 1 < length && text[i + 1] == ')')
			fputs("\\&", to);
		if (text[i] == '\\')
			fputs("\\e", to);
		else if (typed)
			fputs("\\-", to);
		else
			fputc(text[i], to);
	}
}

void fb_mdoc_literal(FILE *to, const char *text)
{
	put_escaped(to, text, strlen(text), false);
}

/* Whether a sentence ends with this word. */
static bool ends_sentence(const char *word, size_t length)
{
	return length > 1 && strchr(".?!", word[length - 1]) && word[length - 2] != '.';
}

static void put_words(FILE *to, const char *text, const char *end, bool capital)
{
	size_t column = 0;
	bool new_line = true;

	while (*(text += strspn(text, " \n"))) {
		size_t length = strcspn(text, " \n");

		if (!new_line) {
			new_line = column + 1 + length > LINE;
			fputc(new_line ? '\n' : ' ', to);
			column = new_line ? 0 : column + 1;
		}
		if (capital)
			fputc(toupper((unsigned char)*text), to);
		put_escaped(to, text + capital, length - capital, new_line && !capital);
		column += length;
		new_line = false;
		capital = false;
		if (ends_sentence(text, length) && text[length] && text[length + 1]) {
			fputc('\n', to);
			column = 0;
			new_line = true;
		}
		text += length;
	}
	fprintf(to, "%s\n", end);
}

void fb_mdoc_text(FILE *to, const char *text, const char *end)
{
	put_words(to, text, end, false);
}

void fb_mdoc_sentence(FILE *to, const char *text)
{
	put_words(to, text, ".", islower((unsigned char)*text));
}

void fb_mdoc_arguments(FILE *to, const char *arguments)
{
	/* They are one word to mdoc: what is optional in them stands in brackets already. */
	fprintf(to, ".Ar \"");
	put_escaped(to, arguments, strlen(arguments), false);
	fprintf(to, "\"\n");
}

/* What stands for a value: a word in capitals stands for another, others are typed as they are. */
static void put_value(FILE *to, const char *value)
{
	bool capitals = true;

	for (const char *at = value; *at; at++)
		capitals &= isupper((unsigned char)*at) != 0;
	fprintf(to, "%s %s", capitals ? "Ar" : "Cm", value);
}

void fb_mdoc_item(FILE *to, const struct argp_option *option)
{
	bool letter = option->key > ' ' && option->key < 0x7f;

	fprintf(to, ".It");
	if (letter)
		fprintf(to, " Fl %c", option->key);
	if (letter && option->name)
		fprintf(to, " ,");
	if (option->name)
		fprintf(to, " Fl -%s", option->name);
	if (option->arg) {
		fprintf(to, option->name ? " Ns = Ns " : " ");
		put_value(to, option->arg);
	}
	fputc('\n', to);
}
