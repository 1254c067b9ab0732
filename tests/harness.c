/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CUnit wrapper of harness.h. Its state is that of one test program. */
#include "tests/harness.h"

#include <CUnit/Basic.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[PATH_MAX];
static const struct fb_test *cases;
static size_t case_count;
static const CU_Test *skipped_test;
static unsigned skipped;

static int remove_entry(const char *path, const struct stat *stat FB_UNUSED, int type FB_UNUSED,
			struct FTW *ftw FB_UNUSED)
{
	return remove(path);
}

static void remove_folder(void)
{
	if (folder[0])
		(void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fb_test_folder(void)
{
	const char *parent = getenv("TMPDIR");

	if (folder[0])
		return folder;
	(void)snprintf(folder, sizeof(folder), "%s/fbundle-test.XXXXXX",
		       parent && *parent ? parent : "/tmp");
	if (!mkdtemp(folder)) {
		perror(folder);
		exit(EXIT_FAILURE);
	}
	(void)atexit(remove_folder);
	return folder;
}

char *fb_test_file(const char *name, const void *bytes, size_t size)
{
	char *path = NULL;
	FILE *file;

	if (asprintf(&path, "%s/%s", fb_test_folder(), name) < 0)
		abort();
	file = fopen(path, "wb");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	return path;
}

bool fb_test_ok(struct fb_error *err, const char *expression, const char *file, int line,
		bool fatal)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s: %s", expression,
		       err ? fb_error_message(err) : "no error");
	fb_error_destroy(err);
	return CU_assertImplementation(err == NULL, (unsigned)line, text, file, "", fatal);
}

bool fb_test_fails(struct fb_error *err, enum fb_code code, const char *text,
		   const char *expression, const char *file, int line)
{
	bool good = fb_error_is(err, code);
	char message[1024];

	if (good && text)
		good = strstr(fb_error_message(err), text) != NULL;
	(void)snprintf(message, sizeof(message), "%s: code %d wanted%s%s, got %d: %s", expression,
		       (int)code, text ? " with " : "", text ? text : "",
		       err ? (int)fb_error_code(err) : -1,
		       err ? fb_error_message(err) : "no error");
	fb_error_destroy(err);
	return CU_assertImplementation(good, (unsigned)line, message, file, "", false);
}

void fb_test_skip(const char *reason)
{
	const CU_Test *test = CU_get_current_test();

	if (test != skipped_test)
		skipped++;
	skipped_test = test;
	printf("skipped: %s ", reason);
}

const char *fb_test_data(void)
{
	const char *data = getenv("FBUNDLE_DATA");

	if (data && *data)
		return data;
	fb_test_skip("FBUNDLE_DATA, the folder of the real dumps, is not set");
	return NULL;
}

const char *fb_test_sample(void)
{
	return FB_TEST_SAMPLES;
}

/* Runs the case that CUnit is at. One that comes to its end without having looked at anything, and does
 * not say that it was skipped, is no test. */
static void run_case(void)
{
	const CU_Test *test = CU_get_current_test();
	unsigned before = CU_get_number_of_asserts();
	size_t i = 0;

	while (i < case_count && strcmp(cases[i].name, test->pName) != 0)
		i++;
	if (i == case_count)
		abort();
	cases[i].run();
	if (CU_get_number_of_asserts() == before && skipped_test != test)
		CU_FAIL("it asserts nothing");
}

int fb_test_run(const char *suite_name, const struct fb_test *tests, size_t count)
{
	CU_Suite *suite;
	unsigned run, failed;
	size_t i;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return EXIT_FAILURE;
	cases = tests;
	case_count = count;
	suite = CU_add_suite(suite_name, NULL, NULL);
	for (i = 0; suite && i < count; i++) {
		if (!CU_add_test(suite, tests[i].name, run_case)) {
			printf("%s: %s\n", tests[i].name, CU_get_error_msg());
			suite = NULL;
		}
	}
	if (!suite) {
		CU_cleanup_registry();
		return EXIT_FAILURE;
	}
	CU_basic_set_mode(CU_BRM_VERBOSE);
	(void)CU_basic_run_tests();
	run = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	/* tests/run counts this line. */
	printf("\ncases: %u passed, %u failed, %u skipped\n", run - failed - skipped, failed,
	       skipped);
	return failed || !run || run != count ? EXIT_FAILURE : EXIT_SUCCESS;
}
