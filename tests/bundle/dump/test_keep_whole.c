// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With what the rest of a budget is filled: of a bundle of the sample, which has the memory of the processes that have
 * a core, and of the others what they share with these.
 */
#include "bundle/dump/keep_whole.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/dump/keep.h"
#include "bundle/dump/keep_threads.h"
#include "kernel/tasks/task_detail.h"
#include "tests/bundle/failing_inputs.h"
#include "tests/bundle/sample_input.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define PROCESSES 40u /* with memory of user mode */
#define ROOM (1u << 20)

static const char *const cores[] = {"core.128.xz", "core.132.xz", "core.151.lz4", "core.202.zst",
				    NULL};

static struct fb_frame_set *find(struct sample_input *sample, const struct fb_keep_options *options,
				 struct fb_keep_result *result_ret)
{
	struct fb_frame_set *set = NULL;

	FB_OK_FATAL(fb_frame_set_create(fb_dump_info(fb_input_dump(sample->input))->max_pfn, &set));
	FB_OK_FATAL(fb_keep_find(sample->input, options, set, result_ret));
	return set;
}

static void find_only(struct sample_input *sample, const struct fb_keep_options *options,
		      struct fb_keep_result *result_ret)
{
	fb_frame_set_destroy(find(sample, options, result_ret));
}

static void check_frames(struct sample_input *sample, uint64_t most)
{
	const struct fb_keep_options without = {.stacks = true, .most_pages = UINT64_MAX};
	const struct fb_keep_options with = {.stacks = true, .most_pages = most};
	struct fb_keep_result results[2];
	struct fb_frame_set *stacks = find(sample, &without, &results[0]);
	struct fb_frame_set *all = find(sample, &with, &results[1]);
	struct fb_dump *dump = fb_input_dump(sample->input);
	uint64_t lacking = 0, lost = 0;

	for (uint64_t pfn = 0; pfn < fb_dump_info(dump)->max_pfn; pfn++) {
		if (fb_frame_set_has(stacks, pfn))
			lost += !fb_frame_set_has(all, pfn);
		else if (fb_frame_set_has(all, pfn))
			lacking += fb_dump_next_page(dump, pfn) != pfn;
	}
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(lacking, 0);
	CU_ASSERT_EQUAL(results[0].rest_pages + results[0].rest_left_out + results[0].whole_count,
			0);
	CU_ASSERT_EQUAL(results[1].stack_pages, fb_frame_set_count(stacks));
	CU_ASSERT_EQUAL(results[1].stack_pages + results[1].rest_pages, fb_frame_set_count(all));
	fb_frame_set_destroy(stacks);
	fb_frame_set_destroy(all);
}

/* Stacks stay, and a frame that the input lacks takes no room. */
static void frames_are_those_of_the_input(void)
{
	struct sample_input bundle;

	sample_open_bundle(&bundle, cores);
	check_frames(&bundle, ROOM);
	check_frames(&bundle, 500);
	CU_ASSERT_EQUAL(fb_warnings_count(bundle.warnings), 0);
	sample_close(&bundle);
}

static bool is_blocked(struct sample_input *sample, const struct fb_tasks *tasks, int32_t pid)
{
	size_t first, count;
	bool is = false;

	fb_tasks_group(tasks, pid, &first, &count);
	for (size_t i = first; i < first + count && !is; i++)
		FB_OK_FATAL(fb_keep_is_blocked(fb_input_kernel(sample->input),
					       fb_tasks_get(tasks, i), &is));
	return is;
}

/* Blocked processes first, and of both kinds the smaller ones. */
static void the_order_is_that_of_use(void)
{
	const struct fb_keep_options options = {.stacks = true, .most_pages = ROOM};
	const struct fb_tasks *tasks = NULL;
	struct fb_keep_result result;
	struct sample_input bundle;
	uint64_t last = 0, resident;
	size_t kinds[2] = {0};

	sample_open_bundle(&bundle, cores);
	FB_OK_FATAL(fb_input_tasks(bundle.input, &tasks));
	find_only(&bundle, &options, &result);
	CU_ASSERT_EQUAL(result.whole_count, PROCESSES);
	for (size_t i = 0; i < result.whole_count; i++) {
		const struct fb_task *task = sample_task(&bundle, result.whole[i]);
		const bool blocked = is_blocked(&bundle, tasks, task->pid);

		FB_OK_FATAL(fb_mm_resident(fb_input_kernel(bundle.input), task->mm, &resident));
		CU_ASSERT(!blocked || !kinds[0]);
		CU_ASSERT(resident >= last || (!blocked && !kinds[0]));
		kinds[blocked]++;
		last = resident;
	}
	CU_ASSERT_EQUAL(kinds[1], 11);
	sample_close(&bundle);
}

