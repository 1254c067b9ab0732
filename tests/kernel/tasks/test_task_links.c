// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks that others name: the one they woke last, who traces them, whom they trace. */
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

struct host {
	struct made_tasks made;
	uint64_t init, hidden;
};

static void make_host(struct host *host)
{
	made_tasks_create(&host->made);
	MADE_FIELD(host->made.made, task_last_wakee, 240, 8);
	MADE_FIELD(host->made.made, task_parent, 248, 8);
	/* As far into the page that the hidden one has for itself. */
	MADE_FIELD(host->made.made, task_ptraced, 512, 16);
	MADE_FIELD(host->made.made, task_ptrace_entry, 528, 16);
	host->init = made_process_apart(&host->made, host->made.init_task, 1, "init");
	host->hidden = made_process_apart(&host->made, host->init, 200, "hidden");
	made_list_init(host->made.made, host->init + 512);
	made_list_init(host->made.made, host->hidden + 512);
	made_task_hide(&host->made, host->hidden);
}

static void expect(struct host *host, uint32_t found_by)
{
	struct fb_tasks *tasks = NULL;
	const struct fb_task *task;

	FB_OK_FATAL(fb_tasks_load(&host->made.made->kernel, &tasks));
	task = fb_tasks_by_tid(tasks, 200);
	CU_ASSERT_EQUAL(task ? task->found_by : 0, found_by);
	CU_ASSERT_EQUAL(fb_tasks_count(tasks), found_by ? 3 : 2);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host->made);
}

static void finds_who_was_woken_last(void)
{
	struct host host;

	make_host(&host);
	MADE_SET(host.made.made, host.init, task_last_wakee, host.hidden);
	expect(&host, FB_FOUND_WAKEUP);
}

/* The pointer stays when that task ends. */
static void believes_nobody_who_has_ended(void)
{
	struct host host;

	make_host(&host);
	MADE_SET(host.made.made, host.init, task_last_wakee, host.hidden);
	MADE_SET(host.made.made, host.hidden, task_signal, 0);
	expect(&host, 0);
	make_host(&host);
	MADE_SET(host.made.made, host.init, task_last_wakee, 0xffff888000000010ull);
	expect(&host, 0);
}

static void finds_tracers_and_traced(void)
{
	struct host host;

	make_host(&host);
	MADE_SET(host.made.made, host.init, task_parent, host.hidden);
	expect(&host, FB_FOUND_FAMILY);
	make_host(&host);
	made_list_add(host.made.made, host.init + 512, host.hidden + 528);
	expect(&host, FB_FOUND_FAMILY);
}

/* An idle task has a copy of the list of the one that made it: its ends lead elsewhere. */
static void follows_no_copied_list(void)
{
	struct host host;

	make_host(&host);
	made_put(host.made.made, host.made.init_task + 512, host.init + 512, 8);
	made_put(host.made.made, host.made.init_task + 520, host.init + 512, 8);
	expect(&host, 0);
}

static void what_is_fatal_passes(void)
{
	struct host host;

	make_host(&host);
	MADE_SET(host.made.made, host.init, task_last_wakee, host.hidden);
	MADE_SET(host.made.made, host.init, task_parent, host.hidden);
	made_list_add(host.made.made, host.init + 512, host.hidden + 528);
	CU_ASSERT(made_tasks_must_pass(&host.made) > 80);
	made_tasks_destroy(&host.made);
}

FB_TEST_MAIN("kernel/task_links", FB_TEST(finds_who_was_woken_last),
	     FB_TEST(believes_nobody_who_has_ended), FB_TEST(finds_tracers_and_traced),
	     FB_TEST(follows_no_copied_list), FB_TEST(what_is_fatal_passes))
