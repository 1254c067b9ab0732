// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON values of hostile text and of numbers that are none. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"

static void check(json_t *value, const char *text)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	CU_ASSERT_STRING_EQUAL(json_string_value(value), text);
	json_decref(value);
}

static void writes_addresses(void)
{
	check(fb_json_hex(0), "0x0");
	check(fb_json_hex(UINT64_MAX), "0xffffffffffffffff");
}

static void escapes_text(void)
{
	json_t *value = fb_json_text(NULL);

	CU_ASSERT(json_is_null(value));
	json_decref(value);
	check(fb_json_text(""), "");
	check(fb_json_text("a\n\"b\"\\ \x80\xc3\xa4"), "a\\x0a\"b\"\\\\ \\x80\xc3\xa4");
	check(fb_json_bytes("no end", 2), "no");
	check(fb_json_bytes("ab\0cd", 5), "ab");
	/* Half a character at the end. */
	check(fb_json_bytes("a\xc3\xa4", 2), "a\\xc3");
	check(fb_json_bytes("", 0), "");
}

/* Every byte takes four characters: all of the longest text still fits. */
static void keeps_long_text(void)
{
	char *text = malloc(2 * FB_MAX_STRING + 1);
	json_t *value;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 0x02, 2 * FB_MAX_STRING);
	text[2 * FB_MAX_STRING] = '\0';
	value = fb_json_text(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	CU_ASSERT_EQUAL(json_string_length(value), 4 * FB_MAX_STRING);
	json_decref(value);
	value = fb_json_bytes(text, 2 * FB_MAX_STRING);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	CU_ASSERT_EQUAL(json_string_length(value), 4 * FB_MAX_STRING);
	json_decref(value);
	free(text);
}

static void writes_seconds(void)
{
	json_t *value = fb_json_seconds(1.5);

	CU_ASSERT_DOUBLE_EQUAL(json_real_value(value), 1.5, 0);
	json_decref(value);
	value = fb_json_seconds(NAN);
	CU_ASSERT(json_is_null(value));
	json_decref(value);
	value = fb_json_seconds(-INFINITY);
	CU_ASSERT(json_is_null(value));
	json_decref(value);
}

FB_TEST_MAIN("base/json", FB_TEST(writes_addresses), FB_TEST(escapes_text),
	     FB_TEST(keeps_long_text), FB_TEST(writes_seconds))
