// SPDX-License-Identifier: GPL-2.0-or-later
/* The task table of a made kernel: whole, and with each source broken. */
#include "kernel/tasks/task.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_tasks.h"

#define ALL_SOURCES \
	(FB_FOUND_TASK_LIST | FB_FOUND_THREAD_LIST | FB_FOUND_PID_TREE | FB_FOUND_FAMILY)

static void finds_all(void)
{
	static const int order[][2] = {{0, 0}, {1, 1}, {2, 2}, {100, 100}, {100, 105}, {200, 200}};
	struct made_task_host host;
	struct fb_tasks *tasks;
	const struct fb_task *task;
	const int32_t *lost;
	size_t first, count;

	made_task_host_create(&host);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_EQUAL_FATAL(fb_tasks_count(tasks), FB_ARRAY_SIZE(order));
	for (size_t i = 0; i < FB_ARRAY_SIZE(order); i++) {
		task = fb_tasks_get(tasks, i);
		CU_ASSERT_EQUAL(task->pid, order[i][0]);
		CU_ASSERT_EQUAL(task->tid, order[i][1]);
		CU_ASSERT_EQUAL(task->damaged, 0);
		CU_ASSERT_PTR_EQUAL(fb_tasks_by_address(tasks, task->address), task);
		CU_ASSERT_PTR_EQUAL(fb_tasks_by_tid(tasks, task->tid), i ? task : NULL);
	}
	task = fb_tasks_by_tid(tasks, 100);
	CU_ASSERT_EQUAL(task->found_by, ALL_SOURCES);
	CU_ASSERT_EQUAL(task->address, host.daemon);
	CU_ASSERT_STRING_EQUAL(task->comm, "daemon");
	CU_ASSERT_EQUAL(task->ppid, 1);
	CU_ASSERT_EQUAL(task->uid, 1000);
	CU_ASSERT_EQUAL(task->start_ns, 100000000000ull);
	CU_ASSERT_EQUAL(task->state, 'R');
	CU_ASSERT(!task->kernel_thread && !task->idle && !task->on_cpu);
	CU_ASSERT(fb_tasks_by_tid(tasks, 2)->kernel_thread);
	task = fb_tasks_by_tid(tasks, 200);
	CU_ASSERT_EQUAL(task->level_count, 2);
	CU_ASSERT_EQUAL(task->level_tids[1], 1);
	task = fb_tasks_get(tasks, 0);
	CU_ASSERT(task->idle && task->on_cpu && (task->found_by & FB_FOUND_CPU));
	fb_tasks_group(tasks, 100, &first, &count);
	CU_ASSERT(first == 3 && count == 2);
	fb_tasks_group(tasks, INT32_MAX, &first, &count);
	CU_ASSERT_EQUAL(count, 0);
	fb_tasks_group(tasks, 0, &first, &count); /* idle tasks are no group */
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_EQUAL(fb_tasks_lost(tasks, &lost), 0);
	CU_ASSERT(!fb_tasks_damaged(tasks));
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 0);
	CU_ASSERT_PTR_NULL(fb_tasks_by_tid(tasks, 101));
	CU_ASSERT_PTR_NULL(fb_tasks_by_address(tasks, host.daemon + 8));
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

/* What one source has lost another finds. */
static void finds_all_without_a_source(void)
{
	for (unsigned broken = 0; broken < 4; broken++) {
		struct made_task_host host;
		struct fb_tasks *tasks;

		made_task_host_create(&host);
		if (broken == 0) /* from both ends */
			memset(made_at(host.made.made, host.made.init_task + 56), 0, 16);
		else if (broken == 1)
			memset(made_at(host.made.made,
				       made_task_word(&host.made, host.daemon + 88) + 8),
			       0, 16);
		else if (broken == 2)
			made_put(host.made.made, host.made.namespace + 16, 0x1002, 8);
		else
			memset(made_at(host.made.made, host.daemon + 104), 0, 16);
		tasks = made_tasks_load(&host.made);
		CU_ASSERT_EQUAL(fb_tasks_count(tasks), 6);
		CU_ASSERT(fb_tasks_damaged(tasks));
		CU_ASSERT(fb_warnings_count(host.made.made->warnings) > 0);
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&host.made);
	}
}

