// SPDX-License-Identifier: GPL-2.0-or-later
/* Damaged and missing memory of PostgreSQL: it costs the part that it has, with a reason. */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "tests/user/runtimes/made_postgres.h"
#include "user/runtimes/postgres.h"
#include "user/runtimes/postgres_locks.h"

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

/* Damage to the queue of made_postgres_queue(). */
static void expect_damage(uint64_t (*damage)(struct made_postgres *made), enum fb_code code,
			  const char *word)
{
	struct fb_postgres_wait wait;
	struct made_postgres made;
	struct fb_postgres *postgres;
	struct fb_error *err;

	made_postgres_queue(&made, 17);
	(void)damage(&made);
	postgres = open_made(&made);
	err = fb_postgres_blockers(postgres, backend_of(postgres, 4), 16, &wait);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err);
	CU_ASSERT_EQUAL(fb_error_code(err), code);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_error_message(err), word));
	fb_error_destroy(err);
	/* Its other waiters are told the same. */
	err = fb_postgres_blockers(postgres, backend_of(postgres, 4), 16, &wait);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_error_message(err), word));
	fb_error_destroy(err);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

/* The last holder's link leads to itself. */
static uint64_t loop_holders(struct made_postgres *made)
{
	const uint64_t link = made_postgres_hold(made, 0, 5, 0) + 32;

	made_postgres_put(made, link + 8, link, 8);
	return link;
}

static uint64_t loop_queue(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_proc(made, 3) + 8, made_postgres_proc(made, 3), 8);
	return 0;
}

/* Zeros, as memory that was written anew has them, end no list that has begun. */
static uint64_t break_holders(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_hold(made, 0, 5, 0) + 32 + 8, 0, 8);
	return 0;
}

static uint64_t break_queue(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_proc(made, 4) + 8, 0, 8);
	return 0;
}

static uint64_t foreign_holder(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_hold(made, 0, 5, 0), made->locks[1], 8);
	return 0;
}

static uint64_t wild_holder(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_hold(made, 0, 5, 0) + 8,
			  made_postgres_proc(made, 5) + 8, 8);
	return 0;
}

static uint64_t wild_queue(struct made_postgres *made)
{
	made_postgres_put(made, made->locks[0] + 48, made->locks[0] + 8, 8);
	return 0;
}

static uint64_t left_queue(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_proc(made, 3) + 8, made->locks[0] + 40, 8);
	return 0;
}

static uint64_t wild_mode(struct made_postgres *made)
{
	made_postgres_put(made, made_postgres_proc(made, 4) + 128, 77, 4);
	return 0;
}

static uint64_t absent_lock(struct made_postgres *made)
{
	made->absent_start = made->locks[0];
	made->absent_end = made->locks[0] + 1;
	return 0;
}

static void damaged_locks_end_with_a_reason(void)
{
	expect_damage(loop_holders, FB_CORRUPT, "does not end");
	expect_damage(loop_queue, FB_CORRUPT, "does not end");
	expect_damage(break_holders, FB_CORRUPT, "breaks off");
	expect_damage(break_queue, FB_CORRUPT, "breaks off");
	expect_damage(foreign_holder, FB_CORRUPT, "is not of its lock");
	expect_damage(wild_holder, FB_CORRUPT, "no PGPROC at");
	expect_damage(wild_queue, FB_CORRUPT, "no PGPROC at");
	expect_damage(left_queue, FB_CORRUPT, "not in the queue");
	expect_damage(wild_mode, FB_CORRUPT, "no known mode");
	expect_damage(absent_lock, FB_ABSENT, "filtered");
}

/* A page of PGPROCs is missing: the others are read. */
static void a_missing_page_costs_its_backends(void)
{
	struct fb_postgres_status status;
	struct made_postgres made;
	struct fb_postgres *postgres;
	const char *why;

	made_postgres_begin(&made, 17, 40);
	made.absent_start = made_postgres_proc(&made, 20);
	made.absent_end = made_postgres_proc(&made, 25);
	postgres = open_made(&made);
	CU_ASSERT_EQUAL(fb_postgres_lost(postgres, &why), 5);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "filtered"));
	CU_ASSERT_PTR_NULL(fb_postgres_by_pid(postgres, MADE_POSTGRES_PID(22)));
	(void)backend_of(postgres, 25);
	fb_postgres_destroy(postgres);
	made.absent_start = made.statuses + 40 * 432 + 30 * 64;
	made.absent_end = made.absent_start + 64;
	postgres = open_made(&made);
	FB_OK(fb_postgres_status(postgres, backend_of(postgres, 30), &status));
	CU_ASSERT_TRUE(status.query_lost);
	CU_ASSERT_STRING_EQUAL(status.state, "idle");
	FB_OK(fb_postgres_status(postgres, backend_of(postgres, 31), &status));
	CU_ASSERT_FALSE(status.query_lost);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

