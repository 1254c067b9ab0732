// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/pages/reference.h"

#include <string.h>

#include "cmd/shared/command.h"
#include "cmd/shell/alias.h"

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

/* What the prompt understands of crash, with what it does instead. */
static void put_aliases(FILE *to)
{
	fprintf(to, "\n| typed | runs | says |\n|---|---|---|\n");
	for (const struct fb_alias *alias = fb_alias_table; alias->crash; alias++) {
		fprintf(to, "| `%s` | %s", alias->crash, alias->here ? "`" : "");
		put_cell(to, alias->here ? alias->here : "");
		fprintf(to, "%s | ", alias->here ? "`" : "");
		put_cell(to, alias->remark ? alias->remark : "");
		fprintf(to, " |\n");
	}
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

/* Copies from, with the parts between marks put in anew. *parts_ret: how many there are. */
static bool renew(FILE *from, FILE *to, bool (*put)(FILE *to, const char *name), size_t *parts_ret)
{
	char line[8192];
	bool inside = false, good = true;

	*parts_ret = 0;
	while (fgets(line, sizeof(line), from)) {
		if (strcmp(line, end_mark) == 0)
			inside = false;
		if (!inside)
			fputs(line, to);
		if (strncmp(line, begin_mark, strlen(begin_mark)) != 0)
			continue;
		inside = true;
		++*parts_ret;
		good &= put(to, line + strlen(begin_mark));
	}
	return good && !ferror(from) && !ferror(to);
}

bool fb_reference_renew(FILE *from, FILE *to)
{
	size_t parts, commands = 0;
	bool good = renew(from, to, put_part, &parts);

	while (fb_commands[commands])
		commands++;
	if (parts != commands + 1) {
		fprintf(stderr, "make_pages: docs/cli.md has %zu made parts, not %zu\n", parts,
			commands + 1);
		good = false;
	}
	return good;
}

static bool put_alias_part(FILE *to, const char *name)
{
	if (strncmp(name, "aliases ", 8) != 0)
		return false;
	put_aliases(to);
	return true;
}

bool fb_reference_renew_aliases(FILE *from, FILE *to)
{
	size_t parts;
	bool good = renew(from, to, put_alias_part, &parts);

	if (parts != 1) {
		fprintf(stderr, "make_pages: %zu marked parts for aliases, 1 is expected\n", parts);
		good = false;
	}
	return good;
}
