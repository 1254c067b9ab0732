// SPDX-License-Identifier: GPL-2.0-or-later
/* Command lines and roots of the sample's processes. */
#include "bundle/process/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define SAMPLE(sample, ...) \
	sample_open(sample, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void reads_command_lines(void)
{
	struct sample_input sample;
	const struct fb_input_core *cores;
	char line[256] = "x";
	size_t count;

	SAMPLE(&sample, "core.128.xz");
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	/* The dump has no stack of a process: the core does. */
	FB_OK(fb_process_cmdline(sample.input, sample_task(&sample, 128), line, sizeof(line)));
	CU_ASSERT_PTR_NOT_NULL(strstr(line, "actors"));
	FB_OK(fb_process_cmdline(sample.input, sample_task(&sample, 141), line, sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "");
	FB_OK(fb_process_cmdline(sample.input, sample_task(&sample, 2), line, sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "");
	sample_close(&sample);
}

static void finds_roots(void)
{
	struct sample_input sample;
	struct fb_path host, own;
	bool known = false;

	SAMPLE(&sample);
	FB_OK(fb_process_root(sample.input, sample_task(&sample, 128), false, &host, &known));
	CU_ASSERT(known);
	FB_OK(fb_process_root(sample.input, sample_task(&sample, 128), true, &own, &known));
	CU_ASSERT(known && own.dentry == host.dentry);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/process", FB_TEST(reads_command_lines), FB_TEST(finds_roots))