/* To the last page; and no page is one that was refused. */
static void a_budget_is_spent_to_the_page(void)
{
	static const uint64_t rests[] = {0, 1, 2, 50, 300};
	struct fb_keep_options options = {.stacks = true, .most_pages = ROOM};
	struct fb_keep_result all, some;
	struct sample_input bundle;

	sample_open_bundle(&bundle, cores);
	find_only(&bundle, &options, &all);
	CU_ASSERT(all.rest_pages > 300);
	CU_ASSERT(all.rest_processes == PROCESSES && !all.rest_left_out);
	for (size_t i = 0; i < FB_ARRAY_SIZE(rests); i++) {
		options.most_pages = all.stack_pages + rests[i];
		find_only(&bundle, &options, &some);
		CU_ASSERT_EQUAL(some.rest_pages, rests[i]);
		CU_ASSERT_EQUAL(some.refused, 0);
		CU_ASSERT_EQUAL(some.rest_processes, some.whole_count);
		CU_ASSERT_EQUAL(some.rest_processes + some.rest_left_out, PROCESSES);
		CU_ASSERT(some.rest_left_out > 0);
		CU_ASSERT_EQUAL(
			memcmp(some.whole, all.whole, some.whole_count * sizeof(some.whole[0])), 0);
	}
	options.most_pages = all.stack_pages + all.rest_pages;
	find_only(&bundle, &options, &some);
	CU_ASSERT(some.rest_processes == PROCESSES && !some.rest_left_out);
	options.most_pages--;
	find_only(&bundle, &options, &some);
	CU_ASSERT_EQUAL(some.rest_left_out, 1);
	sample_close(&bundle);
}

/* Where what was asked for does not fit, where no stacks are to be kept, and where the time is over. */
static void there_may_be_no_rest(void)
{
	static const char *const words[] = {"132"};
	struct fb_keep_options options = {.stacks = true, .most_pages = 10};
	struct sample_input bundle;
	struct fb_keep_result result;

	sample_open_bundle(&bundle, cores);
	find_only(&bundle, &options, &result);
	CU_ASSERT(result.refused > 0 && !result.rest_pages && !result.rest_processes);
	CU_ASSERT_EQUAL(result.rest_left_out, PROCESSES);
	options.most_pages = ROOM;
	options.end_ns = 1;
	find_only(&bundle, &options, &result);
	CU_ASSERT(!result.rest_pages && !result.rest_processes);
	CU_ASSERT_EQUAL(result.rest_left_out, PROCESSES);
	options = (struct fb_keep_options){
		.most_pages = ROOM, .processes = words, .process_count = 1};
	find_only(&bundle, &options, &result);
	CU_ASSERT(!result.rest_pages && !result.rest_processes && !result.rest_left_out);
	CU_ASSERT(result.whole_count == 1 && result.whole[0] == 132);
	options.most_pages = 10;
	find_only(&bundle, &options, &result);
	CU_ASSERT(result.processes == 1 && result.refused > 0 && !result.whole_count);
	sample_close(&bundle);
}

/* A process that was named is none of the rest; two that share their memory are one. */
static void processes_are_filled_once(void)
{
	static const char *const words[] = {"132"};
	struct fb_keep_options options = {
		.stacks = true, .most_pages = ROOM, .processes = words, .process_count = 1};
	struct sample_input bundle;
	struct fb_keep_result result;

	sample_open_bundle(&bundle, cores);
	find_only(&bundle, &options, &result);
	CU_ASSERT_EQUAL(result.rest_processes, PROCESSES - 1);
	CU_ASSERT(result.whole_count == PROCESSES && result.whole[0] == 132);
	for (size_t i = 1; i < result.whole_count; i++)
		CU_ASSERT(result.whole[i] != 132);
	options.process_count = 0;
	((struct fb_task *)sample_task(&bundle, 139))->mm = sample_task(&bundle, 132)->mm;
	find_only(&bundle, &options, &result);
	CU_ASSERT_EQUAL(result.rest_processes, PROCESSES - 1);
	sample_close(&bundle);
}

static struct fb_error *tell_filled(struct sample_input *sample, struct fb_buf *text,
				    bool *incomplete_ret)
{
	const struct fb_keep_options options = {.stacks = true, .most_pages = ROOM};
	struct fb_frame_set *set = NULL;
	struct fb_keep_result result;
	struct fb_error *err;

	FB_OK_FATAL(fb_frame_set_create(fb_dump_info(fb_input_dump(sample->input))->max_pfn, &set));
	err = fb_keep_find(sample->input, &options, set, &result);
	if (!err)
		expected_add(text, "%" PRIu64, fb_frame_set_count(set));
	/* What cannot be read is not kept. */
	*incomplete_ret = true;
	fb_frame_set_destroy(set);
	return err;
}

static void a_failing_read_costs_itself(void)
{
	failing_inputs_strictly(tell_filled, (const char *const[]){NULL}, 60);
}

FB_TEST_MAIN("bundle/keep_whole", FB_TEST(frames_are_those_of_the_input),
	     FB_TEST(the_order_is_that_of_use), FB_TEST(a_budget_is_spent_to_the_page),
	     FB_TEST(there_may_be_no_rest), FB_TEST(processes_are_filled_once),
	     FB_TEST(a_failing_read_costs_itself))
