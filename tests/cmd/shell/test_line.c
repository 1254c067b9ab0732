// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of the shell: words, quotes, and where the output goes. */
#include "cmd/shell/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

/* The line as one text: "[word][word] sign target". */
static const char *show(const struct fb_line *line)
{
	static const char *const kinds[] = {"", "!", "<"}, *const goals[] = {"", " |", " >"};
	static char text[512];
	size_t at = (size_t)snprintf(text, sizeof(text), "%s", kinds[line->kind]);

	for (size_t i = 0; i < line->count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "[%s]", line->words[i]);
	CU_ASSERT_TRUE(!line->words || !line->words[line->count]);
	(void)snprintf(text + at, sizeof(text) - at, "%s%s%s%s", goals[line->goal],
		       line->replace ? "|" : "", line->target ? " " : "",
		       line->target ? line->target : "");
	return text;
}

static void expect(const char *text, const char *wanted)
{
	struct fb_line line;

	FB_OK_FATAL(fb_line_parse(text, &line));
	CU_ASSERT_STRING_EQUAL(show(&line), wanted);
	fb_line_deinit(&line);
	CU_ASSERT_PTR_NULL(line.words);
}

static void expect_begun(const char *text, const char *wanted)
{
	struct fb_line line;

	FB_OK_FATAL(fb_line_parse_begun(text, strlen(text), &line));
	CU_ASSERT_STRING_EQUAL(show(&line), wanted);
	fb_line_deinit(&line);
}

static void words_are_parted_by_blanks(void)
{
	expect("", "");
	expect(" \t\n", "");
	expect("ps", "[ps]");
	expect(" bt\t-a  131 \r\n", "[bt][-a][131]");
	expect("# a comment", "");
	expect("ps # a comment | x", "[ps]");
	expect("ps a#b", "[ps][a#b]");
}

static void quotes_hold_words_together(void)
{
	expect("files 'a b'", "[files][a b]");
	expect("files \"a 'b\\\" \\\\ \\n\"", "[files][a 'b\" \\ \\n]");
	expect("files a\\ b\\|c '' x", "[files][a b|c][][x]");
	expect("files a'|>'b", "[files][a|>b]");
	expect("a\\", "[a\\]");
}

static void output_goes_where_it_is_told(void)
{
	expect("ps | grep 'D ' > x ", "[ps] | grep 'D ' > x");
	expect("ps|wc", "[ps] | wc");
	expect("ps > out # x", "[ps] > out");
	expect("ps >'a b'", "[ps] > a b");
	expect("ps>| out", "[ps] >| out");
	expect("struct task->mm->pgd 12>x", "[struct][task->mm->pgd][12] > x");
	expect("!ls -l | wc", "! ls -l | wc");
	expect(" ! ", "! ");
	expect("< commands", "< commands");
}

static void fail(const char *text, const char *why)
{
	struct fb_line line;

	FB_FAILS_WITH(fb_line_parse(text, &line), FB_INVALID, why);
	CU_ASSERT_PTR_NULL(line.words);
	CU_ASSERT_PTR_NULL(line.target);
}

static void what_is_wrong_is_told(void)
{
	char *text = malloc(FB_MAX_LINE + 2);

	fail("files 'a", "a quote (') is not closed");
	fail("files \"a'", "a quote (\") is not closed");
	fail("ps |", "no command behind |");
	fail("| wc", "no command before |");
	fail("> x", "no command before >");
	fail("ps >", "no file behind >");
	fail("ps >|", "no file behind >|");
	fail("ps > a b", "behind > FILE nothing may stand: b");
	fail("ps > a | b", "behind > FILE nothing may stand: | b");
	fail("ps >> a", "nothing is appended");
	fail("<", "no file behind <");
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'a', FB_MAX_LINE + 1);
	text[FB_MAX_LINE + 1] = '\0';
	fail(text, "longer than 32768 bytes");
	text[FB_MAX_LINE] = '\0';
	{
		struct fb_line line;

		FB_OK_FATAL(fb_line_parse(text, &line));
		CU_ASSERT_EQUAL(strlen(line.words[0]), FB_MAX_LINE);
		fb_line_deinit(&line);
	}
	free(text);
}

static void what_is_begun_ends_with_a_word(void)
{
	expect_begun("", "[]");
	expect_begun("b", "[b]");
	expect_begun("bt ", "[bt][]");
	expect_begun("bt --a", "[bt][--a]");
	expect_begun("files 'a b", "[files][a b]");
	expect_begun("ps > ", "[ps] > ");
	expect_begun("ps > fi", "[ps] > fi");
	expect_begun("ps | gr", "[ps] | gr");
	expect_begun("ps | gr ", "[ps] | gr ");
	expect_begun("! ls ", "! ls ");
	expect_begun("< com", "< com");
	expect_begun("#", "[#]");
}

FB_TEST_MAIN("cmd/shell/line", FB_TEST(words_are_parted_by_blanks),
	     FB_TEST(quotes_hold_words_together), FB_TEST(output_goes_where_it_is_told),
	     FB_TEST(what_is_wrong_is_told), FB_TEST(what_is_begun_ends_with_a_word))
