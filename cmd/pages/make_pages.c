// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the manual pages of the commands, and the tables of options in docs/cli.md, from the tables that the
 * commands themselves parse their options by. The build runs it.
 *
 *     make_pages pages TEXTS OUTPUT DATE    writes fbundle.1 and fbundle-COMMAND.1 into the folder OUTPUT
 *     make_pages reference <OLD >NEW        renews the parts of docs/cli.md that are made
 *     make_pages aliases <OLD >NEW          the same for docs/crash-users.md
 *
 * TEXTS is docs/man: for each page a file NAME.mdoc with what the tables do not say, in mdoc(7).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/pages/mdoc.h"
#include "cmd/pages/reference.h"
#include "cmd/shared/command.h"

struct making {
	const char *texts, *output, *date;
	FILE *page, *text;
};

static bool has_text(const struct argp_option *option)
{
	return option->doc && !(option->flags & OPTION_HIDDEN);
}

/* Copies the lines of the text behind the one that begins the part, up to the next part. Whether there is such a
 * part. */
static bool copy_part(struct making *making, const char *part)
{
	char line[1024];
	bool inside = false, found = false;

	rewind(making->text);
	while (fgets(line, sizeof(line), making->text)) {
		if (strncmp(line, ".\\\" part ", 9) == 0) {
			line[strcspn(line, "\n")] = '\0';
			inside = strcmp(line + 9, part) == 0;
			found |= inside;
		} else if (inside) {
			fputs(line, making->page);
		}
	}
	return found;
}

static void put_option(struct making *making, const struct argp_option *option)
{
	char part[64];

	fb_mdoc_item(making->page, option);
	fb_mdoc_sentence(making->page, option->doc);
	snprintf(part, sizeof(part), "--%s", option->name ? option->name : "");
	copy_part(making, part);
}

static void put_options(struct making *making, const struct argp_option *options)
{
	fprintf(making->page, ".Bl -tag -width Ds\n");
	for (; options && (options->name || options->key); options++)
		if (has_text(options))
			put_option(making, options);
	fprintf(making->page, ".El\n");
}

static void put_examples(struct making *making, const struct fb_example *example)
{
	for (const struct fb_example *first = example; example->text; example++) {
		if (example != first)
			fprintf(making->page, ".Pp\n");
		fb_mdoc_text(making->page, example->text, strchr(example->text, '?') ? "" : ":");
		fprintf(making->page, ".Bd -literal -offset indent\n%c ",
			example->on_host ? '#' : '$');
		fb_mdoc_literal(making->page, example->command);
		fprintf(making->page, "\n.Ed\n");
	}
}

static void put_head(struct making *making, const char *name)
{
	FILE *page = making->page;

	fprintf(page, ".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
		      ".\\\" Made of the program's own tables and of docs/man/");
	fprintf(page, "%s.mdoc: change those.\n.Dd %s\n.Dt ", name, making->date);
	for (const char *at = name; *at; at++)
		fputc(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at, page);
	fprintf(page, " 1\n.Os\n");
}

static void put_command(struct making *making, const struct fb_command *command)
{
	FILE *page = making->page;
	const struct fb_usage *usage = command->usage;

	fprintf(page, ".Sh NAME\n.Nm fbundle-%s\n.Nd ", command->name);
	fb_mdoc_literal(page, command->summary);
	fprintf(page, "\n.Sh SYNOPSIS\n.Nm fbundle %s\n.Op Ar option ...\n", command->name);
	if (usage->arguments)
		fb_mdoc_arguments(page, usage->arguments);
	copy_part(making, "synopsis");
	fprintf(page, ".Sh DESCRIPTION\n");
	fb_mdoc_text(page, usage->doc, "");
	fprintf(page, ".Ss Examples\n");
	put_examples(making, usage->examples);
	if (copy_part(making, "answer"))
		fprintf(page, ".Pp\n");
	fprintf(page, ".Ss Details\n");
	copy_part(making, "detail");
	fprintf(page, ".Sh OPTIONS\n");
	if (usage->options)
		put_options(making, usage->options);
	fprintf(page,
		"%sThose that all commands take, among them\n.Fl -json\nfor scripts, are in\n"
		".Xr fbundle 1 .\n",
		usage->options ? ".Pp\n" : "");
	fprintf(page, ".Sh EXIT STATUS\n0: complete.\n1: nothing usable.\n2: wrong usage.\n"
		      "3: an answer, but a part of it is\nmissing or damaged, which warnings on "
		      "standard error name.\n");
	fprintf(page, ".Sh SEE ALSO\n");
	copy_part(making, "see");
}

static void put_program(struct making *making)
{
	FILE *page = making->page;

	copy_part(making, "before");
	fprintf(page, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; fb_commands[i]; i++) {
		fprintf(page, ".It Xr fbundle-%s 1\n", fb_commands[i]->name);
		fb_mdoc_sentence(page, fb_commands[i]->summary);
	}
	fprintf(page, ".El\n.Sh OPTIONS\nEvery command takes these:\n");
	put_options(making, fb_options_common());
	copy_part(making, "behind");
}

static FILE *open_file(const char *folder, const char *name, const char *suffix, const char *mode)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	file = fopen(path, mode);
	if (!file)
		fprintf(stderr, "make_pages: %s: %s\n", path, strerror(errno));
	return file;
}

/* command: NULL for the page of the program itself. */
static bool make_page(struct making *making, const struct fb_command *command)
{
	char name[64];
	bool good;

	snprintf(name, sizeof(name), command ? "fbundle-%s" : "fbundle",
		 command ? command->name : "");
	making->text = open_file(making->texts, name, ".mdoc", "r");
	if (!making->text)
		return false;
	making->page = open_file(making->output, name, ".1", "w");
	if (!making->page) {
		fclose(making->text);
		return false;
	}
	put_head(making, name);
	if (command)
		put_command(making, command);
	else
		put_program(making);
	good = !ferror(making->page) && !ferror(making->text);
	good &= fclose(making->page) == 0;
	fclose(making->text);
	if (!good)
		fprintf(stderr, "make_pages: %s cannot be written\n", name);
	return good;
}

int main(int argc, char **argv)
{
	bool good = true;

	if (argc == 5 && strcmp(argv[1], "pages") == 0) {
		struct making making = {.texts = argv[2], .output = argv[3], .date = argv[4]};

		good = make_page(&making, NULL);
		for (size_t i = 0; good && fb_commands[i]; i++)
			good = make_page(&making, fb_commands[i]);
	} else if (argc == 2 && strcmp(argv[1], "reference") == 0) {
		good = fb_reference_renew(stdin, stdout);
	} else if (argc == 2 && strcmp(argv[1], "aliases") == 0) {
		good = fb_reference_renew_aliases(stdin, stdout);
	} else {
		fprintf(stderr,
			"usage: make_pages pages TEXTS OUTPUT DATE | make_pages reference | "
			"make_pages aliases\n");
		return 2;
	}
	return good ? 0 : 1;
}
