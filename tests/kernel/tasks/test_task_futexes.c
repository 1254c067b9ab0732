// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks by the futexes that they sleep for, in each kind of table that kernels had. */
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

#define BUCKETS 4u
#define BUCKET_BYTES 64u

/* init, and a process that nothing but a futex leads to. */
struct host {
	struct made_tasks made;
	uint64_t init, hidden, table;
};

static uint64_t make_table(struct made_kernel *made)
{
	uint64_t table = made_alloc_pages(made, (uint64_t)BUCKETS * BUCKET_BYTES);

	for (uint64_t i = 0; i < BUCKETS; i++)
		made_list_init(made, table + i * BUCKET_BYTES + 8);
	return table;
}

static void make_host(struct host *host)
{
	struct made_kernel *made;

	made_tasks_create(&host->made);
	made = host->made.made;
	made->kernel.layout.futex_hash_bucket.size = BUCKET_BYTES;
	MADE_FIELD(made, futex_bucket_chain, 8, 16);
	MADE_FIELD(made, futex_q_node, 24, 16);
	MADE_FIELD(made, futex_q_task, 40, 8);
	MADE_FIELD(made, futex_q_pi_state, 80, 8);
	MADE_FIELD(made, futex_pi_owner, 48, 8);
	host->init = made_process(&host->made, host->made.init_task, 1, "init");
	host->hidden = made_process_apart(&host->made, host->init, 200, "hidden");
	made_task_hide(&host->made, host->hidden);
	host->table = make_table(made);
}

/* __futex_data, of two words. */
static void make_global(struct host *host, uint64_t first, uint64_t second)
{
	uint64_t data = made_alloc(host->made.made, 64);

	made_put(host->made.made, data, first, 8);
	made_put(host->made.made, data + 8, second, 8);
	made_tasks_symbol(&host->made, "__futex_data", data);
}

/* The struct futex_q of a sleeper, in a bucket of a table. */
static uint64_t sleep_in(struct host *host, uint64_t table, unsigned bucket, uint64_t task)
{
	uint64_t waiter = made_alloc_pages(host->made.made, 128);

	MADE_SET(host->made.made, waiter, futex_q_task, task);
	made_list_add(host->made.made, table + (uint64_t)bucket * BUCKET_BYTES + 8, waiter + 24);
	return waiter;
}

static struct fb_tasks *load(struct host *host)
{
	struct fb_tasks *tasks = NULL;

	FB_OK_FATAL(fb_tasks_load(&host->made.made->kernel, &tasks));
	return tasks;
}

static bool warned_of_futexes(struct host *host)
{
	for (size_t i = 0; i < fb_warnings_count(host->made.made->warnings); i++)
		if (strstr(fb_warnings_get(host->made.made->warnings, i), "tasks: futex"))
			return true;
	return false;
}

/* Loads, holds what is known of the hidden task, and ends the host. */
static void expect(struct host *host, bool found)
{
	struct fb_tasks *tasks = load(host);
	const struct fb_task *task = fb_tasks_by_tid(tasks, 200);

	CU_ASSERT_EQUAL(task != NULL, found);
	if (task)
		CU_ASSERT_EQUAL(task->found_by, FB_FOUND_FUTEX);
	CU_ASSERT_EQUAL(fb_tasks_count(tasks), found ? 3 : 2);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host->made);
}

static void finds_in_one_table(void)
{
	struct host host;

	make_host(&host);
	make_global(&host, host.table, BUCKETS);
	sleep_in(&host, host.table, BUCKETS - 1, host.hidden);
	expect(&host, true);
}

/* Only where the table shows that it is not whole. */
static void does_not_ask_in_vain(void)
{
	struct fb_tasks *tasks;
	struct host host;

	make_host(&host);
	make_global(&host, host.table, BUCKETS);
	sleep_in(&host, host.table, 0, host.init);
	made_put(host.made.made, host.made.nr_threads, 1, 4);
	tasks = load(&host);
	CU_ASSERT(!fb_tasks_damaged(tasks));
	CU_ASSERT(!(fb_tasks_by_tid(tasks, 1)->found_by & FB_FOUND_FUTEX));
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&host.made);
}

/* One table for each node of memory, the second of which has none. */
static void finds_in_tables_of_nodes(void)
{
	for (unsigned nodes = 1; nodes <= 3; nodes += 2) {
		uint64_t second, ids;
		struct host host;

		make_host(&host);
		ids = made_alloc(host.made.made, 8);
		second = make_table(host.made.made);
		make_global(&host, BUCKETS - 1, 2);
		made_put(host.made.made, host.made.addresses[5] + 16, host.table, 8);
		made_put(host.made.made, host.made.addresses[5] + 32, second, 8);
		if (nodes > 1) {
			made_put(host.made.made, ids, nodes, 4);
			made_tasks_symbol(&host.made, "nr_node_ids", ids);
		}
		sleep_in(&host, nodes > 1 ? second : host.table, 1, host.hidden);
		expect(&host, true);
	}
}

