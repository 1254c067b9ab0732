/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small worker pool for work that splits into independent parts.
 */
#ifndef FB_BASE_POOL_H
#define FB_BASE_POOL_H

#include <stddef.h>

#include "base/error.h"

struct fb_pool;

/* threads 0: one per CPU this process may run on. threads 1 runs everything in the caller. */
FB_MUST_CHECK struct fb_error *fb_pool_create(unsigned threads, struct fb_pool **pool_ret);
void fb_pool_destroy(struct fb_pool *pool);
unsigned fb_pool_threads(const struct fb_pool *pool);

/* Calls run(context, i) once for each i in [0, count), in any order, on all threads and the
 * caller's; returns when all are done. The first error (lowest i among those met) is returned,
 * later parts that have not begun are then skipped. Not to be called from inside run. */
FB_MUST_CHECK struct fb_error *fb_pool_for(struct fb_pool *pool, size_t count,
					   struct fb_error *(*run)(void *context, size_t index),
					   void *context);

#endif
