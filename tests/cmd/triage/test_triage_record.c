// SPDX-License-Identifier: GPL-2.0-or-later
/* What is taken of what a child sends, which a hostile dump may have made. */
#include "cmd/triage/triage.h"

#include <string.h>

#include "tests/harness.h"

static json_t *check(const char *text)
{
	json_t *record = NULL;

	FB_OK_FATAL(fb_triage_check_record((const uint8_t *)text, strlen(text), &record));
	return record;
}

static void takes_what_is_its_own(void)
{
	json_t *record =
		check("{\"host\": \"db1\", \"crash_time\": 7, \"uptime_s\": 2, \"tid\": -1}");

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(record, "host")), "db1");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(record, "crash_time")), 7);
	CU_ASSERT_EQUAL(json_number_value(json_object_get(record, "uptime_s")), 2);
	CU_ASSERT_EQUAL(json_object_size(record), 4);
	json_decref(record);
}

/* Other columns, members of no column, wrong types, text that a terminal would obey, too much text. */
static void leaves_the_rest(void)
{
	char text[20000];
	json_t *record =
		check("{\"path\": \"/other\", \"state\": \"complete\", \"rules\": 9, \"more\": 1, "
		      "\"host\": 5, \"crash_time\": \"7\", \"uptime_s\": null, \"kind\": "
		      "\"\\u001b[31m\", \"comm\": \"a\\nb\", \"place\": [\"x\"]}");

	CU_ASSERT_EQUAL(json_object_size(record), 0);
	json_decref(record);
	memset(text, 'a', sizeof(text));
	memcpy(text, "{\"stack\": \"", 11);
	memcpy(text + sizeof(text) - 3, "\"}", 3);
	record = check(text);
	CU_ASSERT_EQUAL(json_object_size(record), 0);
	json_decref(record);
}

static void refuses_what_is_no_record(void)
{
	static const char *const texts[] = {"", "[]", "7", "{\"host\": ", "{} {}", "\xff"};
	json_t *record = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(texts); i++)
		FB_FAILS(fb_triage_check_record((const uint8_t *)texts[i], strlen(texts[i]),
						&record),
			 FB_CORRUPT);
	CU_ASSERT_PTR_NULL(record);
}

FB_TEST_MAIN("triage/record", FB_TEST(takes_what_is_its_own), FB_TEST(leaves_the_rest),
	     FB_TEST(refuses_what_is_no_record))
