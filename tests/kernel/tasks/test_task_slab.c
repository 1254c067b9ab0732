// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks by nothing but their slab, against those of all other sources. */
#include <stdlib.h>

#include "kernel/image/kernel_private.h"
#include "kernel/tasks/task_table.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

/* A table that knows of no task. */
static struct fb_tasks *make_empty(struct sample_kernel *sample)
{
	struct fb_tasks *tasks = calloc(1, sizeof(*tasks));

	if (!tasks)
		abort();
	tasks->kernel = sample->kernel;
	FB_OK_FATAL(fb_tasks_index(tasks));
	return tasks;
}

/* Idle tasks have no struct pid: nothing proves that they are in use. */
static bool is_of_a_slab(const struct fb_task *task)
{
	return !task->idle;
}

static bool has(const struct fb_tasks *tasks, uint64_t address)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->tasks[i].address == address)
			return tasks->tasks[i].found_by & FB_FOUND_SLAB;
	return false;
}

static void expect_all(struct sample_kernel *sample, const struct fb_tasks *tasks)
{
	size_t missing = 0, invented = 0;

	for (size_t i = 0; i < fb_tasks_count(sample->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(sample->tasks, i);

		missing += is_of_a_slab(task) && !has(tasks, task->address);
	}
	for (size_t i = 0; i < tasks->count; i++)
		invented += !fb_tasks_by_address(sample->tasks, tasks->tasks[i].address);
	CU_ASSERT_EQUAL(missing, 0);
	CU_ASSERT_EQUAL(invented, 0);
}

static void finds_every_task_by_the_slabs(void)
{
	struct sample_kernel sample;
	struct fb_tasks *tasks;

	sample_kernel_open(&sample);
	tasks = make_empty(&sample);
	FB_OK_FATAL(fb_tasks_from_slab(tasks));
	expect_all(&sample, tasks);
	CU_ASSERT_EQUAL(tasks->broken[5], 0); /* FB_FOUND_SLAB is bit 5 */
	fb_tasks_destroy(tasks);
	sample_kernel_close(&sample);
}

/* The cache of tasks alone leads to all of them, and so does that of struct pid. */
static void either_cache_will_do(void)
{
	struct sample_kernel sample;
	struct fb_tasks *tasks;

	sample_kernel_open(&sample);
	sample.kernel->layout.pidns_pid_cachep.found = false;
	tasks = make_empty(&sample);
	FB_OK_FATAL(fb_tasks_from_slab(tasks));
	expect_all(&sample, tasks);
	fb_tasks_destroy(tasks);
	sample_kernel_close(&sample);
}

/* Where no cache can be read, all pages that may be of a slab are searched for tasks and PIDs. */
static void finds_every_task_without_the_caches(void)
{
	struct sample_kernel sample;
	struct fb_tasks *tasks;

	sample_kernel_open(&sample);
	sample.kernel->layout.kmem_cache_size.found = false;
	tasks = make_empty(&sample);
	FB_OK_FATAL(fb_tasks_from_slab(tasks));
	expect_all(&sample, tasks);
	CU_ASSERT_EQUAL(tasks->broken[5], 2);
	CU_ASSERT_EQUAL(tasks->lost_count, 0);
	fb_tasks_destroy(tasks);
	sample_kernel_close(&sample);
}

/* Where tasks cannot be told from others, struct pid gives their numbers: those of the host, each once. */
static void finds_numbers_without_the_caches(void)
{
	struct sample_kernel sample;
	struct fb_tasks *tasks;
	size_t others = 0;

	sample_kernel_open(&sample);
	sample.kernel->layout.kmem_cache_size.found = false;
	sample.kernel->layout.task_pid.found = false; /* no task_struct can be read */
	tasks = make_empty(&sample);
	FB_OK_FATAL(fb_tasks_from_slab(tasks));
	CU_ASSERT_EQUAL(tasks->count, 0);
	for (size_t i = 0; i < tasks->lost_count; i++)
		others += !fb_tasks_by_tid(sample.tasks, tasks->lost[i].tid);
	CU_ASSERT_EQUAL(others, 0);
	for (size_t i = 0; i < fb_tasks_count(sample.tasks); i++)
		others += is_of_a_slab(fb_tasks_get(sample.tasks, i));
	CU_ASSERT_EQUAL(tasks->lost_count, others);
	fb_tasks_destroy(tasks);
	sample_kernel_close(&sample);
}

/* Without task_struct.stack an address that may be a task's cannot be told from others. */
static void needs_to_know_where_stacks_are(void)
{
	struct sample_kernel sample;
	struct fb_tasks *tasks;

	sample_kernel_open(&sample);
	sample.kernel->layout.task_stack.found = false;
	tasks = make_empty(&sample);
	FB_OK_FATAL(fb_tasks_from_slab(tasks));
	CU_ASSERT_EQUAL(tasks->count, 0);
	CU_ASSERT_EQUAL(tasks->broken[5], 1);
	CU_ASSERT(fb_error_is(tasks->first_break[5], FB_NOT_FOUND));
	fb_tasks_destroy(tasks);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/task_slab", FB_TEST(finds_every_task_by_the_slabs),
	     FB_TEST(either_cache_will_do), FB_TEST(finds_every_task_without_the_caches),
	     FB_TEST(finds_numbers_without_the_caches), FB_TEST(needs_to_know_where_stacks_are))
