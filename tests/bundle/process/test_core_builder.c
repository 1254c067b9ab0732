// SPDX-License-Identifier: GPL-2.0-or-later
/* What bounds a core that is built; tests/cli/test_extract.sh holds its contents against gcore's. */
#include "bundle/process/core_builder.h"

#include <stdio.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

/* Builds PID 132's core with at most so many bytes of the dump. */
static struct fb_error *build(uint64_t most, struct fb_built_core *built_ret)
{
	const struct fb_core_build_options options = {.most_of_dump = most};
	const struct fb_joined_options joined_options = {0};
	struct fb_outfile *outfile = NULL;
	struct fb_joined *joined = NULL;
	const struct fb_task *task;
	struct sample_input sample;
	struct fb_error *err;
	char path[4200];

	sample_open(&sample, (const char *const[]){NULL});
	task = sample_task(&sample, 132);
	(void)snprintf(path, sizeof(path), "%s/core", fb_test_folder());
	FB_OK_FATAL(fb_joined_create(sample.input, task, &joined_options, &joined));
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	err = fb_core_build(sample.input, task, joined, &options, outfile, built_ret);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	fb_joined_destroy(joined);
	sample_close(&sample);
	return err;
}

static void takes_no_more_of_the_dump_than_allowed(void)
{
	struct fb_built_core built = {0}, again = {0};

	FB_OK_FATAL(build(0, &built));
	CU_ASSERT_TRUE(built.vmcore > 16 * FB_PAGE_SIZE);
	FB_OK(build(built.vmcore, &again));
	CU_ASSERT_EQUAL(again.vmcore, built.vmcore);
	again.vmcore = 99;
	FB_FAILS_WITH(build(built.vmcore - 1, &again), FB_LIMIT, "they are damaged");
	FB_FAILS(build(1, &again), FB_LIMIT);
	CU_ASSERT_EQUAL(again.vmcore, 99);
}

FB_TEST_MAIN("bundle/core_builder", FB_TEST(takes_no_more_of_the_dump_than_allowed))
