// SPDX-License-Identifier: GPL-2.0-or-later
/* The frame around every JSON answer. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/shared/output.h"
#include "tests/cmd/capture.h"
#include "tests/harness.h"

static json_t *print(json_t *answer, const struct fb_warnings *warnings)
{
	json_t *parsed;
	char *text;

	capture_begin();
	FB_OK(fb_json_print("made", answer, warnings));
	text = capture_end();
	CU_ASSERT(*text && text[strlen(text) - 1] == '\n');
	parsed = json_loads(text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(parsed);
	free(text);
	return parsed;
}

static void frames_answers(void)
{
	struct fb_warnings *warnings = NULL;
	json_t *parsed;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	fb_warn(warnings, "a \033[31mred\033[0m \xff name");
	parsed = print(json_pack("{s:i, s:n}", "count", 3, "nothing"), warnings);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(parsed, "schema")), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(parsed, "command")), "made");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(parsed, "count")), 3);
	CU_ASSERT(json_is_null(json_object_get(parsed, "nothing")));
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_array_get(json_object_get(parsed, "warnings"), 0)),
		"a \\x1b[31mred\\x1b[0m \\xff name");
	json_decref(parsed);
	fb_warnings_destroy(warnings);
}

static void counts_what_was_dropped(void)
{
	struct fb_warnings *warnings = NULL;
	json_t *parsed, *list;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	for (unsigned i = 0; i < FB_MAX_WARNINGS + 7; i++)
		fb_warn(warnings, "number %u", i);
	parsed = print(json_object(), warnings);
	list = json_object_get(parsed, "warnings");
	CU_ASSERT_EQUAL(json_array_size(list), FB_MAX_WARNINGS + 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(list, FB_MAX_WARNINGS)),
			       "7 more of the kind");
	json_decref(parsed);
	fb_warnings_destroy(warnings);
}

static void fails_without_an_answer(void)
{
	struct fb_warnings *warnings = NULL;
	char *text;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	capture_begin();
	FB_FAILS(fb_json_print("made", NULL, warnings), FB_NOMEM);
	text = capture_end();
	CU_ASSERT_STRING_EQUAL(text, "");
	free(text);
	fb_warnings_destroy(warnings);
}

/* A full disk is no lack of memory. */
static void says_that_output_cannot_be_written(void)
{
	struct fb_warnings *warnings = NULL;
	int saved, full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	json_t *answer = json_object();
	struct fb_error *err;

	if (full < 0) {
		json_decref(answer);
		fb_test_skip("no /dev/full");
		return;
	}
	for (unsigned i = 0; i < 10000; i++) { /* more than stdout's buffer */
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		json_object_set_new(answer, name, json_string("some text"));
	}
	FB_OK_FATAL(fb_warnings_create(&warnings));
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(full, STDOUT_FILENO);
	err = fb_json_print("made", answer, warnings);
	(void)fflush(stdout);
	clearerr(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(full);
	FB_FAILS_WITH(err, FB_OS, "standard output");
	fb_warnings_destroy(warnings);
}

FB_TEST_MAIN("cmd/json", FB_TEST(frames_answers), FB_TEST(counts_what_was_dropped),
	     FB_TEST(fails_without_an_answer), FB_TEST(says_that_output_cannot_be_written))
