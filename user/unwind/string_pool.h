/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pool of strings that are freed together. Called for the names of frames and mappings. */
#ifndef FB_USER_STRING_POOL_H
#define FB_USER_STRING_POOL_H

#include <stddef.h>

#include "base/error.h"

struct fb_string_block;

struct fb_string_pool {
	struct fb_string_block *blocks; /* owned; NULL in an empty pool */
};

/* Copies text into the pool, which owns the copy. Where text is NULL, *copy_ret is NULL. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_string_pool_add(struct fb_string_pool *pool, const char *text,
						  const char **copy_ret);
void fb_string_pool_deinit(struct fb_string_pool *pool);

#endif
