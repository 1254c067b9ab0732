// SPDX-License-Identifier: GPL-2.0-or-later
/* Waits of some threads alone: no other is looked at. */
#include "bundle/waits/waits.h"

#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

static void looks_at_those_asked_for(void)
{
	struct fb_wait_options options = {0};
	const struct fb_wait_graph *graph, *whole;
	struct fb_waits *all = NULL, *some = NULL;
	const struct fb_task *tasks[3];
	struct sample_input sample;
	size_t expected = 0, count;

	sample_open(&sample, (const char *const[]){"core.128.xz", NULL});
	/* In no order; lock-ab and dir-wanter wait; PID 1 ran. */
	tasks[0] = sample_task(&sample, 337);
	tasks[1] = sample_task(&sample, 1);
	tasks[2] = sample_task(&sample, 130);
	FB_OK_FATAL(fb_waits_find(sample.input, &options, &all));
	options.tasks = tasks;
	options.task_count = 3;
	FB_OK_FATAL(fb_waits_find(sample.input, &options, &some));
	whole = fb_waits_graph(all);
	graph = fb_waits_graph(some);
	CU_ASSERT(whole->wait_count > 20);
	for (size_t i = 0; i < whole->wait_count; i++)
		expected += whole->waits[i].tid == 337 || whole->waits[i].tid == 130;
	CU_ASSERT_EQUAL(graph->wait_count, expected);
	for (size_t i = 0; i < graph->wait_count; i++)
		CU_ASSERT(graph->waits[i].tid == 337 || graph->waits[i].tid == 130);
	CU_ASSERT_PTR_NOT_NULL(fb_waits_of(some, 130, &count));
	CU_ASSERT_PTR_NOT_NULL(fb_waits_of(some, 337, &count));
	CU_ASSERT_PTR_NULL(fb_waits_of(some, 131, &count));
	fb_waits_destroy(some);
	/* None at all is not all. */
	options.task_count = 0;
	FB_OK_FATAL(fb_waits_find(sample.input, &options, &some));
	CU_ASSERT_EQUAL(fb_waits_graph(some)->wait_count, 0);
	fb_waits_destroy(some);
	fb_waits_destroy(all);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/waits_asked", FB_TEST(looks_at_those_asked_for))
