// SPDX-License-Identifier: GPL-2.0-or-later
/* See failing_inputs.h. The input stays open: what it keeps of a question is kept before one is to fail. */
#include "tests/bundle/failing_inputs.h"

#include <stdio.h>
#include <string.h>

#include "kernel/image/kernel_private.h"
#include "tests/base/failing.h"
#include "tests/harness.h"

#define MAX_TEXT (16u << 20)

struct failing_input {
	struct sample_input sample;
	struct failure failure;
	struct failing_space memory, physical;
};

static void open_failing(struct failing_input *input, const char *const *cores)
{
	const struct fb_input_core *opened = NULL;
	const struct fb_tasks *tasks = NULL;
	struct fb_kernel *kernel;
	size_t count;

	memset(input, 0, sizeof(*input));
	sample_open(&input->sample, cores);
	FB_OK_FATAL(fb_input_tasks(input->sample.input, &tasks));
	FB_OK_FATAL(fb_input_cores(input->sample.input, &opened, &count));
	kernel = fb_input_kernel(input->sample.input);
	failing_space_init(&input->memory, kernel->space, &input->failure);
	kernel->space = &input->memory.space;
	failing_space_init(&input->physical, kernel->tables.physical, &input->failure);
	kernel->tables.physical = &input->physical.space;
}

static void close_failing(struct failing_input *input)
{
	struct fb_kernel *kernel = fb_input_kernel(input->sample.input);

	kernel->space = input->memory.whole;
	kernel->tables.physical = input->physical.whole;
	sample_close(&input->sample);
}

struct outcome {
	struct fb_buf text;
	struct fb_error *err;
	bool incomplete, warned;
};

static void ask(failing_input_answer *answer, struct failing_input *input, size_t at,
		enum fb_code code, struct outcome *outcome)
{
	size_t warnings = fb_warnings_count(input->sample.warnings);

	*outcome = (struct outcome){.err = NULL};
	fb_buf_init(&outcome->text, MAX_TEXT);
	input->failure = (struct failure){.at = at, .code = code};
	outcome->err = answer(&input->sample, &outcome->text, &outcome->incomplete);
	outcome->warned = fb_warnings_count(input->sample.warnings) > warnings;
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
static void show(const struct outcome *whole, const struct outcome *outcome)
{
	size_t same = 0, start;

	while (same < whole->text.size && same < outcome->text.size &&
	       whole->text.data[same] == outcome->text.data[same])
		same++;
	start = same < 40 ? 0 : same - 40;
	printf("\"%.*s\", was \"%.*s\" ",
	       (int)(outcome->text.size - start < 100 ? outcome->text.size - start : 100),
	       (const char *)outcome->text.data + start,
	       (int)(whole->text.size - start < 100 ? whole->text.size - start : 100),
	       (const char *)whole->text.data + start);
}

static void fail_each(failing_input_answer *answer, struct failing_input *input, size_t reads,
		      size_t most, bool strictly, const struct outcome *whole)
{
	size_t step = (reads + most - 1) / most;

	for (size_t at = 1; at <= reads; at += step) {
		struct outcome outcome;
		bool good;

		ask(answer, input, at, FB_ABSENT, &outcome);
		good = outcome.err || outcome.incomplete || outcome.warned ||
		       same_text(&outcome, whole);
		if (!good) {
			printf("\n    read %zu is absent, and nothing says so: ", at);
			show(whole, &outcome);
		}
		CU_ASSERT(good);
		outcome_deinit(&outcome);
		ask(answer, input, at, FB_NOMEM, &outcome);
		good = fb_error_is(outcome.err, FB_NOMEM) ||
		       (!strictly && (outcome.incomplete || same_text(&outcome, whole)));
		if (!good)
			printf("\n    read %zu failed for want of memory, and the answer does not ",
			       at);
		CU_ASSERT(good);
		outcome_deinit(&outcome);
	}
}

static void ask_all(failing_input_answer *answer, const char *const *cores, size_t most,
		    bool strictly)
{
	struct failing_input input;
	struct outcome first, whole;
	size_t reads;

	open_failing(&input, cores);
	ask(answer, &input, 0, FB_NOMEM, &first);
	ask(answer, &input, 0, FB_NOMEM, &whole);
	reads = input.failure.reads;
	CU_ASSERT(!first.err && !whole.err && first.text.size && !whole.warned);
	CU_ASSERT(same_text(&first, &whole));
	CU_ASSERT(reads > 0);
	fail_each(answer, &input, reads, most, strictly, &whole);
	outcome_deinit(&first);
	outcome_deinit(&whole);
	close_failing(&input);
}

void failing_inputs(failing_input_answer *answer, const char *const *cores, size_t most)
{
	ask_all(answer, cores, most, false);
}

void failing_inputs_strictly(failing_input_answer *answer, const char *const *cores, size_t most)
{
	ask_all(answer, cores, most, true);
}

struct question {
	failing_input_question *ask;
	struct sample_input *sample;
};

static struct fb_error *put_question(void *context)
{
	const struct question *question = context;

	return question->ask(question->sample);
}

size_t failing_inputs_must_pass(failing_input_question *ask_of, const char *const *cores,
				size_t first, size_t last)
{
	struct failing_input input;
	struct question question = {.ask = ask_of, .sample = &input.sample};
	size_t reads;

	open_failing(&input, cores);
	FB_OK(ask_of(&input.sample));
	reads = failing_must_pass(put_question, &question, &input.failure, first, last);
	close_failing(&input);
	return reads;
}
