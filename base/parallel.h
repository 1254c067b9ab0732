/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fb_pool_for() for callers that may have no pool. */
#ifndef FB_BASE_PARALLEL_H
#define FB_BASE_PARALLEL_H

#include <stddef.h>

#include "base/error.h"
#include "base/pool.h"

/* As fb_pool_for(). Where pool is NULL, the calling thread runs the parts in order, up to the first error. */
FB_MUST_CHECK static inline struct fb_error *
fb_parallel_for(struct fb_pool *pool, size_t count,
		struct fb_error *(*run)(void *context, size_t index), void *context)
{
	struct fb_error *err = NULL;

	if (pool)
		return fb_pool_for(pool, count, run, context);
	for (size_t i = 0; i < count && !err; i++)
		err = run(context, i);
	return err;
}

#endif
