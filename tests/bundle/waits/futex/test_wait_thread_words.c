// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads by an address of their own: of a process whose threads all wait for each other. */
#include "bundle/waits/futex/wait_thread_words.h"

#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

#define THREADS 100
#define LEADER 100
#define OTHER 500
/* Where struct pthread of a thread is, or its TID's word. */
#define WORD(tid) (0x7f0000000000ull + (uint64_t)(tid)*0x1000)

struct process {
	struct made_tasks made;
	struct fb_tasks *tasks;
	struct fb_thread_words words;
	const struct fb_field *field;
};

/* The leader and THREADS more, and another process. All have the word of their TIDs, the last two the
 * same. */
static void make_process(struct process *process)
{
	struct made_kernel *made;
	uint64_t leader, other;

	*process = (struct process){0};
	made_tasks_create(&process->made);
	made = process->made.made;
	MADE_FIELD(made, task_thread_fsbase, 240, 8);
	process->field = &made->kernel.layout.task_thread_fsbase;
	leader = made_process(&process->made, process->made.init_task, LEADER, "many");
	MADE_SET(made, leader, task_thread_fsbase, WORD(LEADER));
	for (int tid = LEADER + 1; tid <= LEADER + THREADS; tid++) {
		uint64_t task = made_thread(&process->made, leader, tid, "one");

		MADE_SET(made, task, task_thread_fsbase,
			 WORD(tid == LEADER + THREADS ? tid - 1 : tid));
	}
	other = made_process(&process->made, process->made.init_task, OTHER, "other");
	MADE_SET(made, other, task_thread_fsbase, WORD(LEADER));
	FB_OK_FATAL(fb_tasks_load(&made->kernel, &process->tasks));
}

static void free_process(struct process *process)
{
	fb_thread_words_deinit(&process->words);
	fb_tasks_destroy(process->tasks);
	made_tasks_destroy(&process->made);
}

/* 0: none. */
static int32_t find(struct process *process, int32_t pid, uint64_t word,
		    const struct fb_task * not )
{
	const struct fb_task *task = NULL;

	FB_OK(fb_thread_words_find(&process->words, &process->made.made->kernel, process->tasks,
				   process->field, pid, word, not, &task));
	return task ? task->tid : 0;
}

static void finds_threads(void)
{
	struct process process;
	int last = LEADER + THREADS;

	make_process(&process);
	CU_ASSERT_EQUAL(find(&process, LEADER, WORD(LEADER), NULL), LEADER);
	CU_ASSERT_EQUAL(find(&process, OTHER, WORD(LEADER), NULL), OTHER);
	CU_ASSERT_EQUAL(find(&process, LEADER, WORD(LEADER + 7), NULL), LEADER + 7);
	CU_ASSERT_EQUAL(find(&process, OTHER, WORD(LEADER + 7), NULL), 0);
	CU_ASSERT_EQUAL(find(&process, LEADER, WORD(LEADER) + 8, NULL), 0);
	/* Of two the first, but for the one that asks. */
	CU_ASSERT_EQUAL(find(&process, LEADER, WORD(last - 1), NULL), last - 1);
	CU_ASSERT_EQUAL(
		find(&process, LEADER, WORD(last - 1), fb_tasks_by_tid(process.tasks, last - 1)),
		last);
	CU_ASSERT_EQUAL(find(&process, LEADER, WORD(LEADER + 7),
			     fb_tasks_by_tid(process.tasks, LEADER + 7)),
			0);
	CU_ASSERT_EQUAL(find(&process, 7777, WORD(LEADER), NULL), 0);
	free_process(&process);
}

/* THREADS times THREADS reads would be 10,000. */
static void reads_each_thread_once(void)
{
	struct process process;
	uint64_t before;

	make_process(&process);
	before = process.made.made->reads;
	for (int tid = LEADER; tid < LEADER + THREADS; tid++)
		CU_ASSERT_EQUAL(find(&process, LEADER, WORD(tid), NULL), tid);
	CU_ASSERT_EQUAL(process.made.made->reads - before, THREADS + 1);
	free_process(&process);
}

FB_TEST_MAIN("bundle/wait_thread_words", FB_TEST(finds_threads), FB_TEST(reads_each_thread_once))
