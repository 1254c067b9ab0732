// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks by those that wait where they wait, and by locks that they hold. */
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

#define STACK_BYTES 8192u
/* From the stack's top down to where its task sleeps, and to the waiter's structure. */
#define SLEEPS_AT 0x800u
#define WAITER_AT 0x600u

/* init sleeps; nothing but a lock leads to the hidden process, which sleeps too. */
struct host {
	struct made_tasks made;
	uint64_t init, hidden;
};

static uint64_t make_stack(struct host *host, uint64_t task)
{
	uint64_t stack = made_alloc_pages(host->made.made, 2ull * STACK_BYTES);

	stack = (stack + STACK_BYTES - 1) & ~(STACK_BYTES - 1ull);
	made_put(host->made.made, stack, 0x57AC6E9D, 8);
	MADE_SET(host->made.made, task, task_stack, stack);
	MADE_SET(host->made.made, task, task_thread_sp, stack + STACK_BYTES - SLEEPS_AT);
	return stack;
}

static void make_host(struct host *host)
{
	struct made_kernel *made;

	made_tasks_create(&host->made);
	made = host->made.made;
	made->kernel.layout.thread_union.size = STACK_BYTES;
	MADE_FIELD(made, task_thread_sp, 248, 8);
	MADE_FIELD(made, mutex_waiter_list, 0, 16);
	MADE_FIELD(made, mutex_waiter_task, 16, 8);
	MADE_FIELD(made, mutex_owner, 0, 8);
	MADE_FIELD(made, mutex_wait_list, 16, 16);
	MADE_FIELD(made, wait_entry_private, 8, 8);
	MADE_FIELD(made, wait_entry_list, 24, 16);
	host->init = made_process(&host->made, host->made.init_task, 1, "init");
	host->hidden = made_process_apart(&host->made, host->init, 200, "hidden");
	made_task_hide(&host->made, host->hidden);
	make_stack(host, host->init);
	make_stack(host, host->hidden);
}

static uint64_t top_of(struct host *host, uint64_t task)
{
	return made_task_word(&host->made, task + 40) + STACK_BYTES;
}

static uint64_t make_mutex(struct host *host, uint64_t owner)
{
	uint64_t mutex = made_alloc(host->made.made, 64);

	made_list_init(host->made.made, mutex + 16);
	MADE_SET(host->made.made, mutex, mutex_owner, owner);
	return mutex;
}

/* The task's structure in its stack, below the top by `below`, queued at the list. */
static void queue_mutex(struct host *host, uint64_t mutex, uint64_t task, uint64_t below)
{
	uint64_t waiter = top_of(host, task) - below;

	MADE_SET(host->made.made, waiter, mutex_waiter_task, task);
	made_list_add(host->made.made, mutex + 16, waiter);
}

static uint64_t queue_entry(struct host *host, uint64_t head, uint64_t task)
{
	uint64_t entry = top_of(host, task) - WAITER_AT;

	MADE_SET(host->made.made, entry, wait_entry_private, task);
	made_list_add(host->made.made, head, entry + 24);
	return entry;
}

/* found_by: 0 where the hidden task must not be found. Ends the host. */
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

static void finds_who_waits_for_the_same_lock(void)
{
	struct host host;
	uint64_t mutex;

	make_host(&host);
	mutex = make_mutex(&host, 0);
	queue_mutex(&host, mutex, host.init, WAITER_AT);
	queue_mutex(&host, mutex, host.hidden, WAITER_AT);
	expect(&host, FB_FOUND_WAITER);
}

static void finds_who_waits_in_the_same_queue(void)
{
	struct host host;
	uint64_t head;

	make_host(&host);
	head = made_alloc(host.made.made, 64);
	made_list_init(host.made.made, head);
	queue_entry(&host, head, host.hidden);
	queue_entry(&host, head, host.init);
	expect(&host, FB_FOUND_WAITER);
}

/* One waits for what another holds, whose word has flags in its low bits. */
static void finds_owners(void)
{
	struct host host;

	make_host(&host);
	queue_mutex(&host, make_mutex(&host, host.hidden | 5), host.init, WAITER_AT);
	expect(&host, FB_FOUND_LOCK_OWNER);
}

/* Of a waiter that was found just now. */
static void goes_on_from_what_it_finds(void)
{
	uint64_t between, mutex;
	struct fb_tasks *tasks;
	struct host host;

	make_host(&host);
	between = made_process(&host.made, host.init, 150, "between");
	make_stack(&host, between);
	made_task_hide(&host.made, between);
	mutex = make_mutex(&host, 0);
	queue_mutex(&host, mutex, host.init, WAITER_AT);
	queue_mutex(&host, mutex, between, WAITER_AT);
	queue_mutex(&host, make_mutex(&host, host.hidden), between, WAITER_AT - 64);
	FB_OK_FATAL(fb_tasks_load(&host.made.made->kernel, &tasks));
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 150));
	CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 200));
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

