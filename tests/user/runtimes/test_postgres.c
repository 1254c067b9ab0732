// SPDX-License-Identifier: GPL-2.0-or-later
/* PostgreSQL's backends and who blocks whom, in made memory of each version; damaged and missing memory gives a
 * reason. */
#include "user/runtimes/postgres.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "tests/user/runtimes/made_postgres.h"
#include "user/runtimes/postgres_locks.h"

/* Lock modes and their bits. */
enum { ACCESS_SHARE = 1, ROW_EXCLUSIVE = 3, SHARE = 5, EXCLUSIVE = 7, ACCESS_EXCLUSIVE = 8 };
#define BIT(mode) (1u << (mode))

static const uint32_t versions[] = {13, 14, 140003, 17, 18};

static struct fb_postgres *open_made(struct made_postgres *made)
{
	struct fb_postgres *postgres = NULL;

	FB_OK(fb_postgres_open_at(&made->space, &made->variables, &postgres));
	CU_ASSERT_PTR_NOT_NULL_FATAL(postgres);
	return postgres;
}

static const struct fb_postgres_backend *backend_of(const struct fb_postgres *postgres,
						    size_t index)
{
	const struct fb_postgres_backend *backend =
		fb_postgres_by_pid(postgres, MADE_POSTGRES_PID(index));

	CU_ASSERT_PTR_NOT_NULL_FATAL(backend);
	return backend;
}

/* The backends that block the one with the index, as text: "2+ 3", with a plus for those that have the lock. */
static const char *blockers(struct fb_postgres *postgres, size_t index)
{
	static char text[128];
	struct fb_postgres_wait wait = {.blockers = NULL};
	size_t used = 0;

	text[0] = '\0';
	FB_OK(fb_postgres_blockers(postgres, backend_of(postgres, index), 16, &wait));
	for (size_t i = 0; i < wait.count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d%s", i ? " " : "",
					 wait.blockers[i].pid - MADE_POSTGRES_PID(0),
					 wait.blockers[i].holds ? "+" : "");
	fb_postgres_wait_deinit(&wait);
	return text;
}

static void each_version_is_known_by_its_own_process(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(versions); i++) {
		struct made_postgres made;
		struct fb_postgres *postgres;
		const char *why;
		size_t count;

		made_postgres_begin(&made, versions[i], 6);
		postgres = open_made(&made);
		CU_ASSERT_EQUAL(fb_postgres_version(postgres),
				versions[i] == 140003 ? 14 : versions[i]);
		(void)fb_postgres_backends(postgres, &count);
		CU_ASSERT_EQUAL(count, 6);
		CU_ASSERT_EQUAL(fb_postgres_lost(postgres, &why), 0);
		CU_ASSERT_STRING_EQUAL(why, "");
		CU_ASSERT_EQUAL(backend_of(postgres, 4)->semaphore, 0x7400);
		CU_ASSERT_PTR_NULL(fb_postgres_by_pid(postgres, 7));
		fb_postgres_destroy(postgres);
		made_postgres_end(&made);
	}
}

/* Each of the proofs alone keeps a layout from being believed. */
static void what_does_not_prove_right_is_not_read(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(versions); i++) {
		for (int wrong = 0; wrong < 6; wrong++) {
			struct made_postgres made;
			struct fb_postgres *postgres = NULL;

			made_postgres_begin(&made, versions[i], 6);
			switch (wrong) {
			case 0:
				made.variables.latch += 4;
				break;
			case 1:
				made.variables.wait_event_info += 4;
				break;
			case 2:
				made.variables.pid++;
				break;
			case 3:
				made.variables.database++;
				break;
			case 4:
				made.variables.number++;
				break;
			default:
				made_postgres_put(&made, made.variables.proc_global, made.procs + 8,
						  8);
			}
			FB_FAILS(fb_postgres_open_at(&made.space, &made.variables, &postgres),
				 FB_UNSUPPORTED);
			made_postgres_end(&made);
		}
	}
}

/* The first PGPROC is where all layouts have it: how far away the next one is decides. */
static void the_first_process_is_told_apart_by_the_next(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(versions); i++) {
		struct made_postgres made;
		struct fb_postgres *postgres = NULL;
		size_t count;

		made_postgres_begin(&made, versions[i], 6);
		made_postgres_become(&made, 0);
		postgres = open_made(&made);
		CU_ASSERT_EQUAL(fb_postgres_version(postgres),
				versions[i] == 140003 ? 14 : versions[i]);
		CU_ASSERT_EQUAL(fb_postgres_backends(postgres, &count)[5].pid,
				MADE_POSTGRES_PID(5));
		fb_postgres_destroy(postgres);
		made_postgres_put(&made, made_postgres_leader_at(&made, 1) + 16, made.procs, 8);
		FB_FAILS(fb_postgres_open_at(&made.space, &made.variables, &postgres),
			 FB_UNSUPPORTED);
		made_postgres_end(&made);
	}
}

