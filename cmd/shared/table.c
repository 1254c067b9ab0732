// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables whose columns are as wide as their widest cell. Called by the commands that print one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "cmd/shared/output.h"

/* Cells of all commands together stay far below: four million tasks of ten cells. */
#define MAX_CELLS (10 * (size_t)FB_MAX_TASKS)
/* Longer cells are cut: a path is at most this long. */
#define MAX_CELL FB_MAX_STRING
/* A last column is not cut to less than this: then a terminal may as well wrap it. */
#define LEAST_CUT 8u

struct cell {
	char *text;
	enum fb_style style;
};

struct fb_table {
	struct fb_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t cell_count, cell_room;
};

struct fb_error *fb_table_create(const struct fb_column *columns, size_t count,
				 struct fb_table **table_ret)
{
	struct fb_table *table = calloc(1, sizeof(*table));

	if (!table)
		return fb_error_nomem();
	table->columns = calloc(count, sizeof(*columns));
	if (!table->columns) {
		free(table);
		return fb_error_nomem();
	}
	memcpy(table->columns, columns, count * sizeof(*columns));
	table->column_count = count;
	*table_ret = table;
	return NULL;
}

void fb_table_destroy(struct fb_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->cell_count; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table->columns);
	free(table);
}

struct fb_error *fb_table_cell(struct fb_table *table, enum fb_style style, const char *format, ...)
{
	char raw[MAX_CELL], escaped[MAX_CELL];
	struct cell *cell;
	va_list args;
	struct fb_error *err;

	err = fb_grow_array(&table->cells, &table->cell_room, table->cell_count,
			    sizeof(*table->cells), MAX_CELLS, "cells of a table");
	if (err)
		return err;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	cell = &table->cells[table->cell_count];
	cell->text = strdup(fb_text_escape(raw, strlen(raw), escaped, sizeof(escaped)));
	if (!cell->text)
		return fb_error_nomem();
	cell->style = style;
	table->cell_count++;
	return NULL;
}

/* Columns that the text takes: UTF-8 continuation bytes take none. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static size_t column_width(const struct fb_table *table, size_t column)
{
	size_t width = text_width(table->columns[column].heading);

	for (size_t i = column; i < table->cell_count; i += table->column_count) {
		size_t cell = text_width(table->cells[i].text);

		if (cell > width)
			width = cell;
	}
	return width;
}

/* Bytes of text that take at most width columns. */
static size_t bytes_within(const char *text, size_t width)
{
	size_t length = 0;

	for (size_t columns = 0; text[length]; length++) {
		columns += ((unsigned char)text[length] & 0xc0) != 0x80;
		if (columns > width)
			break;
	}
	return length;
}

/* A line being printed: blanks are held back until something follows them. */
struct line {
	struct fb_output *output;
	size_t column; /* where the next cell begins */
	size_t blanks;
};

static void print_cell(struct line *line, enum fb_align align, size_t width, enum fb_style style,
		       const char *text)
{
	size_t taken = text_width(text), room = SIZE_MAX;
	size_t padding = width > taken ? width - taken : 0;

	if (align == FB_LEFT_CUT && fb_output_is_terminal(line->output) &&
	    fb_output_width(line->output) > line->column + LEAST_CUT)
		room = fb_output_width(line->output) - line->column;
	if (align == FB_RIGHT)
		line->blanks += padding;
	if (*text) {
		fb_put("%*s", (int)line->blanks, "");
		line->blanks = 0;
		if (taken > room)
			fb_print(line->output, style, "%.*s...",
				 (int)bytes_within(text, room - strlen("...")), text);
		else
			fb_print(line->output, style, "%s", text);
	}
	if (align != FB_RIGHT)
		line->blanks += padding;
	line->blanks += strlen("  ");
	line->column += width + strlen("  ");
}

void fb_table_print(struct fb_table *table, struct fb_output *output)
{
	size_t widths[64];
	struct line line = {.output = output};

	if (table->column_count == 0 || table->column_count > FB_ARRAY_SIZE(widths))
		return;
	for (size_t i = 0; i < table->column_count; i++) {
		widths[i] = column_width(table, i);
		print_cell(&line, table->columns[i].align, widths[i], FB_STYLE_BOLD,
			   table->columns[i].heading);
	}
	fb_put("\n");
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->column_count;

		if (column == 0)
			line = (struct line){.output = output};
		print_cell(&line, table->columns[column].align, widths[column],
			   table->cells[i].style, table->cells[i].text);
		if (column + 1 == table->column_count)
			fb_put("\n");
	}
}