static void finds_by_symbols_of_their_own(void)
{
	uint64_t words, tables;
	struct host host;

	make_host(&host);
	words = made_alloc(host.made.made, 64);
	tables = made_alloc(host.made.made, 64);
	made_put(host.made.made, words, tables, 8);
	made_put(host.made.made, words + 8, BUCKETS - 1, 4);
	made_put(host.made.made, tables, host.table, 8);
	made_tasks_symbol(&host.made, "__futex_queues", words);
	made_tasks_symbol(&host.made, "__futex_mask", words + 8);
	sleep_in(&host, host.table, 2, host.hidden);
	expect(&host, true);
}

/* Where only the code of a function has the address: what else it moves to registers is not taken for it. */
static void finds_by_the_kernels_code(void)
{
	for (unsigned i = 0; i < 4; i++) {
		static const unsigned char moves[] = {0x48, 0xb9, 0x49, 0xba, 0x48, 0xb8};
		uint64_t code, words, tables;
		struct host host;

		make_host(&host);
		words = made_alloc(host.made.made, 64);
		tables = made_alloc(host.made.made, 64);
		code = made_alloc_pages(host.made.made, 4096);
		made_put(host.made.made, words, BUCKETS - 1, 4);
		made_put(host.made.made, tables, host.table, 8);
		/* A number, an address of what is no table, and the tables'. */
		for (unsigned move = 0; move < 3; move++) {
			uint64_t at = code + 100 + move * 20;

			made_put(host.made.made, at, moves[2 * move], 1);
			made_put(host.made.made, at + 1, moves[2 * move + 1], 1);
			made_put(host.made.made, at + 2,
				 move == 0   ? 0x1234
				 : move == 1 ? words
					     : tables + (i == 1),
				 8);
		}
		if (i == 2)
			made_put(host.made.made, code + 141, 0xc8, 1);
		made_tasks_symbol(&host.made, "__futex_mask", words);
		if (i != 3)
			made_tasks_symbol(&host.made, "__futex_hash", code);
		sleep_in(&host, host.table, 2, host.hidden);
		expect(&host, i == 0);
	}
}

/* Since 6.16 a process has a table of its own; a mask of 0 says that it uses the kernel's. */
static void finds_in_private_tables(void)
{
	for (unsigned mask = 0; mask < BUCKETS; mask += BUCKETS - 1) {
		uint64_t mm, hash;
		struct host host;

		make_host(&host);
		make_global(&host, host.table, BUCKETS);
		MADE_FIELD(host.made.made, mm_futex_hash, 8, 8);
		MADE_FIELD(host.made.made, futex_private_mask, 4, 4);
		MADE_FIELD(host.made.made, futex_private_queues, BUCKET_BYTES, 0);
		mm = made_alloc(host.made.made, 64);
		hash = make_table(host.made.made);
		made_alloc_pages(host.made.made, FB_PAGE_SIZE);
		for (uint64_t i = 0; i < BUCKETS; i++)
			made_list_init(host.made.made, hash + (i + 1) * BUCKET_BYTES + 8);
		MADE_SET(host.made.made, hash, futex_private_mask, mask);
		MADE_SET(host.made.made, mm, mm_futex_hash, hash);
		MADE_SET(host.made.made, host.init, task_mm, mm);
		sleep_in(&host, hash + BUCKET_BYTES, 3, host.hidden);
		expect(&host, mask > 0);
	}
}

/* It sleeps for nothing, but holds what another sleeps for. */
static void finds_owners(void)
{
	uint64_t waiter, state;
	struct host host;

	make_host(&host);
	make_global(&host, host.table, BUCKETS);
	waiter = sleep_in(&host, host.table, 0, host.init);
	state = made_alloc(host.made.made, 64);
	MADE_SET(host.made.made, waiter, futex_q_pi_state, state);
	MADE_SET(host.made.made, state, futex_pi_owner, host.hidden);
	expect(&host, true);
}