static void walks_a_cut_list_from_its_end(void)
{
	struct made_task_host host;
	struct fb_tasks *tasks;

	made_task_host_create(&host);
	/* Nothing but the task list: the others are cut off, and 2's next leads nowhere. */
	made_put(host.made.made, host.made.namespace + 16, 0, 8);
	made_put(host.made.made, host.kthread + 56, 0x10, 8);
	for (unsigned i = 0; i < 2; i++)
		made_list_init(host.made.made, (i ? host.init : host.made.init_task) + 104);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 200));
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 100));
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 2));
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

static void names_lost_tasks(void)
{
	struct made_task_host host;
	struct fb_tasks *tasks;
	const int32_t *lost;

	made_task_host_create(&host);
	made_lose(host.made.made, host.daemon);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_EQUAL_FATAL(fb_tasks_lost(tasks, &lost), 1);
	CU_ASSERT_EQUAL(lost[0], 100);
	CU_ASSERT_EQUAL(fb_tasks_lost_address(tasks, 100), host.daemon);
	CU_ASSERT_EQUAL(fb_tasks_lost_address(tasks, 99), 0);
	CU_ASSERT_EQUAL(fb_tasks_lost_address(tasks, 101), 0);
	CU_ASSERT(fb_tasks_damaged(tasks));
	/* Behind it in every list, but in the tree. */
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 105));
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 200));
	CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200)->ppid, -1);
	CU_ASSERT(fb_tasks_by_tid(tasks, 200)->damaged > 0);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

