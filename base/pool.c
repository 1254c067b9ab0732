// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Worker threads that share the parts of one piece of work at a time. Parts are taken one by one,
 * in order, from a common counter, so the lowest failing part has always begun when a later one
 * fails. Called through base/parallel.h by what reads, compresses or unwinds on all CPUs.
 */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

/* More threads than this gain nothing: the work is bound by memory and disk. */
#define MAX_THREADS 64u

struct fb_pool {
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t begin; /* work has come, or stop is set */
	pthread_cond_t end;   /* the last busy thread has finished */
	pthread_t *workers;
	unsigned worker_count; /* without the caller's thread */
	unsigned busy;         /* workers inside run_parts() */
	bool stop;

	struct fb_error *(*run)(void *context, size_t index);
	void *context;
	size_t next, count;
	struct fb_error *err;
	size_t err_index;
};

/* This thread runs a part of some pool's work. */
static _Thread_local bool within_work;

/* Takes err. */
static void note_error(struct fb_pool *pool, size_t index, struct fb_error *err)
{
	if (pool->err && pool->err_index < index) {
		fb_error_destroy(err);
		return;
	}
	fb_error_destroy(pool->err);
	pool->err = err;
	pool->err_index = index;
}

/* Runs parts until none is left. Called and left with the lock held. */
static void run_parts(struct fb_pool *pool)
{
	while (pool->next < pool->count && !pool->err) {
		size_t index = pool->next++;
		struct fb_error *err;

		(void)pthread_mutex_unlock(&pool->lock);
		within_work = true;
		err = pool->run(pool->context, index);
		within_work = false;
		(void)pthread_mutex_lock(&pool->lock);
		if (err)
			note_error(pool, index, err);
	}
}

static void *work(void *argument)
{
	struct fb_pool *pool = argument;

	(void)pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (!pool->stop && (pool->next >= pool->count || pool->err))
			(void)pthread_cond_wait(&pool->begin, &pool->lock);
		if (pool->stop)
			break;
		pool->busy++;
		run_parts(pool);
		if (!--pool->busy)
			(void)pthread_cond_signal(&pool->end);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static unsigned cpu_count(void)
{
	cpu_set_t set;
	int count;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1; /* more CPUs than a cpu_set_t holds, or no permission */
	count = CPU_COUNT(&set);
	return count > 0 ? (unsigned)count : 1;
}

/* Where the system refuses a thread, those that there are do the work. */
static void start_workers(struct fb_pool *pool, unsigned count)
{
	/* On Linux these three cannot fail with default attributes. */
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->begin, NULL);
	(void)pthread_cond_init(&pool->end, NULL);
	while (pool->worker_count < count &&
	       !pthread_create(&pool->workers[pool->worker_count], NULL, work, pool))
		pool->worker_count++;
}

struct fb_error *fb_pool_create(unsigned threads, struct fb_pool **pool_ret)
{
	struct fb_pool *pool;

	if (!threads)
		threads = cpu_count();
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return fb_error_nomem();
	pool->workers = calloc(threads, sizeof(*pool->workers));
	if (!pool->workers) {
		free(pool);
		return fb_error_nomem();
	}
	start_workers(pool, threads - 1);
	*pool_ret = pool;
	return NULL;
}

void fb_pool_renew(struct fb_pool *pool)
{
	const unsigned count = pool->worker_count;

	pool->worker_count = 0;
	start_workers(pool, count);
}

void fb_pool_destroy(struct fb_pool *pool)
{
	unsigned i;

	if (!pool)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	(void)pthread_cond_broadcast(&pool->begin);
	(void)pthread_mutex_unlock(&pool->lock);
	for (i = 0; i < pool->worker_count; i++)
		(void)pthread_join(pool->workers[i], NULL);
	(void)pthread_cond_destroy(&pool->end);
	(void)pthread_cond_destroy(&pool->begin);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool->workers);
	free(pool);
}

unsigned fb_pool_threads(const struct fb_pool *pool)
{
	return pool->worker_count + 1;
}

struct fb_error *fb_pool_for(struct fb_pool *pool, size_t count,
			     struct fb_error *(*run)(void *context, size_t index), void *context)
{
	struct fb_error *err = NULL;

	if (within_work) {
		for (size_t i = 0; i < count && !err; i++)
			err = run(context, i);
		return err;
	}
	(void)pthread_mutex_lock(&pool->lock);
	pool->run = run;
	pool->context = context;
	pool->next = 0;
	pool->count = count;
	if (count > 1)
		(void)pthread_cond_broadcast(&pool->begin);
	run_parts(pool);
	while (pool->busy)
		(void)pthread_cond_wait(&pool->end, &pool->lock);
	err = pool->err;
	pool->err = NULL;
	pool->count = 0;
	(void)pthread_mutex_unlock(&pool->lock);
	return err;
}
