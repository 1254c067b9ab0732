/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings that live and die together. */
#ifndef FB_USER_STRING_POOL_H
#define FB_USER_STRING_POOL_H

#include <stddef.h>

#include "base/error.h"

struct fb_string_block;

struct fb_string_pool {
	struct fb_string_block *blocks; /* owned; zero-initialise */
};

/* A copy of text that the pool owns; NULL gives NULL. */
FB_MUST_CHECK struct fb_error *fb_string_pool_add(struct fb_string_pool *pool, const char *text,
						  const char **copy_ret);
void fb_string_pool_deinit(struct fb_string_pool *pool);

#endif
