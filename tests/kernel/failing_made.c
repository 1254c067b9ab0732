// SPDX-License-Identifier: GPL-2.0-or-later
/* See failing_made.h. */
#include "tests/kernel/failing_made.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/harness.h"

#define MAX_TEXT (1u << 20)

size_t failing_made_must_pass(struct made_kernel *made, failing_question *ask, void *context)
{
	struct failing_space failing;
	struct failure failure;
	size_t reads, warnings;

	FB_OK(ask(context));
	warnings = fb_warnings_count(made->warnings); /* of the answer where nothing fails */
	failing_space_init(&failing, made->kernel.space, &failure);
	made->kernel.space = &failing.space;
	reads = failing_must_pass(ask, context, &failure, SIZE_MAX / 2, 0);
	made->kernel.space = failing.whole;
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), warnings);
	return reads;
}

/* Whether the answer is as it was, or says that it is not. wanted: NULL for the first, which is kept in text. */
static bool tells(struct made_kernel *made, made_answer *answer, void *context,
		  const struct fb_buf *wanted, struct fb_buf *text)
{
	struct fb_warnings *before = made->warnings, *warnings;
	bool incomplete = false, good;
	struct fb_error *err;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	made->kernel.warnings = made->warnings = warnings;
	err = answer(context, text, &incomplete);
	good = err || incomplete || fb_warnings_count(warnings);
	if (wanted)
		good |= text->size == wanted->size && !memcmp(text->data, wanted->data, text->size);
	else
		good = !good && text->size;
	fb_error_destroy(err);
	made->kernel.warnings = made->warnings = before;
	fb_warnings_destroy(warnings);
	return good;
}

size_t absent_made_must_tell(struct made_kernel *made, made_answer *answer, void *context)
{
	struct failure failure = {.code = FB_ABSENT};
	struct failing_space failing;
	struct fb_buf whole, text;
	size_t reads;

	fb_buf_init(&whole, MAX_TEXT);
	failing_space_init(&failing, made->kernel.space, &failure);
	made->kernel.space = &failing.space;
	CU_ASSERT_TRUE_FATAL(tells(made, answer, context, NULL, &whole));
	reads = failure.reads;
	CU_ASSERT(reads > 0);
	for (failure.at = 1; failure.at <= reads; failure.at++) {
		bool good;

		fb_buf_init(&text, MAX_TEXT);
		failure.reads = 0;
		good = tells(made, answer, context, &whole, &text);
		if (!good)
			printf("\n    read %zu is absent, and nothing says so: \"%.*s\"",
			       failure.at, (int)text.size, (const char *)text.data);
		CU_ASSERT(good);
		fb_buf_deinit(&text);
	}
	fb_buf_deinit(&whole);
	made->kernel.space = failing.whole;
	return reads;
}