static void states_and_queries_are_those_of_each_version(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(versions); i++) {
		const uint32_t first = versions[i] == 18 ? 2 : 1;
		struct fb_postgres_status status;
		struct made_postgres made;
		struct fb_postgres *postgres;

		made_postgres_begin(&made, versions[i], 6);
		made_postgres_state(&made, 2, first + 2, "update t set a = 1");
		made_postgres_state(&made, 3, first + 1, "select 3");
		made_postgres_state(&made, 4, first + 9, "");
		postgres = open_made(&made);
		FB_OK(fb_postgres_status(postgres, backend_of(postgres, 2), &status));
		CU_ASSERT_STRING_EQUAL(status.state, "idle in transaction");
		CU_ASSERT_STRING_EQUAL(status.query, "update t set a = 1");
		CU_ASSERT_EQUAL(status.database, 5);
		CU_ASSERT_EQUAL(status.user, 10);
		CU_ASSERT_FALSE(status.query_lost);
		FB_OK(fb_postgres_status(postgres, backend_of(postgres, 3), &status));
		CU_ASSERT_STRING_EQUAL(status.state, "active");
		FB_OK(fb_postgres_status(postgres, backend_of(postgres, 4), &status));
		CU_ASSERT_PTR_NULL(status.state);
		FB_OK(fb_postgres_status(postgres, backend_of(postgres, 5), &status));
		CU_ASSERT_STRING_EQUAL(status.state, "idle");
		CU_ASSERT_STRING_EQUAL(status.query, "select 5");
		fb_postgres_destroy(postgres);
		made_postgres_end(&made);
	}
}

static void holders_and_those_before_it_in_the_queue_block(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(versions); i++) {
		struct fb_postgres_wait wait;
		struct made_postgres made;
		struct fb_postgres *postgres;

		made_postgres_queue(&made, versions[i]);
		postgres = open_made(&made);
		CU_ASSERT_STRING_EQUAL(blockers(postgres, 2), "1+");
		CU_ASSERT_STRING_EQUAL(blockers(postgres, 3), "2");
		CU_ASSERT_STRING_EQUAL(blockers(postgres, 4), "1+ 2 3");
		FB_OK(fb_postgres_blockers(postgres, backend_of(postgres, 4), 2, &wait));
		CU_ASSERT_STRING_EQUAL(wait.lock, "relation 16384 of database 5");
		CU_ASSERT_STRING_EQUAL(wait.type, "relation");
		CU_ASSERT_STRING_EQUAL(wait.mode, "AccessExclusiveLock");
		CU_ASSERT_EQUAL(wait.queue_before, 2);
		CU_ASSERT_EQUAL(wait.count, 2);
		CU_ASSERT_TRUE(wait.more);
		fb_postgres_wait_deinit(&wait);
		FB_FAILS(fb_postgres_blockers(postgres, backend_of(postgres, 1), 2, &wait),
			 FB_NOT_FOUND);
		fb_postgres_destroy(postgres);
		made_postgres_end(&made);
	}
}

/* The manual's table of conflicts: which modes, from 1 on, conflict with each. */
static void modes_conflict_as_the_manual_says(void)
{
	static const char *const table[9] = {
		"", "8", "78", "5678", "45678", "34678", "345678", "2345678", "12345678",
	};
	for (uint32_t wanted = 1; wanted <= 8; wanted++) {
		for (uint32_t held = 1; held <= 8; held++) {
			struct made_postgres made;
			struct fb_postgres *postgres;

			made_postgres_begin(&made, 17, 4);
			made_postgres_hold(&made, 0, 1, BIT(held));
			made_postgres_hold(&made, 0, 2, 0);
			made_postgres_wait(&made, 0, 2, wanted);
			postgres = open_made(&made);
			CU_ASSERT_STRING_EQUAL(blockers(postgres, 2),
					       strchr(table[wanted], '0' + (int)held) ? "1+" : "");
			fb_postgres_destroy(postgres);
			made_postgres_end(&made);
		}
	}
}

