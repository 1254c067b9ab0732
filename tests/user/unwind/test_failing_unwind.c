// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks of a process whose memory fails to be read at one place: what is fatal passes, and no stack is given then. */
#include <string.h>
#include <unistd.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "user/unwind/unwind.h"

static void child_waits(int ready)
{
	char byte = 'r';

	if (write(ready, &byte, 1) == 1)
		for (;;)
			pause();
}

struct question {
	struct failing_space failing;
	struct failure failure;
	struct fb_live_process live;
	bool files;
};

static struct fb_error *unwind(void *context)
{
	struct question *question = context;
	const struct fb_object_sources sources = {.find = question->files ? fb_live_find_file
									  : NULL};
	struct fb_user_process process = {
		.fetch_fd = -1,
		.space = &question->failing.space,
		.mappings = question->live.mappings,
		.mapping_count = question->live.mapping_count,
	};
	struct fb_user_stack stack = {.count = 0};
	struct fb_object_cache *cache = NULL;
	struct fb_string_pool pool = {0};
	struct fb_error *err;

	FB_OK_FATAL(fb_object_cache_create(&sources, &cache));
	process.objects = cache;
	err = fb_user_stacks_unwind(&process, question->live.regs, 1, &pool, &stack);
	if (!err && !question->failure.at)
		CU_ASSERT(stack.complete && stack.count > 3);
	if (!err)
		fb_user_stack_deinit(&stack);
	fb_string_pool_deinit(&pool);
	fb_object_cache_destroy(cache);
	return err;
}

static void check(bool files)
{
	struct question question = {.files = files};

	if (!fb_live_process_start(&question.live, child_waits, 1))
		return;
	failing_space_init(&question.failing, &question.live.space, &question.failure);
	CU_ASSERT(failing_must_pass(unwind, &question, &question.failure, 40, 20) > 3);
	fb_live_process_stop(&question.live);
}

static void with_files(void)
{
	check(true);
}

static void by_memory_alone(void)
{
	check(false);
}

FB_TEST_MAIN("user/failing_unwind", FB_TEST(with_files), FB_TEST(by_memory_alone))
