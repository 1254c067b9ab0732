// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read of one task_struct: what has to be sane of it, its state, its numbers, its command line. */
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

/* What has to be sane of a task_struct. */
static void believes_no_garbage(void)
{
	static const struct {
		unsigned offset, size;
		uint64_t value;
	} garbage[] = {
		{12, 4, 0},          /* tid 0, pid 200 */
		{12, 4, 0xffffffff}, /* -1 */
		{16, 4, 4u << 20},   /* above PID_MAX_LIMIT */
		{40, 8, 0x1000},     /* a stack in user space */
		{40, 8, 0xffffc90000000008ull},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(garbage); i++) {
		struct made_task_host host;
		struct fb_tasks *tasks;

		made_task_host_create(&host);
		made_put(host.made.made, host.child + garbage[i].offset, garbage[i].value,
			 garbage[i].size);
		tasks = made_tasks_load(&host.made);
		CU_ASSERT_PTR_NULL(fb_tasks_by_address(tasks, host.child));
		CU_ASSERT_EQUAL(fb_tasks_count(tasks), 5);
		CU_ASSERT(fb_tasks_damaged(tasks));
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&host.made);
	}
}

static void reads_states(void)
{
	static const struct {
		uint32_t state, exit_state;
		char letter;
	} states[] = {
		{0, 0, 'R'},          {1, 0, 'S'},      {2, 0, 'D'},
		{4, 0, 'T'},          {8, 0, 't'},      {0, 0x10, 'X'},
		{0, 0x20, 'Z'},       {0x40, 0, 'P'},   {0x402, 0, 'I'},
		{2 | 0x8000, 0, 'D'}, {0x1000, 0, 'D'}, {0xffffffff, 0xffffffff, 'I'},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(states); i++) {
		struct made_task_host host;
		struct fb_tasks *tasks;

		made_task_host_create(&host);
		MADE_SET(host.made.made, host.child, task_state, states[i].state);
		MADE_SET(host.made.made, host.child, task_exit_state, states[i].exit_state);
		tasks = made_tasks_load(&host.made);
		CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200)->state, states[i].letter);
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&host.made);
	}
}

/* As many levels as there can be, and one more. */
static void reads_levels(void)
{
	struct made_task_host host;
	struct fb_tasks *tasks;
	uint64_t pid;

	made_task_host_create(&host);
	pid = made_alloc(host.made.made, 48 + 40 * 16);
	memcpy(made_at(host.made.made, pid),
	       made_at(host.made.made, made_task_word(&host.made, host.child + 176)), 64);
	made_put(host.made.made, host.child + 176, pid, 8);
	for (unsigned i = 1; i < 40; i++)
		made_put(host.made.made, pid + 48 + i * 16, 1000 + i, 4);
	made_put(host.made.made, pid + 4, 32, 4);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200)->level_count, 33);
	CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200)->level_tids[32], 1032);
	CU_ASSERT_FALSE(fb_tasks_by_tid(tasks, 200)->levels_lost);
	fb_tasks_destroy(tasks);
	made_put(host.made.made, pid + 4, 33, 4);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200)->level_count, 1);
	CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200)->damaged, 1);
	CU_ASSERT_TRUE(fb_tasks_by_tid(tasks, 200)->levels_lost);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

/* A thread whose struct pid is lost has the levels of its process's other threads, where these have none but the
 * host's. */
