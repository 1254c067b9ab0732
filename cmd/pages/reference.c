// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/pages/reference.h"

#include <string.h>

#include "cmd/shared/command.h"

static const char begin_mark[] = "<!-- made: ";
static const char end_mark[] = "<!-- end -->\n";

/* A bar would end the cell of a table. */
static void put_cell(FILE *to, const char *text)
{
	for (; *text; text++)
		fprintf(to, *text == '|' ? "\\%c" : "%c", *text);
}

static void put_names(FILE *to, const struct argp_option *option)
{
	bool letter = option->key > ' ' && option->key < 0x7f;

	if (option->name) {
		fprintf(to, "`--%s", option->name);
		if (option->arg)
			fprintf(to, " %s", option->arg);
		fprintf(to, "`%s", letter ? ", " : "");
	}
	if (letter)
		fprintf(to, "`-%c%s%s`", option->key, option->arg && !option->name ? " " : "",
			option->arg && !option->name ? option->arg : "");
}

static void put_table(FILE *to, const struct argp_option *option)
{
	fprintf(to, "\n| option | does |\n|---|---|\n");
	for (; option->name || option->key; option++) {
		if (!option->doc || (option->flags & OPTION_HIDDEN))
			continue;
		fprintf(to, "| ");
		put_names(to, option);
		fprintf(to, " | ");
		put_cell(to, option->doc);
		fprintf(to, " |\n");
	}
}

static bool put_command(FILE *to, const char *name, size_t length)
{
	for (size_t i = 0; fb_commands[i]; i++) {
		const struct fb_usage *usage = fb_commands[i]->usage;

		if (strlen(fb_commands[i]->name) != length ||
		    strncmp(fb_commands[i]->name, name, length) != 0)
			continue;
		fprintf(to, "## %s%s%s\n", fb_commands[i]->name, usage->arguments ? " " : "",
			usage->arguments ? usage->arguments : "");
		if (usage->options)
			put_table(to, usage->options);
		return true;
	}
	return false;
}

static bool put_part(FILE *to, const char *name)
{
	size_t length = strcspn(name, " ");

	if (length == 3 && strncmp(name, "all", 3) == 0) {
		put_table(to, fb_options_common());
		return true;
	}
	if (put_command(to, name, length))
		return true;
	fprintf(stderr, "make_pages: a part of docs/cli.md is of no command: %s", name);
	return false;
}

bool fb_reference_renew(FILE *from, FILE *to)
{
	char line[8192];
	size_t parts = 0, commands = 0;
	bool inside = false, good = true;

	while (fgets(line, sizeof(line), from)) {
		if (strcmp(line, end_mark) == 0)
			inside = false;
		if (!inside)
			fputs(line, to);
		if (strncmp(line, begin_mark, strlen(begin_mark)) != 0)
			continue;
		inside = true;
		parts++;
		good &= put_part(to, line + strlen(begin_mark));
	}
	while (fb_commands[commands])
		commands++;
	if (parts != commands + 1) {
		fprintf(stderr, "make_pages: docs/cli.md has %zu made parts, not %zu\n", parts,
			commands + 1);
		good = false;
	}
	return good && !ferror(from) && !ferror(to);
}
