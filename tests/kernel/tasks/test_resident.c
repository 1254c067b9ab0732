// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes are counted, and in which order. */
#include "kernel/tasks/resident.h"

#include <stdlib.h>

#include "kernel/tasks/task_table.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define TASKS 7u

static void counts_each_process_once(void)
{
	static const uint64_t pages[TASKS] = {10, 30, 10, 5, 99, 98, 97};
	struct made_kernel *made = made_kernel_create();
	struct fb_task list[TASKS] = {0};
	struct fb_tasks tasks = {.kernel = &made->kernel, .tasks = list, .count = TASKS};
	struct fb_resident *found = NULL;
	size_t count = 77;

	MADE_FIELD(made, mm_rss_stat, 0, 32);
	for (size_t i = 0; i < TASKS; i++) {
		list[i].pid = list[i].tid = (int32_t)i + 1;
		list[i].mm = made_alloc_pages(made, 64);
		made_put(made, list[i].mm, pages[i], 8);
	}
	list[4].pid = 4;              /* a thread of the one before */
	list[5].kernel_thread = true; /* it has borrowed the mm */
	made_lose(made, list[6].mm);
	FB_OK_FATAL(fb_resident_load(&made->kernel, &tasks, &found, &count));
	CU_ASSERT_EQUAL_FATAL(count, 4);
	CU_ASSERT(found[0].task == &list[1] && found[0].bytes == 30 * FB_PAGE_SIZE);
	CU_ASSERT(found[1].task == &list[0] && found[1].bytes == 10 * FB_PAGE_SIZE);
	CU_ASSERT(found[2].task == &list[2] && found[2].bytes == 10 * FB_PAGE_SIZE);
	CU_ASSERT(found[3].task == &list[3] && found[3].bytes == 5 * FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1); /* of the one that is lost */
	free(found);
	list[0].mm = 0;
	tasks.count = 1;
	FB_OK_FATAL(fb_resident_load(&made->kernel, &tasks, &found, &count));
	CU_ASSERT_EQUAL(count, 0);
	free(found);
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/resident", FB_TEST(counts_each_process_once))
