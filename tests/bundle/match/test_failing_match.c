// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores that are matched and placed while a read fails by what tells nothing of the dump: the whole has to fail. */
#include <string.h>

#include "bundle/match/boot_facts.h"
#include "bundle/match/match.h"
#include "bundle/match/place.h"
#include "kernel/image/kernel_private.h"
#include "kernel/tasks/task_table.h"
#include "tests/base/failing.h"
#include "tests/bundle/failing_inputs.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

static const char *const cores[] = {"core.128.xz", NULL};

static const struct fb_input_core *core_of(struct sample_input *sample)
{
	return fb_input_core_of(sample->input, 128);
}

static struct fb_error *read_facts(struct sample_input *sample)
{
	const struct fb_tasks *tasks = NULL;
	struct fb_boot_facts facts;
	struct fb_error *err;

	FB_OK_FATAL(fb_input_tasks(sample->input, &tasks));
	err = fb_boot_facts_of_dump(fb_input_kernel(sample->input), tasks, &facts);
	if (!err)
		CU_ASSERT(*facts.vdso && facts.hwcap);
	return err;
}

/* Matches the first core with these tasks; check: of what is then found. */
static struct fb_error *match_with(struct sample_input *sample, const struct fb_tasks *tasks,
				   void (*check)(const struct fb_match *found))
{
	struct fb_matcher *matcher = NULL;
	struct fb_match found;
	struct fb_error *err = fb_matcher_create(fb_input_kernel(sample->input), tasks, &matcher);

	if (!err)
		err = fb_matcher_match(matcher, core_of(sample)->core, &found);
	if (!err) {
		check(&found);
		fb_match_deinit(&found);
	}
	fb_matcher_destroy(matcher);
	return err;
}

static void is_certain(const struct fb_match *found)
{
	CU_ASSERT_EQUAL(found->verdict, FB_VERDICT_CERTAIN);
}

static struct fb_error *match(struct sample_input *sample)
{
	const struct fb_tasks *tasks = NULL;

	FB_OK_FATAL(fb_input_tasks(sample->input, &tasks));
	return match_with(sample, tasks, is_certain);
}

static void is_possible(const struct fb_match *found)
{
	CU_ASSERT_NOT_EQUAL(found->verdict, FB_VERDICT_NONE);
}

/* As if its notes, and the vector in its memory, were lost: by where its segments are. */
static struct fb_error *match_by_bounds(struct sample_input *sample)
{
	struct fb_core_info *info = (struct fb_core_info *)fb_core_info(core_of(sample)->core);
	const struct fb_core_info own = *info;
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err;

	FB_OK_FATAL(fb_input_tasks(sample->input, &tasks));
	info->auxv_pairs = 0;
	info->truncated = true;
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		((struct fb_task *)fb_tasks_get(tasks, i))->kernel_thread |=
			fb_tasks_get(tasks, i)->pid > 140;
	err = match_with(sample, tasks, is_possible);
	*info = own;
	return err;
}

static void has_a_task(const struct fb_match *found)
{
	CU_ASSERT_PTR_NOT_NULL(found->own_task);
}

/* The table misses tasks: the core may be of a process that is none of them. */
static struct fb_error *match_a_lost_process(struct sample_input *sample)
{
	const struct fb_tasks *tasks = NULL;
	struct fb_tasks few;

	FB_OK_FATAL(fb_input_tasks(sample->input, &tasks));
	few = *tasks;
	few.count = 4;
	few.by_tid_count = 0;
	few.by_address = (struct fb_u64_map){0};
	few.damaged = true;
	return match_with(sample, &few, has_a_task);
}

static void of_facts_and_matches(void)
{
	CU_ASSERT(failing_inputs_must_pass(read_facts, cores, 200, 0) > 3);
	CU_ASSERT(failing_inputs_must_pass(match, cores, 40, 100) > 40);
	CU_ASSERT(failing_inputs_must_pass(match_by_bounds, cores, 10, 60) > 100);
	CU_ASSERT(failing_inputs_must_pass(match_a_lost_process, cores, 40, 20) > 40);
}

struct placing {
	struct made_host host;
	struct failure failure;
	struct failing_space memory, physical;
};

static struct fb_error *place(void *context)
{
	struct placing *placing = context;
	struct fb_placement placement;
	struct fb_error *err =
		fb_place(placing->host.kernel, placing->host.place, MADE_CORES, NULL, &placement);

	if (!err) {
		CU_ASSERT_EQUAL(placement.placed_count, MADE_PLACED);
		fb_placement_deinit(&placement);
	}
	return err;
}

static void of_placed_pages(void)
{
	struct placing placing = {.failure = {.at = 0}};
	struct fb_kernel *kernel;

	made_host_open(&placing.host, MADE_KDUMP, 0);
	kernel = placing.host.kernel;
	failing_space_init(&placing.memory, kernel->space, &placing.failure);
	failing_space_init(&placing.physical, kernel->tables.physical, &placing.failure);
	kernel->space = &placing.memory.space;
	kernel->tables.physical = &placing.physical.space;
	CU_ASSERT(failing_must_pass(place, &placing, &placing.failure, 100, 100) > 5);
	kernel->space = placing.memory.whole;
	kernel->tables.physical = placing.physical.whole;
	made_host_close(&placing.host);
}

FB_TEST_MAIN("bundle/match, failing reads", FB_TEST(of_facts_and_matches), FB_TEST(of_placed_pages))