static void threads_share_a_namespace(void)
{
	struct made_task_host host;
	struct fb_tasks *tasks;

	made_task_host_create(&host);
	made_put(host.made.made, host.thread + 176, MADE_BASE + 0x40000000, 8);
	made_put(host.made.made, host.child + 176, MADE_BASE + 0x40000000, 8);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_FALSE(fb_tasks_by_tid(tasks, 105)->levels_lost);
	CU_ASSERT_TRUE(fb_tasks_by_tid(tasks, 200)->levels_lost);
	CU_ASSERT_EQUAL(fb_tasks_by_tid(tasks, 200)->level_count, 1);
	CU_ASSERT_FALSE(fb_tasks_by_tid(tasks, 100)->levels_lost);
	fb_tasks_destroy(tasks);
	made_task_inner_tid(&host.made, host.daemon, 0, 7);
	tasks = made_tasks_load(&host.made);
	CU_ASSERT_TRUE(fb_tasks_by_tid(tasks, 105)->levels_lost);
	CU_ASSERT_FALSE(fb_tasks_by_tid(tasks, 100)->levels_lost);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

static void reads_command_lines(void)
{
	struct made_task_host host;
	struct made_kernel *made;
	struct fb_tasks *tasks;
	uint64_t mm, text;
	char line[32];

	made_task_host_create(&host);
	made = host.made.made;
	mm = made_alloc(made, 64);
	text = made_alloc_pages(made, 4096);
	memcpy(made_at(made, text), "prog\0-x\0\0last\0\0", 16);
	MADE_FIELD(made, mm_arg_start, 0, 8);
	MADE_FIELD(made, mm_arg_end, 8, 8);
	MADE_SET(made, mm, mm_arg_start, text);
	MADE_SET(made, mm, mm_arg_end, text + 16);
	MADE_SET(made, host.child, task_mm, mm);
	tasks = made_tasks_load(&host.made);
	FB_OK(fb_task_cmdline(&made->kernel, fb_tasks_by_tid(tasks, 200), &made->space, line,
			      sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "prog -x  last");
	FB_OK(fb_task_cmdline(&made->kernel, fb_tasks_by_tid(tasks, 200), &made->space, line, 4));
	CU_ASSERT_STRING_EQUAL(line, "pro");
	MADE_SET(made, mm, mm_arg_end, text - 1);
	FB_OK(fb_task_cmdline(&made->kernel, fb_tasks_by_tid(tasks, 200), &made->space, line,
			      sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "");
	MADE_SET(made, mm, mm_arg_end, UINT64_MAX);
	made_lose(made, text);
	FB_OK(fb_task_cmdline(&made->kernel, fb_tasks_by_tid(tasks, 200), &made->space, line,
			      sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "");
	FB_OK(fb_task_cmdline(&made->kernel, fb_tasks_by_tid(tasks, 1), &made->space, line,
			      sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "");
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

/* A program that wrote over the end of its arguments shows a title of its own (setproctitle(3)). */
static void reads_titles(void)
{
	struct made_task_host host;
	struct made_kernel *made;
	struct fb_tasks *tasks;
	const struct fb_task *task;
	uint64_t mm, text;
	char line[64];

	made_task_host_create(&host);
	made = host.made.made;
	mm = made_alloc(made, 64);
	text = made_alloc_pages(made, 8192) + 4096 - 16;
	memcpy(made_at(made, text), "server: worker process 7\0HOME=/\0", 33);
	MADE_FIELD(made, mm_arg_start, 0, 8);
	MADE_FIELD(made, mm_arg_end, 8, 8);
	MADE_FIELD(made, mm_env_start, 16, 8);
	MADE_FIELD(made, mm_env_end, 24, 8);
	MADE_SET(made, mm, mm_arg_start, text);
	MADE_SET(made, mm, mm_arg_end, text + 10);
	MADE_SET(made, mm, mm_env_start, text + 10);
	MADE_SET(made, mm, mm_env_end, text + 33);
	MADE_SET(made, host.child, task_mm, mm);
	tasks = made_tasks_load(&host.made);
	task = fb_tasks_by_tid(tasks, 200);
	FB_OK(fb_task_cmdline(&made->kernel, task, &made->space, line, sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "server: worker process 7");
	FB_OK(fb_task_cmdline(&made->kernel, task, &made->space, line, 16));
	CU_ASSERT_STRING_EQUAL(line, "server: worker ");
	/* The environment is elsewhere: what is behind the arguments is not a title. */
	MADE_SET(made, mm, mm_env_start, text + 12);
	FB_OK(fb_task_cmdline(&made->kernel, task, &made->space, line, sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "server: wo");
	MADE_SET(made, mm, mm_env_start, text + 10);
	MADE_SET(made, mm, mm_env_end, text);
	FB_OK(fb_task_cmdline(&made->kernel, task, &made->space, line, sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "server: wo");
	/* A wild end is cut to what there is room for, and where its page is missing, to the arguments. */
	MADE_SET(made, mm, mm_env_end, UINT64_MAX);
	made_lose(made, text + 16);
	FB_OK(fb_task_cmdline(&made->kernel, task, &made->space, line, sizeof(line)));
	CU_ASSERT_STRING_EQUAL(line, "server: wo");
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

FB_TEST_MAIN("kernel/task_read", FB_TEST(believes_no_garbage), FB_TEST(reads_states),
	     FB_TEST(reads_levels), FB_TEST(threads_share_a_namespace),
	     FB_TEST(reads_command_lines), FB_TEST(reads_titles))
