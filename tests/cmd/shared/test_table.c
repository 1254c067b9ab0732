// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables: widths, alignment, and text that would do harm to a terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/shared/output.h"
#include "tests/cmd/capture.h"
#include "tests/harness.h"

static const struct fb_column columns[] = {{"PID", FB_RIGHT}, {"NAME", FB_LEFT}, {"X", FB_LEFT}};

static char *print(struct fb_table *table, enum fb_color color)
{
	struct fb_output *output = NULL;
	char *text;

	FB_OK_FATAL(fb_output_create(color, true, &output));
	capture_begin();
	fb_table_print(table, output);
	text = capture_end();
	fb_output_destroy(output);
	return text;
}

static void add(struct fb_table *table, const char *pid, const char *name, const char *last)
{
	FB_OK(fb_table_cell(table, FB_STYLE_PLAIN, "%s", pid));
	FB_OK(fb_table_cell(table, FB_STYLE_BAD, "%s", name));
	FB_OK(fb_table_cell(table, FB_STYLE_PLAIN, "%s", last));
}

static struct fb_table *make(void)
{
	struct fb_table *table = NULL;

	FB_OK_FATAL(fb_table_create(columns, FB_ARRAY_SIZE(columns), &table));
	return table;
}

static void aligns(void)
{
	struct fb_table *table = make();
	char *text;

	add(table, "1", "init", "a b");
	add(table, "12345", "\xc3\xa4\xc3\xb6", ""); /* two columns wide */
	text = print(table, FB_COLOR_NEVER);
	CU_ASSERT_STRING_EQUAL(text, "  PID  NAME  X\n"
				     "    1  init  a b\n"
				     "12345  \xc3\xa4\xc3\xb6\n"); /* no blanks at its end */
	free(text);
	text = print(table, FB_COLOR_ALWAYS);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\033[1mPID\033[0m"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\033[1;31minit\033[0m  a b\n"));
	free(text);
	fb_table_destroy(table);
}

static void prints_headings_alone(void)
{
	struct fb_table *table = make();
	char *text = print(table, FB_COLOR_NEVER);

	CU_ASSERT_STRING_EQUAL(text, "PID  NAME  X\n");
	free(text);
	fb_table_destroy(table);
	fb_table_destroy(NULL);
}

static void escapes_cells(void)
{
	struct fb_table *table = make();
	char *text;

	add(table, "1", "\033]0;title\007", "a\nb\\\xff\xe2\x80\xae");
	text = print(table, FB_COLOR_NEVER);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\x1b]0;title\\x07"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "a\\x0ab\\\\\\xff\\xe2\\x80\\xae\n"));
	CU_ASSERT_PTR_NULL(strchr(text, '\033'));
	free(text);
	fb_table_destroy(table);
}

/* The longest path, every byte of which takes four characters. */
static void cuts_long_cells(void)
{
	struct fb_table *table = make();
	char *cell = malloc(10000), *text;

	CU_ASSERT_PTR_NOT_NULL_FATAL(cell);
	memset(cell, 0x01, 9999);
	cell[9999] = '\0';
	add(table, "1", "x", cell);
	text = print(table, FB_COLOR_NEVER);
	CU_ASSERT(strlen(text) > 4000 && strlen(text) < 4200);
	CU_ASSERT_STRING_EQUAL(text + strlen(text) - 5, "\\x01\n");
	free(text);
	free(cell);
	fb_table_destroy(table);
}

FB_TEST_MAIN("cmd/table", FB_TEST(aligns), FB_TEST(prints_headings_alone), FB_TEST(escapes_cells),
	     FB_TEST(cuts_long_cells))
