// SPDX-License-Identifier: GPL-2.0-or-later
/* Who panicked in the sample, and who would have on another CPU or with another table of tasks. */
#include "bundle/input/panic.h"

#include <stdio.h>
#include <string.h>

#include "kernel/image/kernel_private.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define NO_CPU 77 /* a number that the sample has not */

static struct fb_panic find(struct sample_input *sample)
{
	struct fb_panic panic;

	memset(&panic, 0xaa, sizeof(panic));
	FB_OK_FATAL(fb_panic_find(sample->input, &panic));
	return panic;
}

static void the_task_is_the_one_on_the_cpu(void)
{
	struct fb_kernel *kernel;
	struct sample_input sample;
	struct fb_panic panic;
	const struct fb_task *task;

	sample_open(&sample, (const char *const[]){NULL});
	kernel = fb_input_kernel(sample.input);
	panic = find(&sample);
	CU_ASSERT_EQUAL(panic.cpu, kernel->panic_cpu);
	CU_ASSERT_PTR_NOT_NULL_FATAL(panic.task);
	CU_ASSERT(panic.task->on_cpu && (int)panic.task->cpu == panic.cpu);
	CU_ASSERT_PTR_NOT_NULL_FATAL(panic.message);
	CU_ASSERT_PTR_NOT_NULL(strstr(panic.message, "sysrq triggered crash"));
	CU_ASSERT_EQUAL(panic.cause, FB_LOG_SYSRQ);
	CU_ASSERT_PTR_NOT_NULL_FATAL(panic.report.text);
	CU_ASSERT_PTR_NOT_NULL(strstr(panic.report.text, "Trigger a crash"));
	CU_ASSERT_EQUAL(panic.report.kind, FB_LOG_SYSRQ);
	CU_ASSERT(panic.report.time_ns && panic.report.time_ns <= panic.time_ns);
	CU_ASSERT(!panic.reports && !panic.first.text);
	task = panic.task;
	fb_panic_deinit(&panic);
	CU_ASSERT(!panic.message && !panic.task && !panic.cpu);
	/* One that has run there before, and sleeps, is not it. */
	((struct fb_task *)task)->on_cpu = false;
	panic = find(&sample);
	CU_ASSERT_PTR_NULL(panic.task);
	fb_panic_deinit(&panic);
	((struct fb_task *)task)->on_cpu = true;
	((struct fb_task *)task)->cpu = NO_CPU;
	panic = find(&sample);
	CU_ASSERT_PTR_NULL(panic.task);
	fb_panic_deinit(&panic);
	kernel->panic_cpu = NO_CPU;
	panic = find(&sample);
	CU_ASSERT(panic.task == task && panic.cpu == NO_CPU);
	fb_panic_deinit(&panic);
	kernel->panic_cpu = -1; /* it cannot be read */
	panic = find(&sample);
	CU_ASSERT(!panic.task && panic.cpu == -1 && panic.message);
	fb_panic_deinit(&panic);
	kernel->panic_cpu = 0;
	((struct fb_task *)task)->cpu = 0;
	panic = find(&sample);
	CU_ASSERT_PTR_NOT_NULL(panic.task); /* CPU 0 is one */
	fb_panic_deinit(&panic);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/panic", FB_TEST(the_task_is_the_one_on_the_cpu))