/* Kernels without the members of a lock's owner, and sleepers for what has none. */
static void sleepers_need_no_owner(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct fb_layout *layout;
		struct fb_tasks *tasks;
		struct host host;
		uint64_t state, waiter;

		make_host(&host);
		make_global(&host, host.table, BUCKETS);
		layout = &host.made.made->kernel.layout;
		waiter = sleep_in(&host, host.table, 0, host.hidden);
		state = made_alloc(host.made.made, 64);
		if (i < 3) /* without an owner: 0 */
			MADE_SET(host.made.made, waiter, futex_q_pi_state, state);
		if (i == 1)
			layout->futex_q_pi_state.found = false;
		else if (i == 2)
			layout->futex_pi_owner.found = false;
		tasks = load(&host);
		CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 200));
		CU_ASSERT_FALSE(warned_of_futexes(&host));
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&host.made);
	}
}

/* The stack of one sleeper is lost: those on both sides of it are not. */
static void goes_round_lost_sleepers(void)
{
	for (unsigned side = 0; side < 2; side++) {
		struct fb_tasks *tasks;
		uint64_t lost = 0;
		struct host host;

		make_host(&host);
		make_global(&host, host.table, BUCKETS);
		for (unsigned i = 0; i < 3; i++) {
			uint64_t waiter = sleep_in(&host, host.table, 1,
						   i == 2 * side ? host.hidden : host.init);

			if (i == 1)
				lost = waiter;
		}
		made_lose(host.made.made, lost);
		tasks = load(&host);
		CU_ASSERT_PTR_NOT_NULL(fb_tasks_by_tid(tasks, 200));
		CU_ASSERT(warned_of_futexes(&host));
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&host.made);
	}
}

/* A task_struct that has been freed, or never was one. */
static void believes_no_dead_task(void)
{
	for (unsigned wrong = 0; wrong < 5; wrong++) {
		struct host host;

		make_host(&host);
		make_global(&host, host.table, BUCKETS);
		sleep_in(&host, host.table, 1, wrong == 4 ? host.hidden + 8 : host.hidden);
		if (wrong == 0) /* reaped */
			MADE_SET(host.made.made, host.hidden, task_signal, 0);
		else if (wrong == 1)
			MADE_SET(host.made.made, host.hidden, task_exit_state, 0x10);
		else if (wrong == 2) /* its struct pid is another's now */
			MADE_SET(host.made.made, made_task_word(&host.made, host.hidden + 176) + 48,
				 upid_nr, 201);
		else if (wrong == 3)
			made_put(host.made.made, host.hidden + 80, 0xdead000000000122ull, 8);
		expect(&host, false);
	}
}

static void believes_no_strange_table(void)
{
	static const struct {
		uint64_t size;
		bool broken;
	} sizes[] = {{3, true}, {0, true}, {1ull << 40, true}, {BUCKETS, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes); i++) {
		struct fb_tasks *tasks;
		struct host host;

		make_host(&host);
		make_global(&host, host.table, sizes[i].size);
		tasks = load(&host);
		CU_ASSERT_EQUAL(warned_of_futexes(&host), sizes[i].broken);
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&host.made);
	}
}

/* Without one of the members the tables cannot be read, and nothing is said of that. */
static void needs_every_member(void)
{
	for (unsigned missing = 0; missing < 4; missing++) {
		struct fb_layout *layout;
		struct fb_tasks *tasks;
		struct host host;

		make_host(&host);
		make_global(&host, host.table, BUCKETS);
		sleep_in(&host, host.table, 0, host.hidden);
		layout = &host.made.made->kernel.layout;
		if (missing == 0)
			layout->futex_hash_bucket.size = 0;
		else
			(missing == 1   ? &layout->futex_bucket_chain
			 : missing == 2 ? &layout->futex_q_node
					: &layout->futex_q_task)
				->found = false;
		tasks = load(&host);
		CU_ASSERT_PTR_NULL(fb_tasks_by_tid(tasks, 200));
		CU_ASSERT_FALSE(warned_of_futexes(&host));
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&host.made);
	}
}

static void what_is_fatal_passes(void)
{
	struct host host;

	make_host(&host);
	make_global(&host, host.table, BUCKETS);
	sleep_in(&host, host.table, 1, host.hidden);
	CU_ASSERT(made_tasks_must_pass(&host.made) > 80);
	made_tasks_destroy(&host.made);
}

FB_TEST_MAIN("kernel/task_futexes", FB_TEST(needs_every_member), FB_TEST(finds_in_one_table),
	     FB_TEST(does_not_ask_in_vain), FB_TEST(finds_in_tables_of_nodes),
	     FB_TEST(finds_by_symbols_of_their_own), FB_TEST(finds_by_the_kernels_code),
	     FB_TEST(finds_in_private_tables), FB_TEST(finds_owners),
	     FB_TEST(sleepers_need_no_owner), FB_TEST(goes_round_lost_sleepers),
	     FB_TEST(believes_no_dead_task), FB_TEST(believes_no_strange_table),
	     FB_TEST(what_is_fatal_passes))
