/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fb_pool_for(), where there may be no pool. */
#ifndef FB_BUNDLE_PARALLEL_H
#define FB_BUNDLE_PARALLEL_H

#include <stddef.h>

#include "base/error.h"
#include "base/pool.h"

/* As fb_pool_for(); pool NULL runs every part in the caller. */
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
