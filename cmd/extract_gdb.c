// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the command line that opens an extracted core in gdb, for pasting into a shell. Names in it come from a dump:
 * they are quoted, and left out where quoting does not make them safe. Called by extract.c and extract_dump.c.
 */
#include "cmd/extract_gdb.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

static uint64_t auxv_value(const struct fb_core_info *info, uint64_t type)
{
	for (size_t i = 0; i < info->auxv_pairs; i++)
		if (info->auxv[2 * i] == type)
			return info->auxv[2 * i + 1];
	return 0;
}

/* The mapped file that the program's headers, or its entry, lie in. */
const char *fb_extract_program(const struct fb_core_info *info)
{
	const uint64_t places[] = {auxv_value(info, AT_PHDR), auxv_value(info, AT_ENTRY)};

	for (size_t i = 0; i < FB_ARRAY_SIZE(places); i++)
		for (size_t j = 0; places[i] && j < info->mapping_count; j++)
			if (info->mappings[j].start <= places[i] &&
			    places[i] < info->mappings[j].end)
				return info->mappings[j].path;
	return NULL;
}

/* Appends text as one word of a shell. */
static struct fb_error *quote(struct fb_buf *line, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._+,:@%=-";
	struct fb_error *err;

	if (*text && !text[strspn(text, plain)])
		return fb_buf_append(line, text, strlen(text));
	err = fb_buf_append(line, "'", 1);
	for (; *text && !err; text++)
		err = *text == '\'' ? fb_buf_append(line, "'\\''", 4)
				    : fb_buf_append(line, text, 1);
	return err ? err : fb_buf_append(line, "'", 1);
}

static struct fb_error *append(struct fb_buf *line, const char *text)
{
	return fb_buf_append(line, text, strlen(text));
}

/* " SYSROOT/PROGRAM" */
static struct fb_error *append_program(struct fb_buf *line, const char *sysroot,
				       const char *program)
{
	char *path = NULL;
	struct fb_error *err;

	if (asprintf(&path, "%s%s", sysroot ? sysroot : "", program) < 0)
		return fb_error_nomem();
	err = append(line, " ");
	if (!err)
		err = quote(line, path);
	free(path);
	return err;
}

static struct fb_error *append_sysroot(struct fb_buf *line, const char *sysroot)
{
	char *command = NULL;
	struct fb_error *err;

	if (asprintf(&command, "set sysroot %s", sysroot) < 0)
		return fb_error_nomem();
	err = append(line, " -iex ");
	if (!err)
		err = quote(line, command);
	free(command);
	return err;
}

/* Whether text is shown as it is: what is escaped cannot be pasted. */
static bool is_printable(const char *text)
{
	char escaped[FB_MAX_STRING];

	return strcmp(fb_text_escape(text, strlen(text), escaped, sizeof(escaped)), text) == 0;
}

struct fb_error *fb_extract_print_gdb(struct fb_context *context, const char *path,
				      const char *program)
{
	const char *sysroot = context->options.sysroot;
	struct fb_buf line;
	struct fb_error *err;

	if (!is_printable(path) || (sysroot && !is_printable(sysroot)))
		return NULL;
	if (program && !is_printable(program))
		program = NULL;
	fb_buf_init(&line, 16 * FB_MAX_STRING);
	err = append(&line, "  gdb");
	if (!err && sysroot)
		err = append_sysroot(&line, sysroot);
	if (!err)
		err = program ? append_program(&line, sysroot, program) : append(&line, " -c");
	if (!err)
		err = append(&line, " ");
	if (!err)
		err = quote(&line, path);
	if (!err)
		fb_print(context->output, FB_STYLE_PLAIN, "%.*s\n", (int)line.size,
			 (const char *)line.data);
	fb_buf_deinit(&line);
	return err;
}
