// SPDX-License-Identifier: GPL-2.0-or-later
/* What threads have in common is read once for each process. */
#include "cmd/ps_detail.h"

#include <string.h>

#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

static void reads_a_process_once(void)
{
	struct fb_ps_process kept = {0};
	const struct fb_tasks *tasks = NULL;
	struct sample_input sample;
	size_t processes = 0, with_memory = 0, threads = 0;

	sample_open(&sample, (const char *const[]){"core.128.xz", NULL});
	FB_OK_FATAL(fb_input_tasks(sample.input, &tasks));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		const struct fb_task *before = i ? fb_tasks_get(tasks, i - 1) : NULL;
		struct fb_ps_process fresh = {0};

		threads++;
		processes += !before || before->pid != task->pid || before->mm != task->mm;
		FB_OK_FATAL(fb_ps_process_load(sample.input, task, &kept));
		FB_OK_FATAL(fb_ps_process_load(sample.input, task, &fresh));
		CU_ASSERT_EQUAL(fresh.loads, 1);
		CU_ASSERT_STRING_EQUAL(kept.cmdline, fresh.cmdline);
		CU_ASSERT_EQUAL(kept.has_resident, fresh.has_resident);
		CU_ASSERT_EQUAL(kept.resident, fresh.resident);
		CU_ASSERT_EQUAL(kept.has_resident, task->mm != 0);
		with_memory += task->mm != 0;
	}
	CU_ASSERT_EQUAL(kept.loads, processes);
	CU_ASSERT(processes < threads);
	CU_ASSERT(with_memory > 40);
	sample_close(&sample);
}

FB_TEST_MAIN("cmd/ps_detail", FB_TEST(reads_a_process_once))
