// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <math.h>
#include <string.h>

#include "tests/harness.h"

static const char *escape(const char *text)
{
	static char to[200];

	return fb_text_escape(text, strlen(text), to, sizeof(to));
}

static void good_text_stays(void)
{
	CU_ASSERT_STRING_EQUAL(escape("kworker/0:1-events"), "kworker/0:1-events");
	CU_ASSERT_STRING_EQUAL(escape("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\x9f"),
			       "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\x9f");
	CU_ASSERT_STRING_EQUAL(escape("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf"); /* U+10FFFF */
	CU_ASSERT_STRING_EQUAL(escape(""), "");
	CU_ASSERT_STRING_EQUAL(escape("a\\x41"), "a\\\\x41"); /* not to be taken for an escape */
}

static void controls_are_escaped(void)
{
	char to[64];

	CU_ASSERT_STRING_EQUAL(escape("\x1b[31m\r\n\t\x7f"), "\\x1b[31m\\x0d\\x0a\\x09\\x7f");
	CU_ASSERT_STRING_EQUAL(escape("\xc2\x9b"), "\\xc2\\x9b");          /* C1: CSI */
	CU_ASSERT_STRING_EQUAL(escape("\xe2\x80\xae"), "\\xe2\\x80\\xae"); /* U+202E */
	CU_ASSERT_STRING_EQUAL(escape("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"); /* U+2066 */
	CU_ASSERT_STRING_EQUAL(fb_text_escape("a\0b", 3, to, sizeof(to)), "a\\x00b");
}

static void the_invisible_is_escaped(void)
{
	static const char *const invisible[] = {
		"\xc2\xad",         /* U+00AD */
		"\xcd\x8f",         /* U+034F */
		"\xd8\x9c",         /* U+061C */
		"\xe1\xa0\x8e",     /* U+180E */
		"\xe2\x80\x8b",     /* U+200B */
		"\xe2\x80\x8f",     /* U+200F */
		"\xe2\x80\xa8",     /* U+2028 */
		"\xe2\x81\xa0",     /* U+2060 */
		"\xe2\x81\xaf",     /* U+206F */
		"\xe3\x85\xa4",     /* U+3164 */
		"\xef\xb8\x8f",     /* U+FE0F */
		"\xef\xbb\xbf",     /* U+FEFF */
		"\xf3\xa0\x80\xa0", /* U+E0020 */
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(invisible); i++) {
		CU_ASSERT_EQUAL(strlen(escape(invisible[i])), 4 * strlen(invisible[i]));
		CU_ASSERT_EQUAL(fb_text_safe(invisible[i], strlen(invisible[i])), 0);
	}
	/* Beside them. */
	CU_ASSERT_STRING_EQUAL(escape("\xc2\xac\xc2\xae\xe2\x80\x8a\xe2\x80\x90\xe2\x81\xb0"),
			       "\xc2\xac\xc2\xae\xe2\x80\x8a\xe2\x80\x90\xe2\x81\xb0");
}

static void what_is_safe_ends_at_the_first_that_is_not(void)
{
	CU_ASSERT_EQUAL(fb_text_safe("a\\b\tc\n\x1b[31m", 11), 6);
	CU_ASSERT_EQUAL(fb_text_safe("\xc3\xa4\x80", 3), 2);
	CU_ASSERT_EQUAL(fb_text_safe("\xc3", 1), 0); /* cut off */
	CU_ASSERT_EQUAL(fb_text_safe("", 0), 0);
}

static void malformed_utf8_is_escaped(void)
{
	CU_ASSERT_STRING_EQUAL(escape("\x80\xff\xfe"), "\\x80\\xff\\xfe");
	CU_ASSERT_STRING_EQUAL(escape("\xc0\xaf"), "\\xc0\\xaf");                   /* overlong */
	CU_ASSERT_STRING_EQUAL(escape("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");          /* overlong */
	CU_ASSERT_STRING_EQUAL(escape("\xed\xa0\x80"), "\\xed\\xa0\\x80");          /* surrogate */
	CU_ASSERT_STRING_EQUAL(escape("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* too high */
	CU_ASSERT_STRING_EQUAL(escape("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80");
	CU_ASSERT_STRING_EQUAL(escape("\xe2\x82"), "\\xe2\\x82");   /* cut off */
	CU_ASSERT_STRING_EQUAL(escape("\xe2\x82z"), "\\xe2\\x82z"); /* cut off, and text */
	CU_ASSERT_STRING_EQUAL(escape("\xe2\x82\xc3\xa4"), "\\xe2\\x82\xc3\xa4");
}

static void a_cut_leaves_whole_characters(void)
{
	char to[8];

	CU_ASSERT_STRING_EQUAL(fb_text_escape("abcdefghij", 10, to, 5), "abcd");
	CU_ASSERT_STRING_EQUAL(fb_text_escape("abc\x01", 4, to, 7), "abc"); /* \x01 needs 4 */
	CU_ASSERT_STRING_EQUAL(fb_text_escape("abc\x01", 4, to, 8), "abc\\x01");
	CU_ASSERT_STRING_EQUAL(fb_text_escape("a\xe2\x82\xac", 4, to, 4), "a");
	CU_ASSERT_STRING_EQUAL(fb_text_escape("abc", 3, to, 1), "");
	to[0] = 'x';
	CU_ASSERT_PTR_EQUAL(fb_text_escape("abc", 3, to, 0), to);
	CU_ASSERT_EQUAL(to[0], 'x');
}

static void sizes_have_three_digits(void)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{0, "0 B"},
		{1, "1 B"},
		{1023, "1023 B"},
		{1024, "1.00 KiB"},
		{10239, "10.0 KiB"},
		{102348, "99.9 KiB"},
		{102349, "100 KiB"},
		{102400, "100 KiB"},
		{1048063, "1023 KiB"},
		{1048064, "1.00 MiB"}, /* not 1024 KiB */
		{1ull << 30, "1.00 GiB"},
		{(1ull << 30) * 3 / 2, "1.50 GiB"},
		{UINT64_MAX, "16.0 EiB"},
	};
	char to[32];
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_STRING_EQUAL(fb_text_size(cases[i].bytes, to, sizeof(to)), cases[i].text);
}

static void counts_are_grouped(void)
{
	char to[32];

	CU_ASSERT_STRING_EQUAL(fb_text_count(0, to, sizeof(to)), "0");
	CU_ASSERT_STRING_EQUAL(fb_text_count(999, to, sizeof(to)), "999");
	CU_ASSERT_STRING_EQUAL(fb_text_count(1000, to, sizeof(to)), "1,000");
	CU_ASSERT_STRING_EQUAL(fb_text_count(1234567, to, sizeof(to)), "1,234,567");
	CU_ASSERT_STRING_EQUAL(fb_text_count(UINT64_MAX, to, sizeof(to)),
			       "18,446,744,073,709,551,615");
	CU_ASSERT_STRING_EQUAL(fb_text_count(1234567, to, 6), "1,234");
}

static void durations_have_two_units(void)
{
	static const struct {
		double seconds;
		const char *text;
	} cases[] = {
		{0, "0.0 s"},
		{4.21, "4.2 s"},
		{59.94, "59.9 s"},
		{59.96, "1 min 0 s"},
		{1023, "17 min 3 s"},
		{3599.4, "59 min 59 s"},
		{3599.6, "1 h 0 min"},
		{86399, "23 h 59 min"},
		{86400.0 * 3 + 3600 * 4 + 59, "3 d 4 h"},
		{-1, "unknown"},
		{1e300, "unknown"},
	};
	char to[32];
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_STRING_EQUAL(fb_text_duration(cases[i].seconds, to, sizeof(to)),
				       cases[i].text);
	CU_ASSERT_STRING_EQUAL(fb_text_duration((double)NAN, to, sizeof(to)), "unknown");
}

static void unescaping_gives_the_bytes_back(void)
{
	static const char *const good[] = {
		"", "kworker/0:1", "a\\b", "\x1b[31m\n\xff", "\xc3\xa4\xe2\x80\xae", "\\x41",
	};
	static const char *const bad[] = {
		"\\", "a\\", "\\x", "\\x4", "\\x4g", "\\xAB", "\\n", "\\x00", "\\\\\\",
	};
	char to[64];

	for (size_t i = 0; i < FB_ARRAY_SIZE(good); i++) {
		CU_ASSERT_TRUE(fb_text_unescape(escape(good[i]), to, sizeof(to)));
		CU_ASSERT_STRING_EQUAL(to, good[i]);
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(fb_text_unescape(bad[i], to, sizeof(to)));
	CU_ASSERT_TRUE(fb_text_unescape("\\x41bc", to, 4));
	CU_ASSERT_STRING_EQUAL(to, "Abc");
	CU_ASSERT_FALSE(fb_text_unescape("\\x41bc", to, 3));
	CU_ASSERT_FALSE(fb_text_unescape("", to, 0));
}

FB_TEST_MAIN("base/text", FB_TEST(good_text_stays), FB_TEST(controls_are_escaped),
	     FB_TEST(the_invisible_is_escaped), FB_TEST(what_is_safe_ends_at_the_first_that_is_not),
	     FB_TEST(malformed_utf8_is_escaped), FB_TEST(a_cut_leaves_whole_characters),
	     FB_TEST(unescaping_gives_the_bytes_back), FB_TEST(sizes_have_three_digits),
	     FB_TEST(counts_are_grouped), FB_TEST(durations_have_two_units))
