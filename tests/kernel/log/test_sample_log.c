// SPDX-License-Identifier: GPL-2.0-or-later
/* The sample's log against what dmesg wrote of it beside the dump. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/log/log.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

/* The sample's text of all records; the caller frees the buffer. */
static void format(const struct fb_log *log, struct fb_buf *text_ret)
{
	fb_buf_init(text_ret, 1u << 20);
	for (size_t i = 0; i < fb_log_count(log); i++)
		FB_OK(fb_log_format(fb_log_get(log, i), text_ret));
}

static void is_what_dmesg_wrote(void)
{
	struct sample_kernel sample;
	char *path, *written;
	struct fb_file *file;
	struct fb_log *log;
	struct fb_buf text;

	sample_kernel_open(&sample);
	if (asprintf(&path, "%s/small/dmesg.202611231722", fb_test_sample()) < 0)
		abort();
	FB_OK_FATAL(fb_file_open(path, &file));
	written = malloc(file->size);
	FB_OK_FATAL(fb_file_read(file, 0, written, file->size));
	FB_OK_FATAL(fb_log_load(sample.kernel, &log));
	format(log, &text);
	CU_ASSERT(file->size > 20000);
	CU_ASSERT_EQUAL_FATAL(text.size, file->size);
	CU_ASSERT_EQUAL(memcmp(text.data, written, file->size), 0);
	fb_buf_deinit(&text);
	fb_log_destroy(log);
	free(written);
	fb_file_destroy(file);
	free(path);
	sample_kernel_close(&sample);
}

/* VMCOREINFO alone leads to it: symbols and types stay where they are. */
static void needs_no_symbols(void)
{
	const struct fb_kernel_options options = {.memory_only = true};
	struct sample_kernel sample;
	struct fb_kernel *kernel;
	struct fb_log *log, *expected;
	struct fb_buf text, expected_text;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_log_load(sample.kernel, &expected));
	FB_OK_FATAL(fb_kernel_open(sample.dump, &options, sample.warnings, &kernel));
	CU_ASSERT_FALSE(fb_kernel_is_complete(kernel));
	CU_ASSERT_PTR_NULL(fb_kernel_symbols(kernel));
	CU_ASSERT_PTR_NULL(fb_kernel_types(kernel));
	FB_OK_FATAL(fb_log_load(kernel, &log));
	CU_ASSERT_FALSE(fb_kernel_is_complete(kernel));
	format(log, &text);
	format(expected, &expected_text);
	CU_ASSERT_EQUAL_FATAL(text.size, expected_text.size);
	CU_ASSERT_EQUAL(memcmp(text.data, expected_text.data, text.size), 0);

	/* What was left out can be had later. */
	FB_OK(fb_kernel_complete(kernel));
	CU_ASSERT_TRUE(fb_kernel_is_complete(kernel));
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_symbols(kernel));
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_types(kernel));
	CU_ASSERT_EQUAL(fb_kernel_info(kernel)->cpus, fb_kernel_info(sample.kernel)->cpus);
	fb_buf_deinit(&text);
	fb_buf_deinit(&expected_text);
	fb_log_destroy(log);
	fb_log_destroy(expected);
	fb_kernel_destroy(kernel);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/sample_log", FB_TEST(is_what_dmesg_wrote), FB_TEST(needs_no_symbols))
