// SPDX-License-Identifier: GPL-2.0-or-later
/* See failing_reads.h. */
#include "tests/kernel/failing_reads.h"

#include <stdio.h>
#include <string.h>

#include "kernel/image/kernel_private.h"
#include "tests/base/failing.h"
#include "tests/harness.h"

#define MAX_TEXT (16u << 20)

struct outcome {
	struct fb_buf text;
	struct fb_error *err;
	size_t warnings;
	bool incomplete;
};

/* Asks of a kernel that was opened for this answer alone: it keeps what it has read. */
static void ask(failing_answer *answer, struct failure *failure, struct outcome *outcome)
{
	struct failing_space failing;
	struct sample_kernel sample;

	memset(outcome, 0, sizeof(*outcome));
	fb_buf_init(&outcome->text, MAX_TEXT);
	sample_kernel_open(&sample);
	failing_space_init(&failing, sample.kernel->space, failure);
	failure->reads = 0;
	sample.kernel->space = &failing.space;
	outcome->err = answer(&sample, &outcome->text, &outcome->incomplete);
	outcome->warnings = fb_warnings_count(sample.warnings);
	sample.kernel->space = failing.whole;
	sample_kernel_close(&sample);
}

static void outcome_deinit(struct outcome *outcome)
{
	fb_error_destroy(outcome->err);
	fb_buf_deinit(&outcome->text);
}

static bool same_text(const struct outcome *a, const struct outcome *b)
{
	return a->text.size == b->text.size &&
	       (!a->text.size || memcmp(a->text.data, b->text.data, a->text.size) == 0);
}

/* Prints where the texts part. */
static void show(size_t at, const struct outcome *whole, const struct outcome *outcome)
{
	size_t same = 0, start;

	while (same < whole->text.size && same < outcome->text.size &&
	       whole->text.data[same] == outcome->text.data[same])
		same++;
	start = same < 40 ? 0 : same - 40;
	printf("\n    read %zu failed, and nothing says so: \"%.*s\", was \"%.*s\"", at,
	       (int)(outcome->text.size - start < 100 ? outcome->text.size - start : 100),
	       (const char *)outcome->text.data + start,
	       (int)(whole->text.size - start < 100 ? whole->text.size - start : 100),
	       (const char *)whole->text.data + start);
}

/* How many of the reads that failed were passed over in silence. */
static size_t count_silent(failing_answer *answer, const struct outcome *whole, size_t reads,
			   size_t most, enum fb_code code, bool strictly)
{
	size_t step = (reads + most - 1) / most, silent = 0;

	for (size_t at = 1; at <= reads; at += step) {
		struct failure failure = {.at = at, .code = code};
		struct outcome outcome;
		bool good;

		ask(answer, &failure, &outcome);
		if (strictly)
			good = fb_error_is(outcome.err, code);
		else
			good = outcome.err || outcome.incomplete || outcome.warnings ||
			       same_text(whole, &outcome);
		if (!good)
			show(at, whole, &outcome);
		silent += !good;
		outcome_deinit(&outcome);
	}
	return silent;
}

static void fail_each(failing_answer *answer, size_t most, bool strictly)
{
	struct failure none = {.at = 0};
	struct outcome whole;

	ask(answer, &none, &whole);
	CU_ASSERT_PTR_NULL(whole.err);
	CU_ASSERT(whole.text.size > 0 && !whole.incomplete && !whole.warnings);
	CU_ASSERT(none.reads > 0);
	CU_ASSERT_EQUAL(count_silent(answer, &whole, none.reads, most, FB_ABSENT, false), 0);
	CU_ASSERT_EQUAL(count_silent(answer, &whole, none.reads, most, FB_NOMEM, strictly), 0);
	outcome_deinit(&whole);
}

void failing_reads(failing_answer *answer, size_t most)
{
	fail_each(answer, most, false);
}

void failing_reads_strictly(failing_answer *answer, size_t most)
{
	fail_each(answer, most, true);
}
