// SPDX-License-Identifier: GPL-2.0-or-later
/* See unwound.h. */
#include "tests/user/unwound.h"

#include <string.h>

#include "tests/harness.h"

void unwound_of(struct fb_live_process *live, bool files, struct unwound *result)
{
	const struct fb_object_sources sources = {.find = files ? fb_live_find_file : NULL};
	struct fb_user_process process = {
		.fetch_fd = -1,
		.space = &live->space,
		.mappings = live->mappings,
		.mapping_count = live->mapping_count,
	};

	memset(result, 0, sizeof(*result));
	FB_OK_FATAL(fb_object_cache_create(&sources, &result->cache));
	process.objects = result->cache;
	FB_OK_FATAL(fb_user_stacks_unwind(&process, live->regs, live->thread_count, &result->pool,
					  result->stacks));
	result->count = live->thread_count;
}

void unwound_done(struct unwound *result)
{
	for (size_t i = 0; i < result->count; i++)
		fb_user_stack_deinit(&result->stacks[i]);
	fb_string_pool_deinit(&result->pool);
	fb_object_cache_destroy(result->cache);
}
