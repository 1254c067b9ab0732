// SPDX-License-Identifier: GPL-2.0-or-later
/* An object in a process's memory, of which one read fails: what is fatal passes, whatever was read then. */
#include <stdlib.h>
#include <string.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "user/elf/build_id.h"
#include "user/elf/object_cache.h"

/* This program's own libc. */
struct question {
	struct failing_space failing;
	struct failure failure;
	struct fb_live_process self;
	uint64_t base;
	char build_id[FB_BUILD_ID_TEXT];
};

static void ask_self(struct question *question)
{
	const struct fb_user_mapping *first;

	memset(question, 0, sizeof(*question));
	fb_live_process_self(&question->self);
	first = fb_live_mapping(&question->self, (uint64_t)(uintptr_t)strtoul);
	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	for (size_t i = 0; i < question->self.mapping_count; i++)
		if (question->self.mappings[i].file == first->file &&
		    !question->self.mappings[i].offset)
			first = &question->self.mappings[i];
	question->base = first->start;
	failing_space_init(&question->failing, &question->self.space, &question->failure);
}

static struct fb_error *read_build_id(void *context)
{
	struct question *question = context;

	return fb_build_id_read(&question->failing.space, question->base, question->build_id,
				sizeof(question->build_id));
}

static void build_ids(void)
{
	struct question question;

	ask_self(&question);
	CU_ASSERT(failing_must_pass(read_build_id, &question, &question.failure, 100, 0) > 2);
	FB_OK(read_build_id(&question));
	CU_ASSERT_TRUE(strlen(question.build_id) > 2);
	fb_live_process_stop(&question.self);
}

static struct fb_error *load_object(void *context)
{
	struct question *question = context;
	const struct fb_object_sources sources = {.find = NULL};
	const struct fb_mapped_object mapped = {
		.space = &question->failing.space, .base = question->base, .path = "libc.so"};
	const struct fb_cached_object *object;
	struct fb_object_cache *cache = NULL;
	struct fb_error *err;

	FB_OK_FATAL(fb_object_cache_create(&sources, &cache));
	err = fb_object_cache_get(cache, &mapped, &object);
	if (!err && !question->failure.at)
		CU_ASSERT(object->image.has_unwind && object->symbols.count > 1000);
	fb_object_cache_destroy(cache);
	return err;
}

/* Headers, unwind tables and symbols. */
static void whole_objects(void)
{
	struct question question;

	ask_self(&question);
	CU_ASSERT(failing_must_pass(load_object, &question, &question.failure, 50, 20) > 5);
	fb_live_process_stop(&question.self);
}

FB_TEST_MAIN("user/failing_objects", FB_TEST(build_ids), FB_TEST(whole_objects))
