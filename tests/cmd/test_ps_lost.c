// SPDX-License-Identifier: GPL-2.0-or-later
/* What ps tells of threads whose task_struct is lost, as text and as JSON. */
#include "cmd/ps_lost.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/bundle/lost_tids.h"
#include "tests/cmd/capture.h"
#include "tests/harness.h"

#define OPEN(lost) lost_tids_open(lost, (const char *const[]){"core.128.xz", "core.202.zst", NULL})

static const int32_t tids[] = {129, 130, 205};

static char *print(struct lost_tids *lost)
{
	struct fb_output *output = NULL;
	char *text;

	FB_OK_FATAL(fb_output_create(FB_COLOR_NEVER, true, &output));
	capture_begin();
	FB_OK(fb_ps_lost_print(lost->sample.input, output));
	text = capture_end();
	fb_output_destroy(output);
	return text;
}

static void expect_text(struct lost_tids *lost, const char *expected)
{
	char *text = print(lost);

	CU_ASSERT_STRING_EQUAL(text, expected);
	free(text);
}

/* Numbers first; then a row for each that a core tells of, with the process's user and arguments. */
static void prints_numbers_and_rows(void)
{
	struct lost_tids lost;

	OPEN(&lost);
	expect_text(&lost, "");
	lost_tids_set(&lost, tids, 1);
	expect_text(&lost, "\nknown by TID only: 129\n");
	lost_tids_set(&lost, tids, FB_ARRAY_SIZE(tids));
	expect_text(&lost, "\nknown by TID only: 129 130 205\n"
			   "\nof these, as their cores have it:\n"
			   "PID  TID  UID  CORE          COMMAND\n"
			   "128  130    0  core.128.xz   actors  /lab/actors DL\n"
			   "202  205    0  core.202.zst  actors  /lab/actors NS\n");
	lost_tids_close(&lost);
}

/* Nothing is known of the user where neither the process nor a note of the core says it, and of the arguments where
 * they cannot be read. */
static void says_what_is_not_known(void)
{
	struct lost_tids lost;
	struct fb_task *process;

	OPEN(&lost);
	process = (struct fb_task *)sample_task(&lost.sample, 202);
	process->uid = UINT32_MAX;
	lost_tids_core(&lost, 1)->has_psinfo = false;
	memcpy(lost_tids_core(&lost, 1)->comm, "a\tb\x1b[1m", 8);
	lost_tids_set(&lost, &tids[2], 1);
	expect_text(&lost, "\nknown by TID only: 205\n"
			   "\nof these, as their cores have it:\n"
			   "PID  TID  UID  CORE          COMMAND\n"
			   "202  205    ?  core.202.zst  a\\x09b\\x1b[1m  /lab/actors NS\n");
	lost_tids_core(&lost, 1)->has_psinfo = true;
	lost_tids_core(&lost, 1)->uid = 1000;
	memcpy(lost_tids_core(&lost, 1)->comm, "x", 2);
	expect_text(&lost, "\nknown by TID only: 205\n"
			   "\nof these, as their cores have it:\n"
			   "PID  TID   UID  CORE          COMMAND\n"
			   "202  205  1000  core.202.zst  x  /lab/actors NS\n");
	lost_tids_close(&lost);
}

static void expect_json(struct lost_tids *lost, const char *expected)
{
	json_t *answer = json_object(), *right = json_loads(expected, 0, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(right);
	FB_OK_FATAL(fb_ps_lost_to_json(lost->sample.input, answer));
	CU_ASSERT(json_equal(answer, right));
	if (!json_equal(answer, right)) {
		char *text = json_dumps(answer, JSON_INDENT(1));

		CU_FAIL(text);
		free(text);
	}
	json_decref(answer);
	json_decref(right);
}

static void gives_the_same_as_json(void)
{
	struct lost_tids lost;
	struct fb_task *process;

	OPEN(&lost);
	expect_json(&lost, "{\"lost_tids\": [], \"lost\": []}");
	lost_tids_set(&lost, tids, 1);
	expect_json(&lost, "{\"lost_tids\": [129], \"lost\": []}");
	lost_tids_set(&lost, tids, FB_ARRAY_SIZE(tids));
	expect_json(&lost,
		    "{\"lost_tids\": [129, 130, 205], \"lost\": ["
		    "{\"pid\": 128, \"tid\": 130, \"comm\": \"actors\", "
		    "\"cmdline\": \"/lab/actors DL\", \"uid\": 0, \"core\": \"core.128.xz\"},"
		    "{\"pid\": 202, \"tid\": 205, \"comm\": \"actors\", "
		    "\"cmdline\": \"/lab/actors NS\", \"uid\": 0, \"core\": \"core.202.zst\"}]}");
	process = (struct fb_task *)sample_task(&lost.sample, 202);
	process->uid = UINT32_MAX;
	lost_tids_core(&lost, 1)->has_psinfo = false;
	lost_tids_set(&lost, &tids[2], 1);
	expect_json(
		&lost,
		"{\"lost_tids\": [205], \"lost\": ["
		"{\"pid\": 202, \"tid\": 205, \"comm\": \"actors\", "
		"\"cmdline\": \"/lab/actors NS\", \"uid\": null, \"core\": \"core.202.zst\"}]}");
	lost_tids_close(&lost);
}

/* A process without memory, whose core has no arguments either. */
static void leaves_out_arguments_that_are_not_there(void)
{
	struct lost_tids lost;
	struct fb_core_info *info;

	OPEN(&lost);
	info = lost_tids_core(&lost, 1);
	memset(info->args, 0, sizeof(info->args));
	lost_tids_set(&lost, &tids[2], 1);
	((struct fb_task *)sample_task(&lost.sample, 202))->mm = 0;
	((struct fb_input_core *)fb_input_core_of(lost.sample.input, 202))->match.mm = 0;
	expect_text(&lost, "\nknown by TID only: 205\n"
			   "\nof these, as their cores have it:\n"
			   "PID  TID  UID  CORE          COMMAND\n"
			   "202  205    0  core.202.zst  actors\n");
	expect_json(&lost, "{\"lost_tids\": [205], \"lost\": ["
			   "{\"pid\": 202, \"tid\": 205, \"comm\": \"actors\", "
			   "\"cmdline\": null, \"uid\": 0, \"core\": \"core.202.zst\"}]}");
	lost_tids_close(&lost);
}

FB_TEST_MAIN("cmd/ps_lost", FB_TEST(prints_numbers_and_rows), FB_TEST(says_what_is_not_known),
	     FB_TEST(gives_the_same_as_json), FB_TEST(leaves_out_arguments_that_are_not_there))
