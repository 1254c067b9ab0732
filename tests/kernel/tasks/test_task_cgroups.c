// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks that only the lists of their css_set lead to, and lists that are damaged. */
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

/* init, a process that is known, and two that nothing leads to but the css_set of the known one: one of
 * them is being moved to another cgroup. */
struct host {
	struct made_tasks made;
	uint64_t init, known, hidden, moving, css_set;
};

static void make_host(struct host *host)
{
	struct made_kernel *made;

	made_tasks_create(&host->made);
	made = host->made.made;
	MADE_FIELD(made, task_cgroups, 248, 8);
	MADE_FIELD(made, task_cg_list, 152, 16); /* in place of the times */
	MADE_FIELD(made, css_set_tasks, 8, 16);
	MADE_FIELD(made, css_set_mg_tasks, 24, 16);
	host->init = made_process(&host->made, host->made.init_task, 1, "init");
	host->known = made_process(&host->made, host->init, 100, "known");
	host->hidden = made_process(&host->made, host->init, 200, "hidden");
	host->moving = made_process(&host->made, host->init, 201, "moving");
	host->css_set = made_alloc_pages(made, 64);
	made_list_init(made, host->css_set + 8);
	made_list_init(made, host->css_set + 24);
	made_list_add(made, host->css_set + 8, host->known + 152);
	made_list_add(made, host->css_set + 8, host->hidden + 152);
	made_list_add(made, host->css_set + 24, host->moving + 152);
	MADE_SET(made, host->known, task_cgroups, host->css_set);
	MADE_SET(made, host->hidden, task_cgroups, host->css_set);
	made_task_hide(&host->made, host->hidden);
	made_task_hide(&host->made, host->moving);
}

static struct fb_tasks *load(struct host *host)
{
	struct fb_tasks *tasks = NULL;

	FB_OK_FATAL(fb_tasks_load(&host->made.made->kernel, &tasks));
	return tasks;
}

static void destroy(struct host *host, struct fb_tasks *tasks)
{
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host->made);
}

static bool warned_of_cgroups(const struct host *host)
{
	for (size_t i = 0; i < fb_warnings_count(host->made.made->warnings); i++)
		if (strstr(fb_warnings_get(host->made.made->warnings, i), "cgroup"))
			return true;
	return false;
}

static void finds_who_is_in_a_cgroup_and_who_moves(void)
{
	struct fb_tasks *tasks;
	struct host host;

	make_host(&host);
	tasks = load(&host);
	for (int tid = 200; tid <= 201; tid++) {
		const struct fb_task *task = fb_tasks_by_tid(tasks, tid);

		CU_ASSERT_PTR_NOT_NULL_FATAL(task);
		CU_ASSERT_EQUAL(task->found_by, FB_FOUND_CGROUP);
		CU_ASSERT_EQUAL(task->address, tid == 200 ? host.hidden : host.moving);
	}
	CU_ASSERT_TRUE(fb_tasks_by_tid(tasks, 100)->found_by & FB_FOUND_CGROUP);
	CU_ASSERT_FALSE(fb_tasks_by_tid(tasks, 1)->found_by & FB_FOUND_CGROUP);
	CU_ASSERT_FALSE(warned_of_cgroups(&host));
	destroy(&host, tasks);
}

/* A kernel that lacks any of the members; where nobody moves is not needed. */
static void lives_without_cgroups(void)
{
	for (unsigned missing = 0; missing < 4; missing++) {
		struct fb_layout *layout;
		struct fb_tasks *tasks;
		struct host host;

		make_host(&host);
		layout = &host.made.made->kernel.layout;
		(missing == 0   ? &layout->task_cgroups
		 : missing == 1 ? &layout->task_cg_list
		 : missing == 2 ? &layout->css_set_tasks
				: &layout->css_set_mg_tasks)
			->found = false;
		tasks = load(&host);
		CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200) != NULL, missing == 3);
		CU_ASSERT_PTR_NULL(fb_tasks_by_tid(tasks, 201));
		CU_ASSERT_FALSE(warned_of_cgroups(&host));
		destroy(&host, tasks);
	}
}

/* A css_set that is lost, or none, costs what its lists would tell. */
static void damaged_lists_are_told(void)
{
	for (unsigned i = 0; i < 3; i++) {
		struct fb_tasks *tasks;
		struct host host;

		make_host(&host);
		if (i == 0)
			made_lose(host.made.made, host.css_set);
		else if (i == 1)
			MADE_SET(host.made.made, host.known, task_cgroups, 0x1000);
		else
			made_put(host.made.made, host.css_set + 8, 0x1000, 8);
		tasks = load(&host);
		/* A list whose start is damaged is walked from its other end. */
		CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200) != NULL, i == 2);
		CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 201) != NULL, i == 2);
		CU_ASSERT_EQUAL(warned_of_cgroups(&host), i != 1);
		CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 100));
		destroy(&host, tasks);
	}
}

static void what_is_fatal_passes(void)
{
	struct host host;

	make_host(&host);
	CU_ASSERT(made_tasks_must_pass(&host.made) > 100);
	made_tasks_destroy(&host.made);
}

FB_TEST_MAIN("kernel/task_cgroups", FB_TEST(finds_who_is_in_a_cgroup_and_who_moves),
	     FB_TEST(lives_without_cgroups), FB_TEST(damaged_lists_are_told),
	     FB_TEST(what_is_fatal_passes))
