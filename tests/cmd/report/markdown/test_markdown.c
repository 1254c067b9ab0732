// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/report/markdown/markdown.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness.h"

static struct fb_markdown markdown;
static char text[8192];

/* What was written; frees it. */
static const char *end(void)
{
	FB_OK(markdown.err);
	snprintf(text, sizeof(text), "%.*s", (int)markdown.text.size,
		 (const char *)markdown.text.data);
	fb_markdown_deinit(&markdown);
	return text;
}

static const char *prose(const char *printable)
{
	fb_markdown_init(&markdown, 1000);
	fb_markdown_prose(&markdown, printable, 200);
	return end();
}

static void prose_has_no_markup(void)
{
	CU_ASSERT_STRING_EQUAL(prose("*a* [b](c) <d> &e; `f` ~g~ h|i !j"),
			       "\\*a\\* \\[b\\](c) \\<d\\> \\&e; \\`f\\` \\~g\\~ h\\|i \\!j");
	CU_ASSERT_STRING_EQUAL(prose("\\x1b"), "\\\\x1b");
	CU_ASSERT_STRING_EQUAL(prose("do_sys_open __fput_ a-b"), "do_sys_open \\_\\_fput\\_ a-b");
	CU_ASSERT_STRING_EQUAL(prose("- x"), "\\- x");
	CU_ASSERT_STRING_EQUAL(prose("+ x"), "\\+ x");
	CU_ASSERT_STRING_EQUAL(prose("=="), "\\==");
	CU_ASSERT_STRING_EQUAL(prose("12. x"), "12\\. x");
	CU_ASSERT_STRING_EQUAL(prose("12) 3."), "12\\) 3.");
}

/* A tracker would send mail to @all, or link ticket 12. */
static void prose_mentions_nobody(void)
{
	CU_ASSERT_STRING_EQUAL(prose("@all #12 $x$ http://a"), "`@`all `#`12 `$`x`$` http\\://a");
}

/* Neither within UTF-8 nor within \xHH. */
static void long_prose_is_cut(void)
{
	static const char *const cuts[] = {" ...",
					   "a ...",
					   "a ...",
					   "a\xc3\xa4 ...",
					   "a\xc3\xa4 ...",
					   "a\xc3\xa4 ...",
					   "a\xc3\xa4 ...",
					   "a\xc3\xa4\\\\x41 ...",
					   "a\xc3\xa4\\\\x41b"};

	for (size_t most = 0; most < FB_ARRAY_SIZE(cuts); most++) {
		fb_markdown_init(&markdown, 1000);
		fb_markdown_prose(&markdown, "a\xc3\xa4\\x41b", most);
		CU_ASSERT_STRING_EQUAL(end(), cuts[most]);
	}
}

/* Returns how many lines were left out. */
static size_t block(const char *lines, size_t room, size_t most, bool from_end)
{
	struct fb_buf buf;
	size_t left;

	fb_buf_init(&buf, 4096);
	FB_OK_FATAL(fb_buf_append(&buf, lines, strlen(lines)));
	fb_markdown_init(&markdown, room);
	left = fb_markdown_block(&markdown, &buf, most, from_end);
	fb_buf_deinit(&buf);
	return left;
}

static void blocks_have_whole_lines(void)
{
	CU_ASSERT_EQUAL(block("one\ntwo\nthree\n", 1000, 1000, false), 0);
	CU_ASSERT_STRING_EQUAL(end(), "```\none\ntwo\nthree\n```\n\n");
	/* 12 bytes around, 8 of two lines. */
	CU_ASSERT_EQUAL(block("one\ntwo\nthree\n", 1000, 20, false), 1);
	CU_ASSERT_STRING_EQUAL(end(), "```\none\ntwo\n```\n\n");
	CU_ASSERT_EQUAL(block("one\ntwo\nthree\n", 22, 1000, true), 1);
	CU_ASSERT_STRING_EQUAL(end(), "```\ntwo\nthree\n```\n\n");
	CU_ASSERT_EQUAL(block("one\ntwo\n", 15, 1000, false), 2);
	CU_ASSERT_STRING_EQUAL(end(), "");
	CU_ASSERT_EQUAL(block("", 1000, 1000, true), 0);
	CU_ASSERT_STRING_EQUAL(end(), "");
}

static void no_line_ends_a_block(void)
{
	CU_ASSERT_EQUAL(block("a ```` b\n```\n", 1000, 1000, false), 0);
	CU_ASSERT_STRING_EQUAL(end(), "`````\na ```` b\n```\n`````\n\n");
}

static void long_lines_are_cut(void)
{
	char line[FB_MARKDOWN_LINE + 10];

	memset(line, 'x', sizeof(line));
	line[FB_MARKDOWN_LINE + 8] = '\n';
	line[FB_MARKDOWN_LINE + 9] = '\0';
	CU_ASSERT_EQUAL(block(line, 1000, 1000, false), 0);
	CU_ASSERT_EQUAL(strlen(end()), 4 + FB_MARKDOWN_LINE + 5 + 5);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "x ...\n```\n"));
}

FB_TEST_MAIN("cmd/markdown", FB_TEST(prose_has_no_markup), FB_TEST(prose_mentions_nobody),
	     FB_TEST(long_prose_is_cut), FB_TEST(blocks_have_whole_lines),
	     FB_TEST(no_line_ends_a_block), FB_TEST(long_lines_are_cut))
