// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose kernel stack an address is on, and what the question costs on a large host. */
#include "bundle/waits/finder/wait_stacks.h"

#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"

static const struct fb_task *task_of(struct made_waits *w, uint64_t address)
{
	const struct fb_task *task = NULL;

	FB_OK_FATAL(fb_wait_task_of_stack(&w->finder, address, &task));
	return task;
}

static void finds_the_task_by_any_byte_of_its_stack(void)
{
	struct fb_task *tasks[3];
	struct made_waits w;

	made_waits_begin(&w);
	for (int i = 0; i < 3; i++)
		tasks[i] = made_waits_task(&w, 10 + i, 10 + i, "sleeper");
	/* The order of the table is not that of the stacks. */
	tasks[0]->stack = MADE_BASE + 0x200000;
	tasks[1]->stack = MADE_BASE + 0x100000;
	tasks[2]->stack = 0;
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_PTR_EQUAL(task_of(&w, tasks[i]->stack), tasks[i]);
		CU_ASSERT_PTR_EQUAL(task_of(&w, tasks[i]->stack + MADE_WAIT_STACK - 1), tasks[i]);
		CU_ASSERT_PTR_NULL(task_of(&w, tasks[i]->stack - 1));
		CU_ASSERT_PTR_NULL(task_of(&w, tasks[i]->stack + MADE_WAIT_STACK));
	}
	/* A task without a stack is not at address 0. */
	CU_ASSERT_PTR_NULL(task_of(&w, 16));
	made_waits_end(&w);
}

static void of_two_that_share_a_stack_the_first_of_the_table_has_it(void)
{
	struct fb_task *tasks[3];
	struct made_waits w;

	made_waits_begin(&w);
	for (int i = 0; i < 3; i++) {
		tasks[i] = made_waits_task(&w, 10 + i, 10 + i, "sleeper");
		tasks[i]->stack = MADE_BASE + 0x100000;
	}
	CU_ASSERT_PTR_EQUAL(task_of(&w, tasks[0]->stack + 100), tasks[0]);
	made_waits_end(&w);
}

/* Each of MANY questions is answered by a search among MANY stacks. One that looked through all of them would
 * take MANY * MANY steps, which no machine does in this time. */
static void asks_of_many_threads_cost_what_a_search_costs(void)
{
	enum { MANY = 200000 };
	const double most_seconds = 3;
	struct fb_task *many = calloc(MANY, sizeof(*many));
	struct made_waits w;
	clock_t start;

	_Static_assert(MANY <= FB_MAX_TASKS, "no more than a dump may have");
	CU_ASSERT_PTR_NOT_NULL_FATAL(many);
	made_waits_begin(&w);
	for (uint64_t i = 0; i < MANY; i++)
		many[i].stack = MADE_BASE + i * MADE_WAIT_STACK;
	w.tasks.tasks = many;
	w.tasks.count = MANY;
	start = clock();
	for (uint64_t i = 0; i < MANY; i++)
		if (task_of(&w, many[i].stack + i % MADE_WAIT_STACK) != &many[i])
			CU_FAIL_FATAL("another task");
	CU_ASSERT((double)(clock() - start) < most_seconds * CLOCKS_PER_SEC);
	made_waits_end(&w);
	free(many);
}

FB_TEST_MAIN("bundle/wait_stacks", FB_TEST(finds_the_task_by_any_byte_of_its_stack),
	     FB_TEST(of_two_that_share_a_stack_the_first_of_the_table_has_it),
	     FB_TEST(asks_of_many_threads_cost_what_a_search_costs))
