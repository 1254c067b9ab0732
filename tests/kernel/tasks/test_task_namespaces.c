// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks by the trees of nested PID namespaces, where that of the outermost does not lead to them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

/* init; a container's init, which is known, and a task in it that only the container's tree leads
 * to. */
struct host {
	struct made_tasks made;
	uint64_t init, first, hidden, namespace;
};

static void make_host(struct host *host)
{
	made_tasks_create(&host->made);
	host->init = made_process(&host->made, host->made.init_task, 1, "init");
	host->namespace = made_nested_namespace(&host->made);
	host->first = made_process(&host->made, host->init, 100, "first");
	host->hidden = made_process_apart(&host->made, host->first, 200, "hidden");
	made_task_inner_tid(&host->made, host->first, host->namespace, 1);
	made_task_inner_tid(&host->made, host->hidden, host->namespace, 70);
	made_task_hide(&host->made, host->hidden);
}

static struct fb_tasks *load(struct host *host)
{
	struct fb_tasks *tasks = NULL;

	FB_OK_FATAL(fb_tasks_load(&host->made.made->kernel, &tasks));
	return tasks;
}

static bool warned_of_trees(struct host *host)
{
	for (size_t i = 0; i < fb_warnings_count(host->made.made->warnings); i++)
		if (strstr(fb_warnings_get(host->made.made->warnings, i), "tasks: pid-tree"))
			return true;
	return false;
}

static void destroy(struct host *host, struct fb_tasks *tasks)
{
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host->made);
}

static void finds_by_the_inner_tree(void)
{
	const struct fb_task *task;
	struct fb_tasks *tasks;
	struct host host;

	make_host(&host);
	tasks = load(&host);
	task = fb_tasks_by_tid(tasks, 200);
	CU_ASSERT_PTR_NOT_NULL_FATAL(task);
	CU_ASSERT_EQUAL(task->found_by, FB_FOUND_PID_TREE);
	CU_ASSERT_EQUAL(task->level_tids[1], 70);
	CU_ASSERT(fb_tasks_damaged(tasks));
	CU_ASSERT_FALSE(warned_of_trees(&host));
	destroy(&host, tasks);
}

/* A task that has unshared its children's namespace is not in it. */
static void finds_by_the_namespace_of_children(void)
{
	struct fb_tasks *tasks;
	uint64_t nsproxy;
	struct host host;

	make_host(&host);
	MADE_FIELD(host.made.made, task_nsproxy, 248, 8);
	MADE_FIELD(host.made.made, nsproxy_pid_ns_for_children, 8, 8);
	nsproxy = made_alloc(host.made.made, 64);
	MADE_SET(host.made.made, nsproxy, nsproxy_pid_ns_for_children, host.namespace);
	MADE_SET(host.made.made, host.init, task_nsproxy, nsproxy);
	MADE_SET(host.made.made, made_task_word(&host.made, host.first + 176), pid_level, 0);
	/* It is in the inner tree all the same, with a number there. */
	tasks = load(&host);
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 200));
	fb_tasks_destroy(tasks);
	MADE_SET(host.made.made, host.init, task_nsproxy, 0);
	tasks = load(&host);
	CU_ASSERT_PTR_NULL(fb_tasks_by_tid(tasks, 200));
	destroy(&host, tasks);
}

/* The struct pid of a task that is lost names the namespace of others. */
static void follows_lost_tasks(void)
{
	struct fb_tasks *tasks;
	const int32_t *lost;
	uint64_t other;
	struct host host;

	make_host(&host);
	other = made_process_apart(&host.made, host.init, 300, "lost");
	made_task_inner_tid(&host.made, other, host.namespace, 71);
	MADE_SET(host.made.made, made_task_word(&host.made, host.first + 176), pid_level, 0);
	made_lose(host.made.made, other);
	tasks = load(&host);
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 200));
	CU_ASSERT_EQUAL(fb_tasks_lost(tasks, &lost), 1);
	CU_ASSERT_EQUAL(lost[0], 300);
	destroy(&host, tasks);
}

/* Its own task_struct is lost: the host's TID is told all the same. */
static void names_the_host_tid_of_lost_tasks(void)
{
	struct fb_tasks *tasks;
	const int32_t *lost;
	struct host host;

	make_host(&host);
	made_lose(host.made.made, host.hidden);
	tasks = load(&host);
	CU_ASSERT_EQUAL_FATAL(fb_tasks_lost(tasks, &lost), 1);
	CU_ASSERT_EQUAL(lost[0], 200);
	CU_ASSERT_EQUAL(fb_tasks_lost_address(tasks, 200), host.hidden);
	destroy(&host, tasks);
}

