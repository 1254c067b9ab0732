// SPDX-License-Identifier: GPL-2.0-or-later
/* Inputs: a folder, its cores, and cores that are none. */
#include "bundle/input/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/file.h"
#include "tests/base/failing_memory.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define SAMPLE(sample, ...) \
	sample_open(sample, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void opens_a_dump(void)
{
	struct sample_input sample;
	const struct fb_input_core *cores;
	const struct fb_tasks *tasks = NULL, *again = NULL;
	size_t count = 77;

	SAMPLE(&sample);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_input_path(sample.input), "/small/dump."));
	CU_ASSERT_PTR_NULL(fb_input_fiber(sample.input));
	FB_OK(fb_input_tasks(sample.input, &tasks));
	FB_OK(fb_input_tasks(sample.input, &again));
	CU_ASSERT_PTR_EQUAL(tasks, again);
	FB_OK(fb_input_cores(sample.input, &cores, &count));
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_PTR_NULL(fb_input_core_problem(sample.input));
	CU_ASSERT_PTR_NULL(fb_input_core_of(sample.input, 128));
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	sample_close(&sample);
}

/* With the cores that lie there, unless some are named. */
static void opens_a_folder(void)
{
	char *folder = sample_path(""), *named = sample_path("core.139.xz");
	struct fb_input_options options = {.path = folder};
	struct fb_warnings *warnings = NULL, *remarks = NULL;
	const struct fb_input_core *cores;
	struct fb_input *input = NULL;
	struct fb_error *err;
	size_t count = 77;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_warnings_create(&remarks));
	options.remarks = remarks;
	FB_OK_FATAL(fb_input_open(&options, warnings, &input));
	FB_OK_FATAL(fb_input_cores(input, &cores, &count));
	CU_ASSERT_EQUAL(count, 12);
	CU_ASSERT(fb_error_is(err = fb_input_check_output(input, named), FB_INVALID));
	fb_error_destroy(err);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_input_path(input), "/small/dump."));
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(remarks), 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_warnings_get(remarks, 0), "with the 12 cores that lie beside it"));
	fb_input_destroy(input);
	options.cores = (const char *const *)&named;
	options.core_count = 1;
	FB_OK_FATAL(fb_input_open(&options, warnings, &input));
	FB_OK_FATAL(fb_input_cores(input, &cores, &count));
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(remarks), 1);
	fb_input_destroy(input);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	fb_warnings_destroy(remarks);
	fb_warnings_destroy(warnings);
	free(named);
	free(folder);
}

/* A file of the sample as a file of the test's folder. */
static char *copy_core(const char *name, const char *to)
{
	char *path = sample_path(name), *copy;
	struct fb_file *file = NULL;
	uint8_t *bytes;

	FB_OK_FATAL(fb_file_open(path, &file));
	bytes = malloc(file->size);
	FB_OK_FATAL(fb_file_read(file, 0, bytes, file->size));
	copy = fb_test_file(to, bytes, file->size);
	free(bytes);
	fb_file_destroy(file);
	free(path);
	return copy;
}

/* Cores of containers are all core.1: no two have one name. */
static void tells_cores_of_one_name_apart(void)
{
	char *paths[3], folder[4096];
	const struct fb_input_core *cores;
	struct sample_input sample;
	size_t count;

	for (unsigned i = 0; i < 3; i++) {
		snprintf(folder, sizeof(folder), "%s/%c", fb_test_folder(), 'a' + i);
		CU_ASSERT_EQUAL_FATAL(mkdir(folder, 0700), 0);
	}
	paths[0] = copy_core("core.139.xz", "a/core.1");
	paths[1] = copy_core("core.128.xz", "b/core.1");
	paths[2] = copy_core("core.148.xz", "c/core.1");
	SAMPLE(&sample, paths[0], paths[1], paths[2]);
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	CU_ASSERT_EQUAL_FATAL(count, 3);
	CU_ASSERT_STRING_EQUAL(fb_core_name(cores[0].core), "core.1");
	CU_ASSERT_STRING_EQUAL(fb_core_name(cores[1].core), "core.1.2");
	CU_ASSERT_STRING_EQUAL(fb_core_name(cores[2].core), "core.1.3");
	CU_ASSERT_EQUAL(cores[2].match.task->pid, 148);
	CU_ASSERT_STRING_EQUAL(fb_core_info(cores[2].core)->path, paths[2]);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	sample_close(&sample);
	for (unsigned i = 0; i < 3; i++)
		free(paths[i]);
}

