/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How answers look: aligned tables, colour on a terminal only, JSON for
 * machines. Nothing from a dump is printed but through these functions, which
 * escape it.
 */
#ifndef FB_CMD_OUTPUT_H
#define FB_CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/warnings.h"

enum fb_color {
	FB_COLOR_AUTO,
	FB_COLOR_ALWAYS,
	FB_COLOR_NEVER,
};

enum fb_style {
	FB_STYLE_PLAIN,
	FB_STYLE_BOLD, /* headings, what to look at first */
	FB_STYLE_DIM,  /* what is there for completeness */
	FB_STYLE_GOOD,
	FB_STYLE_WARN,
	FB_STYLE_BAD,
};

struct fb_output;

FB_MUST_CHECK struct fb_error *fb_output_create(enum fb_color color, bool quiet,
						struct fb_output **output_ret);
void fb_output_destroy(struct fb_output *output);

/* printf on stdout in a style, and without one. Text from a dump goes through fb_text_escape() into a
 * buffer first, so that it can be told from what it imitates; what was forgotten cannot harm: every
 * control character but tabs and line ends, and whatever else fb_text_escape() finds harmful, is shown as
 * \xHH here. Nothing else in cmd/ writes to stdout (tests/lint/style). */
void fb_print(struct fb_output *output, enum fb_style style, const char *format, ...)
	FB_PRINTF(3, 4);
void fb_put(const char *format, ...) FB_PRINTF(1, 2);
/* Bytes as they are, for who asked for them so. false: errno says why they cannot be written. */
bool fb_put_raw(const void *bytes, size_t length);
/* Columns of a terminal; 100 elsewhere. */
unsigned fb_output_width(const struct fb_output *output);
bool fb_output_is_terminal(const struct fb_output *output);

/* Text in lines that fit between columns indent and the width, broken at spaces; the first line
 * goes on at column (from 0), where the cursor is. */
void fb_print_wrapped(struct fb_output *output, enum fb_style style, size_t column, size_t indent,
		      const char *text);

/* "fbundle: KIND TEXT", a line on stderr; text is escaped. */
void fb_print_message(const char *kind, const char *text);

/* From now on progress is told where stderr is no terminal too, in a line each ten seconds: for dumps that are
 * written in a capture kernel, whose console is a log. */
void fb_output_log_progress(struct fb_output *output);
/* Progress on stderr, on a terminal and without --quiet only; done == total ends the line. */
void fb_output_progress(struct fb_output *output, const char *what, uint64_t done, uint64_t total);

/*
 * A table: columns as wide as their widest cell, headings in bold. Cells are escaped.
 */
enum fb_align {
	FB_LEFT,
	FB_RIGHT,
	FB_LEFT_CUT, /* of the last column: cut where a terminal ends */
};
struct fb_column {
	const char *heading;
	enum fb_align align;
};
struct fb_table;
FB_MUST_CHECK struct fb_error *fb_table_create(const struct fb_column *columns, size_t count,
					       struct fb_table **table_ret);
void fb_table_destroy(struct fb_table *table);
/* The next cell, row by row. */
FB_MUST_CHECK struct fb_error *fb_table_cell(struct fb_table *table, enum fb_style style,
					     const char *format, ...) FB_PRINTF(3, 4);
void fb_table_print(struct fb_table *table, struct fb_output *output);

/* Prints {"schema": 1, "command": command, "warnings": [...], members of answer...}; takes
 * answer. */
FB_MUST_CHECK struct fb_error *fb_json_print(const char *command, json_t *answer,
					     const struct fb_warnings *warnings);

#endif