/* What contradicts itself names nobody. */
static void believes_no_strange_entry(void)
{
	for (unsigned wrong = 0; wrong < 7; wrong++) {
		struct fb_tasks *tasks;
		const int32_t *lost;
		struct host host;
		uint64_t pid;

		make_host(&host);
		pid = made_task_word(&host.made, host.hidden + 176);
		if (wrong == 0) /* of another namespace */
			MADE_SET(host.made.made, pid + 48 + 16, upid_ns, host.made.namespace);
		else if (wrong == 1) /* another number there */
			MADE_SET(host.made.made, pid + 48 + 16, upid_nr, 7);
		else if (wrong == 2) /* no TID on the host */
			MADE_SET(host.made.made, pid + 48, upid_nr, 0);
		else if (wrong == 3)
			MADE_SET(host.made.made, pid + 48, upid_nr, 4u << 20);
		else if (wrong == 4)
			MADE_SET(host.made.made, pid + 48, upid_ns, host.namespace);
		else if (wrong == 5) /* a namespace of another level than its tasks say */
			MADE_SET(host.made.made, host.namespace, pidns_level, 2);
		else
			MADE_SET(host.made.made, made_task_word(&host.made, host.first + 176) + 64,
				 upid_ns, 0x1000);
		tasks = load(&host);
		CU_ASSERT_PTR_NULL(fb_tasks_by_tid(tasks, 200));
		CU_ASSERT_EQUAL(fb_tasks_lost(tasks, &lost), 0);
		CU_ASSERT(warned_of_trees(&host));
		destroy(&host, tasks);
	}
}

/* A namespace whose own struct is lost costs its tree. */
static void passes_over_lost_namespaces(void)
{
	struct fb_tasks *tasks;
	uint64_t pid;
	struct host host;

	make_host(&host);
	pid = made_task_word(&host.made, host.first + 176);
	MADE_SET(host.made.made, pid + 48 + 16, upid_ns,
		 made_alloc_pages(host.made.made, FB_PAGE_SIZE));
	made_lose(host.made.made, made_task_word(&host.made, pid + 48 + 16 + 8));
	tasks = load(&host);
	CU_ASSERT_EQUAL(fb_tasks_count(tasks), 3);
	destroy(&host, tasks);
}

static void expect_warning(struct host *host, const char *before, uint64_t address,
			   const char *behind)
{
	char text[160];
	bool found = false;

	(void)snprintf(text, sizeof(text), "%s0x%" PRIx64 "%s", before, address, behind);
	for (size_t i = 0; i < fb_warnings_count(host->made.made->warnings); i++)
		found |= strstr(fb_warnings_get(host->made.made->warnings, i), text) != NULL;
	CU_ASSERT_TRUE(found);
}

/* Levels end below 33, and a namespace has the one that its tasks say. */
static void levels_are_such_that_can_be(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct fb_tasks *tasks;
		uint64_t nsproxy, pid;
		struct host host;

		make_host(&host);
		pid = made_task_word(&host.made, host.first + 176);
		MADE_FIELD(host.made.made, task_nsproxy, 248, 8);
		MADE_FIELD(host.made.made, nsproxy_pid_ns_for_children, 8, 8);
		nsproxy = made_alloc(host.made.made, 64);
		MADE_SET(host.made.made, nsproxy, nsproxy_pid_ns_for_children, host.namespace);
		if (i == 0)
			MADE_SET(host.made.made, host.namespace, pidns_level, 2);
		if (i == 1)
			MADE_SET(host.made.made, pid, pid_level, 33);
		if (i >= 2) {
			MADE_SET(host.made.made, host.init, task_nsproxy, nsproxy);
			MADE_SET(host.made.made, host.namespace, pidns_level, i == 2 ? 33 : 32);
			MADE_SET(host.made.made, pid, pid_level, 0);
		}
		tasks = load(&host);
		if (i == 0)
			expect_warning(&host, "PID namespace ", host.namespace,
				       " has level 2, not 1");
		else if (i == 1)
			expect_warning(&host, "struct pid ", pid, " has level 33");
		else if (i == 2)
			expect_warning(&host, "PID namespace ", host.namespace, " has level 33");
		else /* it may be, but the one around it is of level 0, not 31 */
			CU_ASSERT_FALSE(fb_tasks_by_tid(tasks, 200) != NULL);
		destroy(&host, tasks);
	}
}

static void what_is_fatal_passes(void)
{
	uint64_t nsproxy;
	struct host host;

	make_host(&host);
	MADE_FIELD(host.made.made, task_nsproxy, 248, 8);
	MADE_FIELD(host.made.made, nsproxy_pid_ns_for_children, 8, 8);
	nsproxy = made_alloc(host.made.made, 64);
	MADE_SET(host.made.made, nsproxy, nsproxy_pid_ns_for_children, host.namespace);
	MADE_SET(host.made.made, host.init, task_nsproxy, nsproxy);
	CU_ASSERT(made_tasks_must_pass(&host.made) > 100);
	made_tasks_destroy(&host.made);
}

FB_TEST_MAIN("kernel/task_namespaces", FB_TEST(finds_by_the_inner_tree),
	     FB_TEST(finds_by_the_namespace_of_children), FB_TEST(follows_lost_tasks),
	     FB_TEST(names_the_host_tid_of_lost_tasks), FB_TEST(believes_no_strange_entry),
	     FB_TEST(passes_over_lost_namespaces), FB_TEST(levels_are_such_that_can_be),
	     FB_TEST(what_is_fatal_passes))