static void matches_cores(void)
{
	struct sample_input sample;
	const struct fb_input_core *cores;
	size_t count;

	/* gcore's, the kernel's of a process that is gone, a reused PID, one out of a container. */
	SAMPLE(&sample, "core.128.xz", "core.actors.207.zst", "core.reused.328.xz", "core.202.zst",
	       "core.132.xz");
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	CU_ASSERT_EQUAL_FATAL(count, 5);
	CU_ASSERT_EQUAL(cores[0].match.verdict, FB_VERDICT_CERTAIN);
	CU_ASSERT_EQUAL(cores[0].match.task->pid, 128);
	CU_ASSERT_EQUAL(cores[1].match.verdict, FB_VERDICT_NONE);
	CU_ASSERT_EQUAL(cores[2].match.verdict, FB_VERDICT_NONE);
	CU_ASSERT_EQUAL(cores[3].match.verdict, FB_VERDICT_CERTAIN);
	CU_ASSERT_EQUAL(cores[3].match.task->pid, 202);
	CU_ASSERT(!cores[0].from_bundle);
	CU_ASSERT_PTR_EQUAL(fb_input_core_of(sample.input, 128), &cores[0]);
	CU_ASSERT_PTR_EQUAL(fb_input_core_of(sample.input, 202), &cores[3]);
	CU_ASSERT_PTR_EQUAL(fb_input_core_of(sample.input, 132), &cores[4]);
	CU_ASSERT_PTR_NULL(fb_input_core_of(sample.input, 328));
	CU_ASSERT_PTR_NULL(fb_input_core_of(sample.input, 1));
	sample_close(&sample);
}

/* One warning each; what can be opened is. */
static void leaves_out_what_is_no_core(void)
{
	char *copy = fb_test_file("not-a-core", "text", 4), *linked, *path;
	const struct fb_input_core *cores;
	struct sample_input sample;
	size_t count;

	path = sample_path("core.139.xz");
	if (asprintf(&linked, "%s/link", fb_test_folder()) < 0)
		abort();
	CU_ASSERT_EQUAL_FATAL(symlink(path, linked), 0);
	SAMPLE(&sample, "core.139.xz", "core.139.xz", linked, copy, "/no/such/core");
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 4);
	CU_ASSERT_EQUAL(sample_warnings(&sample, "given twice"), 2);
	CU_ASSERT_EQUAL(sample_warnings(&sample, "/no/such/core"), 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_input_core_problem(sample.input));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_input_core_problem(sample.input), "given twice"));
	sample_close(&sample);
	free(linked);
	free(path);
	free(copy);
}

static void fails_without_a_dump(void)
{
	struct fb_input_options options = {.path = fb_test_folder()};
	struct fb_warnings *warnings = NULL;
	struct fb_input *input = NULL;
	char *text = fb_test_file("text", "no dump", 7);

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_FAILS(fb_input_open(&options, warnings, &input), FB_NOT_FOUND);
	options.path = "/no/such/dump";
	FB_FAILS_WITH(fb_input_open(&options, warnings, &input), FB_OS, "/no/such/dump");
	options.path = text;
	FB_FAILS(fb_input_open(&options, warnings, &input), FB_INVALID);
	CU_ASSERT_PTR_NULL(input);
	free(text);
	fb_warnings_destroy(warnings);
}

