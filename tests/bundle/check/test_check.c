// SPDX-License-Identifier: GPL-2.0-or-later
/* All checks of the sample, whose workload is known, and of what is left of it where reads fail. */
#include "bundle/check/check.h"

#include <string.h>

#include "tests/bundle/failing_inputs.h"
#include "tests/harness.h"

static const char *const no_cores[] = {NULL};

/* Each kind of finding once, without texts: where a read fails, a chain of waits may end earlier, as two. */
static struct fb_error *kinds(struct sample_input *sample, struct fb_buf *text,
			      bool *incomplete_ret)
{
	const struct fb_check_options options = {0};
	struct fb_check_result result;
	struct fb_error *err = fb_check(sample->input, &options, &result);

	for (size_t i = 0; i < result.findings.count && !err; i++) {
		const struct fb_finding *finding = &result.findings.findings[i];

		if (!i || strcmp(finding->kind, finding[-1].kind) != 0)
			err = fb_buf_printf(text, "%s %s\n", fb_weight_name(finding->weight),
					    finding->kind);
	}
	for (size_t i = 0; i < result.check_count; i++)
		*incomplete_ret |= !result.checks[i].done;
	fb_check_result_deinit(&result);
	return err;
}

static struct fb_error *check(struct sample_input *sample, struct fb_buf *text,
			      bool *incomplete_ret)
{
	const struct fb_check_options options = {0};
	struct fb_check_result result;
	struct fb_error *err = fb_check(sample->input, &options, &result);

	for (size_t i = 0; i < result.findings.count && !err; i++) {
		const struct fb_finding *finding = &result.findings.findings[i];

		err = fb_buf_printf(text, "%s %s\n", finding->kind, finding->text);
		for (size_t j = 0; j < finding->evidence_count && !err; j++)
			err = fb_buf_printf(text, "\t%s\n", finding->evidence[j]);
	}
	for (size_t i = 0; i < result.check_count; i++)
		*incomplete_ret |= !result.checks[i].done;
	fb_check_result_deinit(&result);
	return err;
}

static void the_sample_has_what_its_workload_left(void)
{
	struct sample_input sample;
	struct fb_buf text;
	bool incomplete = false;

	fb_buf_init(&text, 1u << 20);
	sample_open(&sample, no_cores);
	FB_OK(check(&sample, &text, &incomplete));
	FB_OK_FATAL(fb_buf_append(&text, "", 1));
	CU_ASSERT_FALSE(incomplete);
	CU_ASSERT_PTR_NOT_NULL(
		strstr((const char *)text.data, "frozen /fz (ext4, 7:0) is frozen\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr((const char *)text.data, "hang 5 threads hang in state D"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr((const char *)text.data,
		       "process-fault 2 reports of a process that crashed in the log\n"));
	sample_close(&sample);
	fb_buf_deinit(&text);
}

static void nothing_is_made_up_where_reads_fail(void)
{
	failing_inputs(kinds, no_cores, 150);
}

FB_TEST_MAIN("bundle/check", FB_TEST(the_sample_has_what_its_workload_left),
	     FB_TEST(nothing_is_made_up_where_reads_fail))
