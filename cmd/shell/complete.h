/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the word before the cursor may be completed to. That is decided by the tables of options and arguments that the
 * commands parse their lines by, so that it is right for new commands too.
 */
#ifndef FB_CMD_SHELL_COMPLETE_H
#define FB_CMD_SHELL_COMPLETE_H

#include "base/buf.h"
#include "cmd/shared/command.h"

enum fb_complete_kind {
	FB_COMPLETE_NOTHING,
	FB_COMPLETE_COMMANDS,
	FB_COMPLETE_OPTIONS, /* of the command, the long ones */
	FB_COMPLETE_FILES,
	FB_COMPLETE_VALUES, /* words of an option: choices */
	FB_COMPLETE_SYMBOLS,
	FB_COMPLETE_TYPES,
	FB_COMPLETE_MEMBERS, /* of a type */
	FB_COMPLETE_PIDS,
};

struct fb_complete {
	enum fb_complete_kind kind;
	const struct fb_command *command; /* of FB_COMPLETE_OPTIONS */
	const char *choices;              /* of FB_COMPLETE_VALUES, parted by blanks */
	char *type; /* owned; of FB_COMPLETE_MEMBERS; "": it stands in the word itself */
	char *word; /* owned; what is to be completed */
};

/* Finds out what the end of the length bytes at text is. */
FB_MUST_CHECK struct fb_error *fb_complete_find(const struct fb_command *const *commands,
						const char *text, size_t length,
						struct fb_complete *complete_ret);
void fb_complete_deinit(struct fb_complete *complete);

/* Appends the candidates that are known without the input, each with a line end: commands, options, values, files. */
FB_MUST_CHECK struct fb_error *fb_complete_list(const struct fb_complete *complete,
						const struct fb_command *const *commands,
						struct fb_buf *names);

/* Sorts names that are ended by line ends, and leaves out those that do not begin with prefix, that are there twice,
 * and, with checked (they come from the reader of the dump), those that are not good names (names.h). *list_ret is
 * owned by the caller, and points into names, whose line ends become NUL; *count_ret names stay. */
FB_MUST_CHECK struct fb_error *fb_complete_sort(char *names, const char *prefix, bool checked,
						char ***list_ret, size_t *count_ret);

/* How many bytes all names have in common from their start. */
size_t fb_complete_common(char *const *list, size_t count);

#endif