/* A core that a bundle has already is left out, and why is known of the first of them. */
static void a_core_that_the_bundle_has_is_left_out(void)
{
	static const char *const names[] = {"core.132.xz", "core.128.xz", "core.139.xz"};
	char *paths[3], path[4200], wanted[4400];
	struct fb_input_options options = {.path = path, .cores = (const char *const *)paths};
	const struct fb_input_core *cores = NULL;
	struct fb_warnings *remarks = NULL;
	struct sample_input bundle;
	size_t count = 0;

	sample_open_bundle(&bundle, (const char *const[]){"core.128.xz", "core.132.xz", NULL});
	FB_OK_FATAL(fb_input_cores(bundle.input, &cores, &count));
	CU_ASSERT_EQUAL(count, 2);
	CU_ASSERT_PTR_NULL(fb_input_core_problem(bundle.input));
	(void)snprintf(path, sizeof(path), "%s", fb_input_path(bundle.input));
	fb_input_destroy(bundle.input);
	FB_OK_FATAL(fb_warnings_create(&remarks));
	options.remarks = remarks;
	for (size_t i = 0; i < 3; i++)
		paths[i] = sample_path(names[i]);
	/* One, two, and a third that is new. */
	for (options.core_count = 1; options.core_count <= 3; options.core_count++) {
		FB_OK_FATAL(fb_input_open(&options, bundle.warnings, &bundle.input));
		FB_OK_FATAL(fb_input_cores(bundle.input, &cores, &count));
		CU_ASSERT_EQUAL(count, options.core_count == 3 ? 3 : 2);
		(void)snprintf(wanted, sizeof(wanted), "the bundle has %s already, as core.132.xz",
			       paths[0]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(fb_input_core_problem(bundle.input));
		CU_ASSERT_STRING_EQUAL(fb_input_core_problem(bundle.input), wanted);
		fb_input_destroy(bundle.input);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(bundle.warnings), 0);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(remarks), 2);
	(void)snprintf(wanted, sizeof(wanted),
		       "%s: left out: the bundle has it already, as core.128.xz", paths[1]);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(remarks, 1), wanted);
	for (size_t i = 0; i < 3; i++)
		free(paths[i]);
	fb_warnings_destroy(remarks);
	fb_warnings_destroy(bundle.warnings);
}

struct opening {
	struct fb_input_options options;
	struct fb_warnings *warnings;
	size_t evidence,
		whole_evidence; /* texts: of this answer, and of one for which nothing failed */
};

static struct fb_error *open_with_cores(void *context)
{
	struct opening *opening = context;
	const struct fb_input_core *cores = NULL;
	struct fb_input *input = NULL;
	size_t count = 0;
	struct fb_error *err = fb_input_open(&opening->options, opening->warnings, &input);

	if (!err)
		err = fb_input_cores(input, &cores, &count);
	CU_ASSERT(err || count == 2);
	opening->evidence = 0;
	for (size_t i = 0; i < count && !err; i++)
		opening->evidence += cores[i].match.evidence_count;
	fb_input_destroy(input);
	return err;
}

/* asprintf() does without the memory to give some back. */
static bool is_whole(void *context)
{
	const struct opening *opening = context;

	return opening->evidence == opening->whole_evidence;
}

/* The first and the last that is done: what lies between is the kernel's. */
static void allocations_fail_the_input(void)
{
	char *paths[] = {sample_path("core.139.xz"), sample_path("core.128.xz")};
	char *folder = sample_path("");
	/* One thread: the sanitizer allocates for those that are made, and does not go on without. */
	struct opening opening = {.options = {.path = folder,
					      .cores = (const char *const *)paths,
					      .core_count = 2,
					      .threads = 1}};

	FB_OK_FATAL(fb_warnings_create(&opening.warnings));
	FB_OK_FATAL(open_with_cores(&opening));
	opening.whole_evidence = opening.evidence;
	(void)failing_memory_must_pass(open_with_cores, &opening, is_whole, 12, 12);
	CU_ASSERT_EQUAL(fb_warnings_count(opening.warnings), 0);
	fb_warnings_destroy(opening.warnings);
	for (size_t i = 0; i < 2; i++)
		free(paths[i]);
	free(folder);
}

FB_TEST_MAIN("bundle/input", FB_TEST(opens_a_dump), FB_TEST(opens_a_folder),
	     FB_TEST(tells_cores_of_one_name_apart), FB_TEST(matches_cores),
	     FB_TEST(leaves_out_what_is_no_core), FB_TEST(fails_without_a_dump),
	     FB_TEST(a_core_that_the_bundle_has_is_left_out), FB_TEST(allocations_fail_the_input))