/* A struct pid that names another number, or no task, is no evidence of one. */
static void believes_no_strange_pid(void)
{
	struct made_task_host host;
	struct fb_tasks *tasks;
	const int32_t *lost;

	made_task_host_create(&host);
	made_put(host.made.made, made_task_slot(&host.made, 300),
		 made_task_word(&host.made, made_task_slot(&host.made, 200)), 8);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_EQUAL(fb_tasks_count(tasks), 6);
	CU_ASSERT_EQUAL(fb_tasks_lost(tasks, &lost), 1);
	CU_ASSERT_EQUAL(lost[0], 300);
	CU_ASSERT_EQUAL(fb_tasks_lost_address(tasks, 300), 0);
	fb_tasks_destroy(tasks);
	/* Of a process that left its number behind: nobody's. */
	made_put(host.made.made, made_task_slot(&host.made, 300), made_alloc(host.made.made, 128),
		 8);
	MADE_SET(host.made.made, made_task_word(&host.made, made_task_slot(&host.made, 300)) + 48,
		 upid_nr, 300);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_EQUAL(fb_tasks_lost(tasks, &lost), 0);
	CU_ASSERT(!fb_tasks_damaged(tasks));
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

/* A tree whose nodes lead back up, or to each other from everywhere, ends. */
static void ends_mazes_of_nodes(void)
{
	struct made_task_host host;
	struct fb_tasks *tasks;
	uint64_t leaf;

	made_task_host_create(&host);
	leaf = made_task_slot(&host.made, 1) - 8 - 40;
	for (unsigned i = 1; i < 64; i++)
		made_put(host.made.made, host.made.tree + 40 + i * 8,
			 (i % 2 ? host.made.tree : leaf) + 2, 8);
	made_put(host.made.made, leaf, 0, 1);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT(fb_tasks_damaged(tasks));
	CU_ASSERT_EQUAL(fb_tasks_count(tasks), 6);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

static uint64_t reads_to_load(struct made_task_host *host, size_t count)
{
	uint64_t before = host->made.made->reads;
	struct fb_tasks *tasks = made_tasks_load(&host->made);

	CU_ASSERT_EQUAL(fb_tasks_count(tasks), count);
	fb_tasks_destroy(tasks);
	return host->made.made->reads - before;
}

/* Nodes that share children, four levels of them: 64^3 leaves of one. */
static void walks_shared_nodes_once(void)
{
	struct made_kernel *made;
	uint64_t usual, below;
	struct made_task_host host;

	made_task_host_create(&host);
	made = host.made.made;
	usual = reads_to_load(&host, 6);
	below = made_task_slot(&host.made, 1) - 8 - 40;
	for (unsigned level = 0; level < 4; level++) {
		uint64_t node = level < 3 ? made_alloc(made, 40 + 512) : host.made.tree;

		MADE_SET(made, node, xa_node_shift, 6 + 6 * level);
		MADE_SET(made, below, xa_node_parent, node);
		for (unsigned i = 0; i < 64; i++)
			made_put(made, node + 40 + i * 8, below + 2, 8);
		below = node;
	}
	CU_ASSERT(reads_to_load(&host, 6) < 2 * usual + 64 * 4 * 4);
	made_tasks_destroy(&host.made);
}

#define MANY 200

/* The children of each lead into those of init, which close at init alone. */
static void walks_joined_lists_once(void)
{
	struct made_kernel *made;
	uint64_t usual, joined, tasks[MANY];
	struct made_task_host host;

	made_task_host_create(&host);
	made = host.made.made;
	for (int i = 0; i < MANY; i++)
		tasks[i] = made_process(&host.made, host.init, 1000 + i, "many");
	usual = reads_to_load(&host, 6 + MANY);
	for (int i = 0; i < MANY; i++)
		made_put(made, tasks[i] + made->kernel.layout.task_children.offset,
			 made_task_word(&host.made,
					host.init + made->kernel.layout.task_children.offset),
			 8);
	joined = reads_to_load(&host, 6 + MANY);
	/* MANY * MANY would be 40,000 and more. */
	CU_ASSERT(joined < usual + 20 * MANY);
	made_tasks_destroy(&host.made);
}

/* What the table says of each task, and whether it says that something was lost. */
static struct fb_error *answer(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	struct made_task_host *host = context;
	struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_tasks_load(&host->made.made->kernel, &tasks);

	if (err)
		return err;
	*incomplete_ret = fb_tasks_damaged(tasks);
	for (size_t i = 0; i < fb_tasks_count(tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		*incomplete_ret |= task->damaged > 0;
		err = fb_buf_printf(text, "%d %d %d %s %c %u %d %d %u %u %x %u\n", task->pid,
				    task->tid, task->ppid, task->comm, task->state, task->cpu,
				    task->on_cpu, task->kernel_thread, task->uid, task->level_count,
				    task->found_by, task->mm != 0);
	}
	fb_tasks_destroy(tasks);
	return err;
}

static void each_read_may_fail(void)
{
	struct made_task_host host;

	made_task_host_create(&host);
	CU_ASSERT(made_tasks_must_pass(&host.made) > 150);
	absent_made_must_tell(host.made.made, answer, &host);
	made_tasks_destroy(&host.made);
}

/* A leader stands before its threads, whatever their numbers; idle tasks stand first, in the order of their CPUs. */
static void tasks_stand_in_order(void)
{
	static const int order[][2] = {{0, 0},    {1, 1},     {2, 2},     {100, 100},
				       {100, 50}, {100, 105}, {200, 200}, {300, 300}};
	size_t first, count;
	struct made_task_host host;
	struct fb_tasks *tasks;

	made_task_host_create(&host);
	made_process(&host.made, host.init, 300, "last");
	made_thread(&host.made, host.daemon, 50, "older");
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_EQUAL_FATAL(fb_tasks_count(tasks), FB_ARRAY_SIZE(order));
	for (size_t i = 0; i < FB_ARRAY_SIZE(order); i++) {
		CU_ASSERT_EQUAL(fb_tasks_get(tasks, i)->pid, order[i][0]);
		CU_ASSERT_EQUAL(fb_tasks_get(tasks, i)->tid, order[i][1]);
	}
	fb_tasks_group(tasks, 100, &first, &count);
	CU_ASSERT(first == 3 && count == 3);
	fb_tasks_group(tasks, 300, &first, &count);
	CU_ASSERT(first == 7 && count == 1);
	fb_tasks_group(tasks, 150, &first, &count);
	CU_ASSERT_EQUAL(count, 0);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

static bool warned_of(const struct made_task_host *host, const char *text)
{
	for (size_t i = 0; i < fb_warnings_count(host->made.made->warnings); i++)
		if (!strcmp(fb_warnings_get(host->made.made->warnings, i), text))
			return true;
	return false;
}

/* One line says what is lost, by numbers where they are known. */
static void warnings_count_what_is_lost(void)
{
	size_t counted = 0;
	struct made_task_host host;

	made_task_host_create(&host);
	made_lose(host.made.made, host.daemon);
	made_put(host.made.made, host.made.nr_threads, 9, 4);
	fb_tasks_destroy(made_tasks_load(&host.made));
	CU_ASSERT_TRUE(warned_of(&host, "1 threads are known by TID only (the first: 100): their "
					"task_struct is not in the dump"));
	CU_ASSERT_TRUE(
		warned_of(&host, "the kernel counted 9 threads: nothing leads to 4 of them"));
	made_tasks_destroy(&host.made);

	made_task_host_create(&host);
	fb_tasks_destroy(made_tasks_load(&host.made));
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 0);
	/* One that is counted too much, one too little, and a counter that cannot be. */
	for (unsigned i = 0; i < 3; i++) {
		struct fb_tasks *tasks;

		made_put(host.made.made, host.made.nr_threads,
			 i == 0   ? 6
			 : i == 1 ? 4
				  : 4194305,
			 4);
		tasks = made_tasks_load(&host.made);
		CU_ASSERT_EQUAL(fb_tasks_damaged(tasks), i < 2);
		fb_tasks_destroy(tasks);
	}
	for (size_t i = 0; i < fb_warnings_count(host.made.made->warnings); i++)
		counted += strstr(fb_warnings_get(host.made.made->warnings, i), "counted") != NULL;
	CU_ASSERT_EQUAL(counted, 1);
	CU_ASSERT_TRUE(
		warned_of(&host, "the kernel counted 6 threads: nothing leads to 1 of them"));
	made_tasks_destroy(&host.made);
}

static void fails_without_any_task(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_tasks *tasks;

	FB_FAILS_WITH(fb_tasks_load(&made->kernel, &tasks), FB_NOT_FOUND, "no task can be reached");
	made_kernel_destroy(made);
}

static void names_sources(void)
{
	static const char *const names[] = {"task-list", "thread-list", "pid-tree", "cpu",
					    "family",    "slab",        "cgroup",   "futex",
					    "waiter",    "lock-owner",  "wakeup"};

	for (unsigned i = 0; i < FB_ARRAY_SIZE(names); i++)
		CU_ASSERT_STRING_EQUAL(fb_found_by_name(1u << i), names[i]);
	CU_ASSERT_STRING_EQUAL(fb_found_by_name(1u << 31), "unknown");
	for (unsigned i = 0; i < FB_FOUND_BITS; i++)
		CU_ASSERT_STRING_NOT_EQUAL(fb_found_by_name(1u << i), "unknown");
}

FB_TEST_MAIN("kernel/task", FB_TEST(finds_all), FB_TEST(finds_all_without_a_source),
	     FB_TEST(walks_a_cut_list_from_its_end), FB_TEST(names_lost_tasks),
	     FB_TEST(believes_no_strange_pid), FB_TEST(ends_mazes_of_nodes),
	     FB_TEST(walks_shared_nodes_once), FB_TEST(walks_joined_lists_once),
	     FB_TEST(each_read_may_fail), FB_TEST(tasks_stand_in_order),
	     FB_TEST(warnings_count_what_is_lost), FB_TEST(fails_without_any_task),
	     FB_TEST(names_sources))