/* Whose status has another PID: it has just begun or ended. */
static void a_status_of_another_is_not_told(void)
{
	struct fb_postgres_status status;
	struct made_postgres made;
	struct fb_postgres *postgres;

	made_postgres_begin(&made, 17, 8);
	made_postgres_put(&made, made.statuses + 3 * 432 + 4, 999, 4);
	postgres = open_made(&made);
	FB_FAILS(fb_postgres_status(postgres, backend_of(postgres, 3), &status), FB_NOT_FOUND);
	fb_postgres_destroy(postgres);
	made.variables.status = 0;
	postgres = open_made(&made);
	FB_FAILS(fb_postgres_status(postgres, backend_of(postgres, 4), &status), FB_NOT_FOUND);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

/* The backend's number tells which status is its own, before 17. */
static void wild_numbers_of_backends_have_no_status(void)
{
	static const uint32_t numbers[] = {0, (512u << 10) + 1, INT32_MAX, 0x80000000, UINT32_MAX};
	struct fb_postgres_status status;
	struct made_postgres made;
	struct fb_postgres *postgres;

	made_postgres_begin(&made, 14, 8);
	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers); i++) {
		made_postgres_put(&made, made_postgres_proc(&made, 3) + 76, numbers[i], 4);
		postgres = open_made(&made);
		CU_ASSERT_EQUAL(backend_of(postgres, 3)->status_index, -1);
		FB_FAILS(fb_postgres_status(postgres, backend_of(postgres, 3), &status),
			 FB_NOT_FOUND);
		fb_postgres_destroy(postgres);
	}
	made_postgres_put(&made, made_postgres_proc(&made, 3) + 76, 512u << 10, 4);
	postgres = open_made(&made);
	CU_ASSERT_EQUAL(backend_of(postgres, 3)->status_index, (512 << 10) - 1);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

/* Each of 5,000 backends waits for a lock of its own, whose list of holders is as long as a list may be. */
static void lists_are_bounded_for_all_locks_together(void)
{
	const size_t count = 5000;
	struct fb_postgres_wait wait;
	struct made_postgres made;
	struct fb_postgres *postgres;
	size_t bounded = 0;

	made_postgres_begin(&made, 17, count);
	for (size_t i = 1; i < count; i++) {
		/* It lies in the part of the backend's own PGPROC that nothing reads. */
		const uint64_t lock = made_postgres_proc(&made, i) + 200;

		made_postgres_put(&made, made_postgres_proc(&made, i) + 112, lock, 8);
		made_postgres_put(&made, made_postgres_proc(&made, i) + 128, 8, 4);
		made_postgres_put(&made, lock + 24 + 8, lock + 96 + 32, 8);
		made_postgres_put(&made, lock + 96, lock, 8);
		made_postgres_put(&made, lock + 96 + 8, made_postgres_proc(&made, i), 8);
		made_postgres_put(&made, lock + 96 + 32 + 8, lock + 96 + 32, 8);
	}
	postgres = open_made(&made);
	for (size_t i = 1; i < count; i++) {
		struct fb_error *err =
			fb_postgres_blockers(postgres, backend_of(postgres, i), 16, &wait);

		CU_ASSERT_PTR_NOT_NULL_FATAL(err);
		CU_ASSERT_EQUAL(fb_error_code(err), FB_CORRUPT);
		bounded += strstr(fb_error_message(err), "lists of locks have more than") != NULL;
		fb_error_destroy(err);
	}
	CU_ASSERT(bounded > count / 2);
	CU_ASSERT(bounded < count - 1);
	fb_postgres_destroy(postgres);
	made_postgres_end(&made);
}

static void wild_counts_are_refused(void)
{
	struct made_postgres made;
	struct fb_postgres *postgres = NULL;

	made_postgres_begin(&made, 17, 8);
	made_postgres_put(&made, made.variables.proc_global + 32, UINT32_MAX, 4);
	FB_FAILS(fb_postgres_open_at(&made.space, &made.variables, &postgres), FB_UNSUPPORTED);
	made_postgres_put(&made, made.variables.proc_global + 32, 8, 4);
	made.variables.prepared = UINT32_MAX;
	FB_FAILS(fb_postgres_open_at(&made.space, &made.variables, &postgres), FB_LIMIT);
	made_postgres_end(&made);
}

FB_TEST_MAIN("user/runtimes/postgres_damage", FB_TEST(damaged_locks_end_with_a_reason),
	     FB_TEST(a_missing_page_costs_its_backends), FB_TEST(a_status_of_another_is_not_told),
	     FB_TEST(wild_numbers_of_backends_have_no_status),
	     FB_TEST(lists_are_bounded_for_all_locks_together), FB_TEST(wild_counts_are_refused))