/* What a task_struct names itself: an rt_mutex, and a mutex since 6.18. */
static void follows_what_the_task_names(void)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		struct host host;
		uint64_t waiter, lock;

		make_host(&host);
		MADE_FIELD(host.made.made, task_pi_blocked_on, 240, 8);
		MADE_FIELD(host.made.made, rt_mutex_waiter_lock, 8, 8);
		MADE_FIELD(host.made.made, rt_mutex_owner, 24, 8);
		if (kind == 1) {
			MADE_FIELD(host.made.made, rt_mutex_owner_older, 24, 8);
			host.made.made->kernel.layout.rt_mutex_owner.found = false;
		}
		waiter = made_alloc(host.made.made, 64);
		lock = made_alloc(host.made.made, 64);
		MADE_SET(host.made.made, waiter, rt_mutex_waiter_lock, lock);
		made_put(host.made.made, lock + 24, host.hidden | 1, 8);
		if (kind == 2) {
			host.made.made->kernel.layout.task_pi_blocked_on.found = false;
			MADE_FIELD(host.made.made, task_blocked_on, 240, 8);
			lock = waiter = make_mutex(&host, host.hidden);
		}
		made_put(host.made.made, host.init + 240, waiter, 8);
		expect(&host, FB_FOUND_LOCK_OWNER);
	}
}

/* An entry that is not on the stack of the task it names: of a driver's own, or left over. */
static void believes_no_entry_beside_the_stack(void)
{
	struct host host;
	uint64_t head, entry;

	make_host(&host);
	head = made_alloc(host.made.made, 64);
	made_list_init(host.made.made, head);
	queue_entry(&host, head, host.init);
	entry = made_alloc(host.made.made, 64);
	MADE_SET(host.made.made, entry, wait_entry_private, host.hidden);
	made_list_add(host.made.made, head, entry + 24);
	expect(&host, 0);
}

/* One that was taken off its list: its links do not lead back. */
static void believes_no_stale_entry(void)
{
	struct host host;
	uint64_t mutex;

	make_host(&host);
	mutex = make_mutex(&host, host.hidden);
	queue_mutex(&host, mutex, host.init, WAITER_AT);
	made_list_init(host.made.made, mutex + 16);
	expect(&host, 0);
}

/* Below where the task sleeps stands what is left of calls that have returned. */
static void looks_above_the_stack_pointer(void)
{
	struct host host;

	make_host(&host);
	queue_mutex(&host, make_mutex(&host, host.hidden), host.init, SLEEPS_AT + 64);
	expect(&host, 0);
}

static void believes_no_dead_owner(void)
{
	struct host host;

	make_host(&host);
	MADE_SET(host.made.made, host.hidden, task_signal, 0);
	queue_mutex(&host, make_mutex(&host, host.hidden), host.init, WAITER_AT);
	expect(&host, 0);
}

/* A stack that is lost, or whose pointer lies outside it, says nothing. */
static void passes_over_lost_stacks(void)
{
	for (unsigned wrong = 0; wrong < 3; wrong++) {
		struct host host;
		uint64_t mutex;

		make_host(&host);
		mutex = make_mutex(&host, host.hidden);
		queue_mutex(&host, mutex, host.init, WAITER_AT);
		if (wrong == 0)
			made_lose(host.made.made, top_of(&host, host.init) - 1);
		else
			MADE_SET(host.made.made, host.init, task_thread_sp,
				 wrong == 1 ? top_of(&host, host.init) : 0x10);
		expect(&host, 0);
	}
}

static void what_is_fatal_passes(void)
{
	struct host host;
	uint64_t mutex;

	make_host(&host);
	mutex = make_mutex(&host, host.hidden | 1);
	queue_mutex(&host, mutex, host.init, WAITER_AT);
	queue_mutex(&host, mutex, host.hidden, WAITER_AT);
	CU_ASSERT(made_tasks_must_pass(&host.made) > 100);
	made_tasks_destroy(&host.made);
}

FB_TEST_MAIN("kernel/task_waiters", FB_TEST(finds_who_waits_for_the_same_lock),
	     FB_TEST(finds_who_waits_in_the_same_queue), FB_TEST(finds_owners),
	     FB_TEST(goes_on_from_what_it_finds), FB_TEST(follows_what_the_task_names),
	     FB_TEST(believes_no_entry_beside_the_stack), FB_TEST(believes_no_stale_entry),
	     FB_TEST(looks_above_the_stack_pointer), FB_TEST(believes_no_dead_owner),
	     FB_TEST(passes_over_lost_stacks), FB_TEST(what_is_fatal_passes))
