// SPDX-License-Identifier: GPL-2.0-or-later
/* What reaches the terminal of what a command writes, and what a pager. */
#include "cmd/shell/screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

static void expect(const char *text, const char *wanted)
{
	struct fb_buf shown;

	fb_buf_init(&shown, 4096);
	FB_OK_FATAL(fb_screen_filter(text, strlen(text), &shown));
	FB_OK_FATAL(fb_buf_append(&shown, "", 1));
	CU_ASSERT_STRING_EQUAL((const char *)shown.data, wanted);
	fb_buf_deinit(&shown);
}

static void only_colours_get_through(void)
{
	expect("a\tb\n", "a\tb\n");
	expect("\033[1mbold\033[0m \033[1;31mred\033[m", "\033[1mbold\033[0m \033[1;31mred\033[m");
	expect("\033[K", "\033[K");
	expect("\033[2J", "\\x1b[2J");
	expect("\033]0;title\a", "\\x1b]0;title\\x07");
	expect("\033[6n", "\\x1b[6n");
	expect("\033", "\\x1b");
	expect("\033[", "\\x1b[");
	expect("\033[1", "\\x1b[1");
	expect("\033[1111111111111111111111m", "\\x1b[1111111111111111111111m");
	expect("a\rb\bc\x7f", "a\\x0db\\x08c\\x7f");
	expect("\xc3\xa4 \xff", "\xc3\xa4 \\xff");
}

static void rows_are_counted_by_columns(void)
{
	CU_ASSERT_EQUAL(fb_screen_rows("", 0, 10), 1);
	CU_ASSERT_EQUAL(fb_screen_rows("\n", 1, 10), 1);
	CU_ASSERT_EQUAL(fb_screen_rows("0123456789\n", 11, 10), 1);
	CU_ASSERT_EQUAL(fb_screen_rows("0123456789a\n", 12, 10), 2);
	CU_ASSERT_EQUAL(fb_screen_rows("\t\tabcd\n", 7, 10), 2);
	CU_ASSERT_EQUAL(fb_screen_rows("\t\tabcde\n", 8, 10), 3);
	CU_ASSERT_EQUAL(fb_screen_rows("\033[1m0123456789\033[0m", 18, 10), 1);
	CU_ASSERT_EQUAL(fb_screen_rows("\xc3\xa4\xc3\xa4\xc3\xa4", 6, 3), 1);
	CU_ASSERT_EQUAL(fb_screen_rows("abc", 3, 0), 1);
}

/* Writes text to a screen with so many rows (0: no pager) in pieces of so many bytes; gives what the terminal got. */
static const char *show(const char *text, unsigned rows, size_t piece)
{
	static char seen[4096];
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct fb_screen screen;
	int ends[2];
	ssize_t got;

	CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
	fb_screen_init(&screen, ends[1], 80, rows);
	for (size_t at = 0; at < strlen(text); at += piece)
		CU_ASSERT_TRUE(fb_screen_write(
			&screen, text + at, strlen(text + at) < piece ? strlen(text + at) : piece));
	fb_screen_end(&screen);
	(void)close(ends[1]);
	got = read(ends[0], seen, sizeof(seen) - 1);
	seen[got > 0 ? got : 0] = '\0';
	(void)close(ends[0]);
	(void)close(null);
	return seen;
}

static void lines_come_as_they_were_written(void)
{
	CU_ASSERT_STRING_EQUAL(show("one\ntwo \033[1mx\033[0m\nend", 0, 1),
			       "one\ntwo \033[1mx\033[0m\nend");
	CU_ASSERT_STRING_EQUAL(show("one\ntwo\n", 24, 100), "one\ntwo\n");
	CU_ASSERT_STRING_EQUAL(show("", 24, 100), "");
}

static void a_long_text_goes_to_the_pager(void)
{
	char path[4200], command[4300], line[64] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/paged", fb_test_folder());
	(void)snprintf(command, sizeof(command), "cat >'%s'", path);
	CU_ASSERT_EQUAL_FATAL(setenv("FBUNDLE_PAGER", command, 1), 0);
	/* Three lines and the prompt fit on four rows. */
	CU_ASSERT_STRING_EQUAL(show("1\n2\n3\n", 4, 100), "1\n2\n3\n");
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
	CU_ASSERT_STRING_EQUAL(show("1\n2\n3\n4\n", 4, 100), "");
	CU_ASSERT_STRING_EQUAL(show("1\n2\n3\n4\n5", 4, 3), "");
	file = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fread(line, 1, sizeof(line) - 1, file), 9);
	CU_ASSERT_STRING_EQUAL(line, "1\n2\n3\n4\n5");
	(void)fclose(file);
}

static void the_environment_chooses_the_pager(void)
{
	(void)setenv("FBUNDLE_PAGER", "one", 1);
	(void)setenv("PAGER", "two", 1);
	CU_ASSERT_STRING_EQUAL(fb_screen_pager(), "one");
	(void)unsetenv("FBUNDLE_PAGER");
	CU_ASSERT_STRING_EQUAL(fb_screen_pager(), "two");
	(void)setenv("PAGER", "cat", 1);
	CU_ASSERT_PTR_NULL(fb_screen_pager());
	(void)setenv("PAGER", "", 1);
	CU_ASSERT_PTR_NULL(fb_screen_pager());
	(void)unsetenv("PAGER");
	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_screen_pager());
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_screen_pager(), "less"));
}

FB_TEST_MAIN("cmd/shell/screen", FB_TEST(only_colours_get_through),
	     FB_TEST(rows_are_counted_by_columns), FB_TEST(lines_come_as_they_were_written),
	     FB_TEST(a_long_text_goes_to_the_pager), FB_TEST(the_environment_chooses_the_pager))
