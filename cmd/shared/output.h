/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the output of commands: text in colour on a terminal, aligned tables, and JSON.
 * Everything from a dump is printed by these functions, which escape it.
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
	FB_STYLE_BOLD, /* headings, and what is most important */
	FB_STYLE_DIM,  /* what is least important */
	FB_STYLE_GOOD,
	FB_STYLE_WARN,
	FB_STYLE_BAD,
};

struct fb_output;

FB_MUST_CHECK struct fb_error *fb_output_create(enum fb_color color, bool quiet,
						struct fb_output **output_ret);
void fb_output_destroy(struct fb_output *output);

/* Where stdout is a pipe to a process that writes to a terminal of this width: output looks as on the terminal
 * itself. */
void fb_output_before_terminal(struct fb_output *output, enum fb_color color, unsigned width);

/* printf on stdout, in a style and without one. The caller passes text from a dump through fb_text_escape() first, so
 * that it cannot imitate other output. As a second defence, these functions print every control character except tabs
 * and line ends, and whatever else fb_text_escape() treats as harmful, as \xHH. Nothing else in cmd/ writes to stdout
 * (tests/lint/style). */
void fb_print(struct fb_output *output, enum fb_style style, const char *format, ...)
	FB_PRINTF(3, 4);
void fb_put(const char *format, ...) FB_PRINTF(1, 2);
/* Writes bytes unchanged, for options that ask for raw bytes. False where they cannot be written; errno says why. */
bool fb_put_raw(const void *bytes, size_t length);
/* Writes what was printed so far. False where not all of it can be written; errno says why, 0: unknown. */
bool fb_flush(void);
/* The width in columns of the terminal; 100 where stdout is none. */
unsigned fb_output_width(const struct fb_output *output);
bool fb_output_is_terminal(const struct fb_output *output);

/* Prints text in lines from column indent up to the width, broken at spaces. column (from 0) is where the cursor is, at
 * which the first line begins. */
void fb_print_wrapped(struct fb_output *output, enum fb_style style, size_t column, size_t indent,
		      const char *text);

/* Prints "fbundle: KIND TEXT" as a line on stderr; text is escaped. */
void fb_print_message(const char *kind, const char *text);

/* From now on fb_output_progress() prints even where stderr is no terminal: a line every ten seconds. It is for dumps
 * that are written in a capture kernel, whose console is a log. */
void fb_output_log_progress(struct fb_output *output);
/* Prints the progress of `what` on stderr, only on a terminal and without --quiet; done == total ends the line. */
void fb_output_progress(struct fb_output *output, const char *what, uint64_t done, uint64_t total);

/*
 * A table: columns as wide as their widest cell, headings in bold. Cells are escaped.
 */
enum fb_align {
	FB_LEFT,
	FB_RIGHT,
	FB_LEFT_CUT, /* for the last column: cut at the width of a terminal */
};
struct fb_column {
	const char *heading;
	enum fb_align align;
};
struct fb_table;
FB_MUST_CHECK struct fb_error *fb_table_create(const struct fb_column *columns, size_t count,
					       struct fb_table **table_ret);
void fb_table_destroy(struct fb_table *table);
/* Adds the next cell, row by row. */
FB_MUST_CHECK struct fb_error *fb_table_cell(struct fb_table *table, enum fb_style style,
					     const char *format, ...) FB_PRINTF(3, 4);
/* The same, unless an earlier cell failed: err is the variable that has its error, or NULL, and gets this one's. */
#define FB_TABLE_CELL(err, table, style, ...) \
	((err) = (err) ? (err) : fb_table_cell((table), (style), __VA_ARGS__))
void fb_table_print(struct fb_table *table, struct fb_output *output);

/* Prints {"schema": 1, "command": command, "warnings": [...], members of answer...}. Takes over the reference to
 * answer; NULL is FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_json_print(const char *command, json_t *answer,
					     const struct fb_warnings *warnings);

#endif
