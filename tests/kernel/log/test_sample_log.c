// SPDX-License-Identifier: GPL-2.0-or-later
/* The sample's log against what dmesg wrote of it beside the dump. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/log/log.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

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
	fb_buf_init(&text, 1u << 20);
	for (size_t i = 0; i < fb_log_count(log); i++)
		FB_OK(fb_log_format(fb_log_get(log, i), &text));
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

FB_TEST_MAIN("kernel/sample_log", FB_TEST(is_what_dmesg_wrote))
