/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line that a user types at the prompt, or that a file of commands has: the words of one command, and where its
 * output goes. Words are parted by blanks; quotes and backslashes work as in sh(1). '#' before a word begins a comment.
 *
 *     ps --threads | grep D     the text behind '|' is for sh(1)
 *     ps > FILE, ps >| FILE     into a file; the second replaces one that exists
 *     !TEXT                     TEXT is for sh(1)
 *     < FILE                    runs the commands in FILE
 *
 * A '>' behind '-' is a part of its word, because members are followed so (task->mm).
 */
#ifndef FB_CMD_SHELL_LINE_H
#define FB_CMD_SHELL_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Bytes of a line, and so of all words of a command. */
#define FB_MAX_LINE 32768u

enum fb_line_kind {
	FB_LINE_COMMAND, /* words; none: a line that is empty or a comment */
	FB_LINE_SYSTEM,  /* "!TEXT" */
	FB_LINE_SOURCE,  /* "< FILE" */
};

enum fb_line_goal {
	FB_GOAL_SCREEN,
	FB_GOAL_PIPE,
	FB_GOAL_FILE,
};

struct fb_line {
	enum fb_line_kind kind;
	enum fb_line_goal goal;
	bool replace; /* ">|" */
	char *target; /* owned: the text for sh(1), or the name of the file; NULL: none */
	char **words; /* owned, each too; the array ends with NULL */
	size_t count;
};

/* Parses text. FB_INVALID: a quote is not closed, no file is named, something stands behind it, or the line is longer
 * than FB_MAX_LINE; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_line_parse(const char *text, struct fb_line *line_ret);

/* The same for the length bytes before the cursor, to complete them: an open quote ends there, and the last of the
 * words, or target, is what is being typed, "" where it is not begun. */
FB_MUST_CHECK struct fb_error *fb_line_parse_begun(const char *text, size_t length,
						   struct fb_line *line_ret);
void fb_line_deinit(struct fb_line *line);

/* Appends a copy of a word of length bytes. */
FB_MUST_CHECK struct fb_error *fb_line_add(struct fb_line *line, const char *word, size_t length);

#endif
