// SPDX-License-Identifier: GPL-2.0-or-later
/* See failing.h. */
#include "tests/base/failing.h"

#include <stdio.h>

#include "base/attr.h"
#include "tests/harness.h"

struct fb_error *failing_step(struct failure *failure)
{
	return ++failure->reads == failure->at ? fb_error_create(failure->code, "made to fail")
					       : NULL;
}

static struct fb_error *read_space(struct fb_space *space, uint64_t address, void *to,
				   size_t length)
{
	const struct failing_space *failing = (const struct failing_space *)space;
	struct fb_error *err = failing_step(failing->failure);

	return err ? err : fb_space_read(failing->whole, address, to, length);
}

static struct fb_error *locate_space(struct fb_space *space, uint64_t address, uint64_t length,
				     struct fb_run *run_ret)
{
	return fb_space_locate(((struct failing_space *)space)->whole, address, length, run_ret);
}

static const struct fb_space_ops space_ops = {.read = read_space, .locate = locate_space};

void failing_space_init(struct failing_space *failing, struct fb_space *whole,
			struct failure *failure)
{
	*failing = (struct failing_space){
		.space = {.ops = &space_ops, .name = whole->name},
		.whole = whole,
		.failure = failure,
	};
}

static struct fb_error *read_file(struct fb_file *file, uint64_t offset, void *to, size_t length,
				  size_t *read_ret)
{
	const struct failing_file *failing = (const struct failing_file *)file;
	struct fb_error *err = failing_step(failing->failure);

	return err ? err : fb_file_read_some(failing->whole, offset, to, length, read_ret);
}

static void keep_file(struct fb_file *file FB_UNUSED)
{
}

static const struct fb_file_ops file_ops = {.read = read_file, .destroy = keep_file};

void failing_file_init(struct failing_file *failing, struct fb_file *whole, struct failure *failure)
{
	*failing = (struct failing_file){
		.file = {.ops = &file_ops, .path = whole->path, .size = whole->size, .fd = -1},
		.whole = whole,
		.failure = failure,
	};
}

static void fail_at(failing_question *ask, void *context, struct failure *failure, size_t at)
{
	static const enum fb_code codes[] = {FB_NOMEM, FB_OS, FB_EXHAUSTED};

	for (size_t i = 0; i < FB_ARRAY_SIZE(codes); i++) {
		struct fb_error *err;
		bool passed;

		failure->reads = 0;
		failure->at = at;
		failure->code = codes[i];
		err = ask(context);
		passed = fb_error_is(err, codes[i]);
		if (!passed)
			printf("\n    read %zu failed by %d, and the answer %s", at, (int)codes[i],
			       err ? fb_error_message(err) : "does not");
		CU_ASSERT(passed);
		fb_error_destroy(err);
	}
}

size_t failing_must_pass(failing_question *ask, void *context, struct failure *failure,
			 size_t first, size_t last)
{
	size_t reads;

	*failure = (struct failure){.at = 0};
	FB_OK(ask(context));
	reads = failure->reads;
	CU_ASSERT(reads > 0);
	for (size_t at = 1; at <= reads; at++)
		if (at <= first || at + last > reads)
			fail_at(ask, context, failure, at);
	failure->at = 0;
	return reads;
}