/* Parallel workers block by their leader, once, and not each other; a prepared transaction has no PID. */
static void a_lock_group_is_one(void)
{
	struct made_postgres made;
	struct fb_postgres *postgres;

	made_postgres_begin(&made, 18, 8);
	for (size_t i = 1; i < 4; i++)
		made_postgres_put(&made, made_postgres_leader_at(&made, i),
				  made_postgres_proc(&made, 1), 8);
	made_postgres_put(&made, made_postgres_pid_at(&made, 5), 0, 4);
	made_postgres_hold(&made, 0, 2, BIT(ACCESS_SHARE));
	made_postgres_hold(&made, 0, 3, BIT(ACCESS_SHARE));
	made_postgres_hold(&made, 0, 5, BIT(SHARE));
	made_postgres_hold(&made, 0, 4, 0);
	made_postgres_wait(&made, 0, 3, EXCLUSIVE);
	made_postgres_wait(&made, 0, 4, ACCESS_EXCLUSIVE);
	postgres = open_made(&made);
	CU_ASSERT_STRING_EQUAL(blockers(postgres, 4), "1+ -1000+");
	CU_ASSERT_STRING_EQUAL(blockers(postgres, 3), "-1000+");
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

static void expect_tag(uint32_t a, uint32_t b, uint32_t c, uint16_t d, uint8_t type,
		       const char *text, const char *name)
{
	struct fb_postgres_wait wait;
	struct made_postgres made;
	struct fb_postgres *postgres;
	const uint32_t fields[] = {a, b, c};

	made_postgres_begin(&made, 15 + 2, 4);
	for (size_t i = 0; i < 3; i++)
		made_postgres_put(&made, made.locks[0] + 4 * i, fields[i], 4);
	made_postgres_put(&made, made.locks[0] + 12, d, 2);
	made_postgres_put(&made, made.locks[0] + 14, type, 1);
	made_postgres_hold(&made, 0, 2, 0);
	made_postgres_wait(&made, 0, 2, EXCLUSIVE);
	postgres = open_made(&made);
	FB_OK(fb_postgres_blockers(postgres, backend_of(postgres, 2), 2, &wait));
	CU_ASSERT_STRING_EQUAL(wait.lock, text);
	CU_ASSERT_STRING_EQUAL(wait.type, name);
	fb_postgres_wait_deinit(&wait);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

static void tags_are_put_into_words(void)
{
	expect_tag(0, 1262, 0, 0, 0, "shared relation 1262", "relation");
	expect_tag(5, 7, 0, 0, 1, "extension of relation 7 of database 5", "extend");
	expect_tag(5, 0, 0, 0, 2, "frozen ids of database 5", "frozenid");
	expect_tag(5, 7, 3, 0, 3, "page 3 of relation 7 of database 5", "page");
	expect_tag(5, 7, 3, 9, 4, "tuple (3,9) of relation 7 of database 5", "tuple");
	expect_tag(730, 0, 0, 0, 5, "transaction 730", "transactionid");
	expect_tag(4, 12, 0, 0, 6, "virtual transaction 4/12", "virtualxid");
	expect_tag(730, 2, 0, 0, 7, "speculative token 2 of transaction 730", "spectoken");
	expect_tag(5, 2615, 2200, 0, 8, "object 2200 of class 2615 of database 5", "object");
	expect_tag(5, 1, 2, 3, 9, "user lock 9 (5, 1, 2, 3)", "userlock");
	expect_tag(5, UINT32_MAX, UINT32_MAX, 1, 10, "advisory lock -1 of database 5", "advisory");
	expect_tag(5, 1, 2, 2, 10, "advisory lock (1, 2) of database 5", "advisory");
	expect_tag(5, 6, 7, 0, 11, "remote transaction 7 of subscription 6 of database 5",
		   "applytransaction");
	expect_tag(5, 6, 7, 8, 99, "lock of type 99 (5, 6, 7, 8)", "unknown");
}

static void lightweight_locks_are_found_by_their_queues(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(versions); i++) {
		const uint32_t exclusive = versions[i] == 18 ? 1u << 18 : 1u << 24;
		const size_t queue[] = {5, 2, 3}, other[] = {4};
		struct fb_postgres_lwlock lock;
		struct made_postgres made;
		struct fb_postgres *postgres;

		made_postgres_begin(&made, versions[i], 8);
		made_postgres_lw_wait(&made, 9, queue, 3, 0, 0xc0000000u | exclusive);
		made_postgres_lw_wait(&made, 4, other, 1, 1, 3);
		postgres = open_made(&made);
		FB_OK(fb_postgres_lwlock(postgres, backend_of(postgres, 3), &lock));
		CU_ASSERT_EQUAL(lock.address, made.lwlocks + 9 * 128);
		CU_ASSERT_EQUAL(lock.tranche, 9);
		CU_ASSERT_TRUE(lock.exclusive);
		CU_ASSERT_EQUAL(lock.shared, 0);
		CU_ASSERT_EQUAL(backend_of(postgres, 3)->lw_mode, 0);
		FB_OK(fb_postgres_lwlock(postgres, backend_of(postgres, 4), &lock));
		CU_ASSERT_EQUAL(lock.address, made.lwlocks + 4 * 128);
		CU_ASSERT_FALSE(lock.exclusive);
		CU_ASSERT_EQUAL(lock.shared, 3);
		CU_ASSERT_EQUAL(backend_of(postgres, 4)->lw_mode, 1);
		CU_ASSERT_STRING_EQUAL(fb_postgres_event_type(backend_of(postgres, 4)->wait_event),
				       "LWLock");
		FB_FAILS(fb_postgres_lwlock(postgres, backend_of(postgres, 6), &lock),
			 FB_NOT_FOUND);
		fb_postgres_destroy(postgres);
		made_postgres_end(&made);
	}
}

static void expect_tranche(uint32_t version, uint32_t number, const char *name)
{
	struct made_postgres made;
	struct fb_postgres *postgres;
	const char *got;

	made_postgres_begin(&made, version, 4);
	postgres = open_made(&made);
	got = fb_postgres_tranche_name(postgres, number);
	CU_ASSERT_STRING_EQUAL(got ? got : "", name);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

/* The same number is of another kind in other versions. */
static void kinds_of_lightweight_locks_have_names(void)
{
	expect_tranche(13, 3, "XidGen");
	expect_tranche(18, 3, "XidGen");
	expect_tranche(13, 62, "LockManager");
	expect_tranche(14, 61, "LockManager");
	expect_tranche(17, 66, "LockManager");
	expect_tranche(18, 67, "LockManager");
	expect_tranche(17, 61, "BufferContent");
	expect_tranche(18, 62, "BufferContent");
	/* Of 15, and an extension's in 14. */
	expect_tranche(14, 72, "");
	expect_tranche(17, 0, "");
	expect_tranche(17, 45, "");
	expect_tranche(17, 300, "");
}

/* Of a buffer, say: its queue is in none of the fixed locks. A queue that leads back into itself ends too. */
static void other_lightweight_locks_are_not_found(void)
{
	const size_t queue[] = {2, 3};
	struct fb_postgres_lwlock lock;
	struct made_postgres made;
	struct fb_postgres *postgres;

	made_postgres_begin(&made, 17, 8);
	made_postgres_lw_wait(&made, 9, queue, 2, 0, 0);
	made_postgres_put(&made, made.lwlocks + 9 * 128, 8, 2);
	postgres = open_made(&made);
	FB_OK(fb_postgres_lwlock(postgres, backend_of(postgres, 3), &lock));
	CU_ASSERT_EQUAL(lock.address, 0);
	CU_ASSERT_EQUAL(lock.tranche, 9);
	fb_postgres_destroy(postgres);
	made_postgres_put(&made, made.lwlocks + 9 * 128, 9, 2);
	made_postgres_put(&made, made_postgres_proc(&made, 3) + 92, 2, 4);
	postgres = open_made(&made);
	FB_OK(fb_postgres_lwlock(postgres, backend_of(postgres, 3), &lock));
	CU_ASSERT_EQUAL(lock.address, made.lwlocks + 9 * 128);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

/* All wait for one lock. */
static void ten_thousand_backends_take_two_seconds_at_most(void)
{
	const size_t count = 10000;
	struct made_postgres made;
	struct fb_postgres *postgres;
	const clock_t start = clock();
	size_t all = 0;

	made_postgres_begin(&made, 17, count);
	made_postgres_hold(&made, 0, 0, BIT(ROW_EXCLUSIVE));
	for (size_t i = 1; i < count; i++) {
		made_postgres_hold(&made, 0, i, 0);
		made_postgres_wait(&made, 0, i, EXCLUSIVE);
	}
	postgres = open_made(&made);
	for (size_t i = 1; i < count; i++) {
		struct fb_postgres_wait wait;

		FB_OK(fb_postgres_blockers(postgres, backend_of(postgres, i), 64, &wait));
		all += wait.count;
		fb_postgres_wait_deinit(&wait);
	}
	CU_ASSERT_EQUAL(all, 64 * 65 / 2 + (count - 1 - 64) * 64);
	CU_ASSERT((double)(clock() - start) / CLOCKS_PER_SEC < 2);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

FB_TEST_MAIN("user/runtimes/postgres", FB_TEST(each_version_is_known_by_its_own_process),
	     FB_TEST(what_does_not_prove_right_is_not_read),
	     FB_TEST(the_first_process_is_told_apart_by_the_next),
	     FB_TEST(states_and_queries_are_those_of_each_version),
	     FB_TEST(holders_and_those_before_it_in_the_queue_block),
	     FB_TEST(modes_conflict_as_the_manual_says), FB_TEST(a_lock_group_is_one),
	     FB_TEST(tags_are_put_into_words), FB_TEST(lightweight_locks_are_found_by_their_queues),
	     FB_TEST(kinds_of_lightweight_locks_have_names),
	     FB_TEST(other_lightweight_locks_are_not_found),
	     FB_TEST(ten_thousand_backends_take_two_seconds_at_most))
