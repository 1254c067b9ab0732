// SPDX-License-Identifier: GPL-2.0-or-later
/* Inputs whose tasks and cores are loaded early, for children that are forked with them. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bundle/input/input.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

/* What is loaded early is told when it is asked for, and once. */
static void what_was_prepared_is_told_when_asked_for(void)
{
	char *dump = sample_path("dump.202611231722"),
	     *cores[] = {sample_path("core.132.xz"), NULL};
	char *no_core = fb_test_file("no_core", "text", 4);
	struct fb_input_options options = {.path = dump, .cores = (const char *const *)cores};
	const struct fb_input_core *list = NULL;
	const struct fb_tasks *tasks = NULL;
	struct fb_warnings *warnings = NULL;
	struct fb_input *input = NULL;
	size_t count = 0;

	cores[1] = no_core;
	options.core_count = 2;
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_input_open(&options, warnings, &input));
	fb_warn(warnings, "of the opening");
	fb_input_prepare(input);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(fb_input_core_of(input, 132));
	FB_OK(fb_input_tasks(input, &tasks));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	FB_OK(fb_input_cores(input, &list, &count));
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 1), "no_core"));
	FB_OK(fb_input_cores(input, &list, &count));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 2);
	fb_input_destroy(input);
	fb_warnings_destroy(warnings);
	free(no_core);
	free(cores[0]);
	free(dump);
}

/* The child's threads work, and what it takes apart is its own. */
static void a_forked_child_uses_the_input(void)
{
	struct sample_input sample;
	const struct fb_tasks *tasks;
	pid_t child;
	int status = -1;

	sample_open(&sample, (const char *const[]){"core.132.xz", NULL});
	fb_input_prepare(sample.input);
	child = fork();
	if (child == 0) {
		(void)alarm(60);
		fb_input_renew(sample.input);
		fb_input_destroy(sample.input);
		_exit(fb_input_tasks(sample.input, &tasks) != NULL || !fb_tasks_by_tid(tasks, 132));
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/input_cores", FB_TEST(what_was_prepared_is_told_when_asked_for),
	     FB_TEST(a_forked_child_uses_the_input))
