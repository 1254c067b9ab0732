/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks of a live process, as the user unwinder finds them.
 */
#ifndef FB_TESTS_USER_UNWOUND_H
#define FB_TESTS_USER_UNWOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/user/live_process.h"
#include "user/unwind/unwind.h"

struct unwound {
	struct fb_object_cache *cache;
	struct fb_string_pool pool;
	struct fb_user_stack stacks[FB_LIVE_THREADS];
	size_t count;
};

/* files: with the files that are mapped, or by the process's memory alone. */
void unwound_of(struct fb_live_process *live, bool files, struct unwound *result);
void unwound_done(struct unwound *result);

#endif
