/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of worker threads, for work that can be split into independent parts. Called mostly through
 * base/parallel.h.
 */
#ifndef FB_BASE_POOL_H
#define FB_BASE_POOL_H

#include <stddef.h>

#include "base/error.h"

struct fb_pool;

/* threads: how many run at a time, the calling thread included. 0: one for each CPU that this process may
 * run on; 1: all work is done by the calling thread. FB_NOMEM, FB_OS. */
FB_MUST_CHECK struct fb_error *fb_pool_create(unsigned threads, struct fb_pool **pool_ret);
void fb_pool_destroy(struct fb_pool *pool);
/* For a child that was forked while no work was going on: makes its own worker threads, because a fork copies none.
 * Where the system refuses them, the calling thread does the work alone. */
void fb_pool_renew(struct fb_pool *pool);
unsigned fb_pool_threads(const struct fb_pool *pool);

/* Calls run(context, i) once for each i in [0, count), in any order, on all threads and the calling one;
 * returns when all are done. After an error, parts that have not begun are skipped; of several errors the one
 * with the lowest i is returned. Called from inside run(), of any pool, the calling thread does it all. */
FB_MUST_CHECK struct fb_error *fb_pool_for(struct fb_pool *pool, size_t count,
					   struct fb_error *(*run)(void *context, size_t index),
					   void *context);

#endif
