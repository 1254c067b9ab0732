// SPDX-License-Identifier: GPL-2.0-or-later
/* Orders of tasks: trees whose parents are lost, their own children, or in a circle. */
#include "cmd/ps_order.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

struct rows {
	struct {
		int32_t tid;
		unsigned depth;
	} row[5000];
	size_t count;
	size_t fail_at; /* 0: never */
};

static struct rows rows;

static struct fb_error *add_row(void *context, const struct fb_task *task, unsigned depth)
{
	struct rows *to = context;

	CU_ASSERT_FATAL(to->count < FB_ARRAY_SIZE(to->row));
	to->row[to->count].tid = task->tid;
	to->row[to->count++].depth = depth;
	return to->count == to->fail_at ? fb_error_create(FB_UNSUPPORTED, "stop") : NULL;
}

struct host {
	struct made_tasks made;
	struct fb_tasks *tasks;
	uint64_t task[8];
};

/* 1 > 10 > 20 (thread 21), 1 > 11, and 2 beside 1. */
static void make(struct host *host)
{
	memset(host, 0, sizeof(*host));
	memset(&rows, 0, sizeof(rows));
	made_tasks_create(&host->made);
	host->task[0] = made_process(&host->made, host->made.init_task, 1, "init");
	host->task[1] = made_process(&host->made, host->made.init_task, 2, "kthreadd");
	host->task[2] = made_process(&host->made, host->task[0], 10, "a");
	host->task[3] = made_process(&host->made, host->task[0], 11, "b");
	host->task[4] = made_process(&host->made, host->task[2], 20, "c");
	host->task[5] = made_thread(&host->made, host->task[4], 21, "c-thread");
}

static void load(struct host *host)
{
	FB_OK_FATAL(fb_tasks_load(&host->made.made->kernel, &host->tasks));
}

static void destroy(struct host *host)
{
	fb_tasks_destroy(host->tasks);
	made_tasks_destroy(&host->made);
}

static void check_rows(const int (*expected)[2], size_t count)
{
	CU_ASSERT_EQUAL_FATAL(rows.count, count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_EQUAL(rows.row[i].tid, expected[i][0]);
		CU_ASSERT_EQUAL(rows.row[i].depth, (unsigned)expected[i][1]);
	}
}

#define CHECK(...)                                \
	check_rows((const int[][2]){__VA_ARGS__}, \
		   sizeof((const int[][2]){__VA_ARGS__}) / sizeof(int[2]))

static void orders_flat(void)
{
	struct host host;

	make(&host);
	load(&host);
	FB_OK(fb_ps_flat(host.tasks, false, add_row, &rows));
	CHECK({1, 0}, {2, 0}, {10, 0}, {11, 0}, {20, 0});
	rows.count = 0;
	FB_OK(fb_ps_flat(host.tasks, true, add_row, &rows));
	CHECK({0, 0}, {1, 0}, {2, 0}, {10, 0}, {11, 0}, {20, 0}, {21, 0});
	rows.count = 0;
	rows.fail_at = 3;
	FB_FAILS(fb_ps_flat(host.tasks, true, add_row, &rows), FB_UNSUPPORTED);
	CU_ASSERT_EQUAL(rows.count, 3);
	destroy(&host);
}

static void orders_trees(void)
{
	struct host host;

	make(&host);
	load(&host);
	FB_OK(fb_ps_tree(host.tasks, false, add_row, &rows));
	CHECK({1, 0}, {10, 1}, {20, 2}, {11, 1}, {2, 0});
	rows.count = 0;
	FB_OK(fb_ps_tree(host.tasks, true, add_row, &rows));
	CHECK({1, 0}, {10, 1}, {20, 2}, {21, 2}, {11, 1}, {2, 0});
	rows.count = 0;
	rows.fail_at = 4;
	FB_FAILS(fb_ps_tree(host.tasks, true, add_row, &rows), FB_UNSUPPORTED);
	destroy(&host);
}

static void shows_those_without_a_parent(void)
{
	struct host host;

	make(&host);
	/* 10's task_struct is garbage: nobody knows 20's parent. */
	MADE_SET(host.made.made, host.task[2], task_stack, 0x1000);
	MADE_SET(host.made.made, host.task[2], task_tgid, 777);
	load(&host);
	FB_OK(fb_ps_tree(host.tasks, false, add_row, &rows));
	CHECK({1, 0}, {11, 1}, {2, 0}, {20, 0});
	destroy(&host);
}

static void shows_loops_once(void)
{
	struct host host;

	make(&host);
	/* 10 and 20 are each other's child; 11 is its own. */
	MADE_SET(host.made.made, host.task[2], task_real_parent, host.task[4]);
	MADE_SET(host.made.made, host.task[3], task_real_parent, host.task[3]);
	load(&host);
	FB_OK(fb_ps_tree(host.tasks, false, add_row, &rows));
	CU_ASSERT_EQUAL(rows.count, 5);
	for (size_t i = 0; i < rows.count; i++)
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(rows.row[i].tid, rows.row[k].tid);
	destroy(&host);
}

/* A leader that is lost is stood for by its first thread. */
static void stands_for_a_lost_leader(void)
{
	struct host host;

	make(&host);
	MADE_SET(host.made.made, host.task[4], task_stack, 0x1000);
	load(&host);
	FB_OK(fb_ps_tree(host.tasks, true, add_row, &rows));
	CHECK({1, 0}, {10, 1}, {21, 2}, {11, 1}, {2, 0});
	destroy(&host);
}

/* A family deeper than any stack, and than any line is wide. */
static void shows_deep_families(void)
{
	struct host host;
	uint64_t parent;

	make(&host);
	parent = host.task[4];
	for (int pid = 100; pid < 300; pid++)
		parent = made_process(&host.made, parent, pid, "deep");
	load(&host);
	FB_OK(fb_ps_tree(host.tasks, false, add_row, &rows));
	CU_ASSERT_EQUAL(rows.count, 205);
	for (size_t i = 0; i < rows.count; i++) {
		CU_ASSERT(rows.row[i].depth <= 64);
		if (rows.row[i].tid == 120)
			CU_ASSERT_EQUAL(rows.row[i].depth, 23);
	}
	destroy(&host);
}

FB_TEST_MAIN("cmd/ps_order", FB_TEST(orders_flat), FB_TEST(orders_trees),
	     FB_TEST(shows_those_without_a_parent), FB_TEST(shows_loops_once),
	     FB_TEST(stands_for_a_lost_leader), FB_TEST(shows_deep_families))
