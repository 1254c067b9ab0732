// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness.h"

#define PARTS 5000

struct counts {
	atomic_uint calls[PARTS];
	atomic_uint total;
	size_t fail_from; /* parts from here on fail */
	pthread_t caller;
	atomic_bool elsewhere; /* a part ran in another thread than the caller's */
};

static struct counts counts;

static void reset(void)
{
	memset(&counts, 0, sizeof(counts));
	counts.fail_from = PARTS;
	counts.caller = pthread_self();
}

static struct fb_error *count_part(void *context, size_t index)
{
	struct counts *in = context;

	in->calls[index]++;
	in->total++;
	if (!pthread_equal(pthread_self(), in->caller))
		in->elsewhere = true;
	if (index >= in->fail_from)
		return fb_error_create(FB_CORRUPT, "part %zu", index);
	return NULL;
}

static void each_part_runs_once(void)
{
	static const unsigned threads[] = {1, 2, 7};
	size_t i, round, part;

	for (i = 0; i < FB_ARRAY_SIZE(threads); i++) {
		struct fb_pool *pool = NULL;

		FB_OK_FATAL(fb_pool_create(threads[i], &pool));
		CU_ASSERT_EQUAL(fb_pool_threads(pool), threads[i]);
		for (round = 0; round < 20; round++) {
			reset();
			FB_OK(fb_pool_for(pool, PARTS, count_part, &counts));
			CU_ASSERT_EQUAL(counts.total, PARTS);
			for (part = 0; part < PARTS && counts.calls[part] == 1; part++)
				;
			CU_ASSERT_EQUAL(part, PARTS);
		}
		CU_ASSERT_TRUE(threads[i] > 1 || !counts.elsewhere);
		fb_pool_destroy(pool);
	}
}

/* Each of two parts waits for the other to begin: only two threads get out. */
static struct fb_error *meet(void *context, size_t index FB_UNUSED)
{
	pthread_barrier_t *barrier = context;

	(void)pthread_barrier_wait(barrier);
	return NULL;
}

static void parts_run_at_the_same_time(void)
{
	struct fb_pool *pool = NULL;
	pthread_barrier_t barrier;

	CU_ASSERT_EQUAL_FATAL(pthread_barrier_init(&barrier, NULL, 2), 0);
	FB_OK_FATAL(fb_pool_create(2, &pool));
	FB_OK(fb_pool_for(pool, 2, meet, &barrier));
	fb_pool_destroy(pool);
	(void)pthread_barrier_destroy(&barrier);
}

struct nest {
	struct fb_pool *pool;
	atomic_uint inner;
};

static struct fb_error *count_inner(void *context, size_t index FB_UNUSED)
{
	struct nest *nest = context;

	nest->inner++;
	return NULL;
}

static struct fb_error *work_within(void *context, size_t index FB_UNUSED)
{
	struct nest *nest = context;

	return fb_pool_for(nest->pool, 5, count_inner, nest);
}

/* Work within work is done by the thread that asks for it. */
static void work_may_ask_for_work(void)
{
	struct nest nest = {0};

	FB_OK_FATAL(fb_pool_create(3, &nest.pool));
	FB_OK(fb_pool_for(nest.pool, 20, work_within, &nest));
	CU_ASSERT_EQUAL(nest.inner, 100);
	fb_pool_destroy(nest.pool);
}

static void the_lowest_error_comes_back(void)
{
	struct fb_pool *pool = NULL;
	struct fb_error *err;
	char lowest[32];
	size_t round;

	FB_OK_FATAL(fb_pool_create(4, &pool));
	for (round = 0; round < 100; round++) {
		reset();
		counts.fail_from = round;
		(void)snprintf(lowest, sizeof(lowest), "part %zu", round);
		err = fb_pool_for(pool, PARTS, count_part, &counts);
		CU_ASSERT_PTR_NOT_NULL_FATAL(err);
		CU_ASSERT_STRING_EQUAL(fb_error_message(err), lowest);
		fb_error_destroy(err);
		/* Parts behind the failing ones may have begun, one per thread. */
		CU_ASSERT_TRUE(counts.total >= round + 1 && counts.total <= round + 8);
	}
	reset();
	FB_OK(fb_pool_for(pool, PARTS, count_part, &counts)); /* the pool lives on */
	CU_ASSERT_EQUAL(counts.total, PARTS);
	fb_pool_destroy(pool);
}

/* Part 3 fails at once, part 1 only after it. */
static struct fb_error *fail_late(void *context, size_t index)
{
	atomic_bool *third_failed = context;

	if (index == 3) {
		*third_failed = true;
		return fb_error_create(FB_CORRUPT, "part 3");
	}
	if (index == 1) {
		while (!*third_failed)
			(void)sched_yield();
		return fb_error_create(FB_CORRUPT, "part 1");
	}
	return NULL;
}

static void a_lower_error_that_comes_later_wins(void)
{
	struct fb_pool *pool = NULL;
	atomic_bool third_failed = false;

	FB_OK_FATAL(fb_pool_create(2, &pool));
	FB_FAILS_WITH(fb_pool_for(pool, 4, fail_late, &third_failed), FB_CORRUPT, "part 1");
	fb_pool_destroy(pool);
}

static void no_parts_and_default_threads(void)
{
	struct fb_pool *pool = NULL;
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	FB_OK_FATAL(fb_pool_create(0, &pool));
	CU_ASSERT_TRUE(fb_pool_threads(pool) >= 1);
	CU_ASSERT_TRUE(fb_pool_threads(pool) <= (unsigned long)online);
	reset();
	FB_OK(fb_pool_for(pool, 0, count_part, &counts));
	CU_ASSERT_EQUAL(counts.total, 0);
	fb_pool_destroy(pool);
	fb_pool_destroy(NULL);
}

static void a_forked_child_makes_its_own_threads(void)
{
	struct fb_pool *pool = NULL;
	int status = -1;
	pid_t child;

	FB_OK_FATAL(fb_pool_create(2, &pool));
	child = fork();
	if (child == 0) {
		pthread_barrier_t barrier;

		(void)alarm(60);
		(void)pthread_barrier_init(&barrier, NULL, 2);
		fb_pool_renew(pool);
		_exit(fb_pool_threads(pool) != 2 || fb_pool_for(pool, 2, meet, &barrier) != NULL);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
	fb_pool_destroy(pool);
}

FB_TEST_MAIN("base/pool", FB_TEST(each_part_runs_once), FB_TEST(parts_run_at_the_same_time),
	     FB_TEST(work_may_ask_for_work), FB_TEST(the_lowest_error_comes_back),
	     FB_TEST(a_lower_error_that_comes_later_wins), FB_TEST(no_parts_and_default_threads),
	     FB_TEST(a_forked_child_makes_its_own_threads))
