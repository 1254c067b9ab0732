// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables whose columns are as wide as their widest cell.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "cmd/output.h"

/* Cells of all commands together stay far below: four million tasks of ten cells. */
#define MAX_CELLS (10 * (size_t)FB_MAX_TASKS)
/* Longer cells are cut: a path is at most this long. */
#define MAX_CELL FB_MAX_STRING

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

static void print_cell(const struct fb_table *table, struct fb_output *output, size_t column,
		       size_t width, enum fb_style style, const char *text)
{
	bool last = column + 1 == table->column_count;
	int padding = (int)(width - text_width(text));

	if (table->columns[column].align == FB_RIGHT)
		printf("%*s", padding, "");
	fb_print(output, style, "%s", text);
	if (table->columns[column].align == FB_LEFT && !last)
		printf("%*s", padding, "");
	fputs(last ? "\n" : "  ", stdout);
}

void fb_table_print(struct fb_table *table, struct fb_output *output)
{
	size_t widths[64];

	if (table->column_count == 0 || table->column_count > FB_ARRAY_SIZE(widths))
		return;
	for (size_t i = 0; i < table->column_count; i++) {
		widths[i] = column_width(table, i);
		print_cell(table, output, i, widths[i], FB_STYLE_BOLD, table->columns[i].heading);
	}
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->column_count;

		print_cell(table, output, column, widths[column], table->cells[i].style,
			   table->cells[i].text);
	}
}
