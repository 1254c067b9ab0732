// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores of processes whose task_struct is lost: their mm_struct, by its slab, has their auxiliary vector. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "bundle/match/match_private.h"
#include "kernel/image/kernel_private.h"
#include "kernel/tasks/task_table.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define SAMPLE(sample, ...) \
	sample_open(sample, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* A table that knows of no task but those that a test adds. */
static struct fb_tasks *make_empty(struct sample_input *sample)
{
	struct fb_tasks *tasks = calloc(1, sizeof(*tasks));

	if (!tasks)
		abort();
	tasks->kernel = fb_input_kernel(sample->input);
	FB_OK_FATAL(fb_tasks_index(tasks));
	return tasks;
}

static const struct fb_core_info *core_info(struct sample_input *sample, size_t index)
{
	const struct fb_input_core *cores;
	size_t count;

	FB_OK_FATAL(fb_input_cores(sample->input, &cores, &count));
	CU_ASSERT_FATAL(index < count);
	return fb_core_info(cores[index].core);
}

static struct fb_match ask(const struct fb_tasks *tasks, const struct fb_core_info *info)
{
	struct fb_match match = {0};
	struct fb_lost_mms *lost;

	FB_OK_FATAL(fb_lost_mms_create(tasks->kernel, tasks, &lost));
	FB_OK(fb_lost_mms_match(lost, info, &match));
	fb_lost_mms_destroy(lost);
	return match;
}

/* The PID and its task are known as lost: the owner of the mm_struct is that task. */
static void the_owner_proves_it(void)
{
	struct sample_input sample;
	const struct fb_task *task;
	struct fb_tasks *tasks;
	struct fb_lost_task lost;
	struct fb_match match;

	SAMPLE(&sample, "core.132.xz");
	task = sample_task(&sample, 132);
	lost = (struct fb_lost_task){.tid = 132, .address = task->address};
	tasks = make_empty(&sample);
	tasks->lost = &lost;
	tasks->lost_count = 1;
	match = ask(tasks, core_info(&sample, 0));
	CU_ASSERT_EQUAL(match.verdict, FB_VERDICT_CERTAIN);
	CU_ASSERT_EQUAL(match.mm, task->mm);
	CU_ASSERT_PTR_NOT_NULL_FATAL(match.task);
	CU_ASSERT_PTR_EQUAL(match.task, match.own_task);
	CU_ASSERT(match.task->address == task->address && match.task->mm == task->mm);
	CU_ASSERT(match.task->pid == 132 && match.task->tid == 132 && match.task->ppid == -1);
	CU_ASSERT(match.task->level_count == 1 && match.task->level_tids[0] == 132);
	CU_ASSERT(match.task->uid == UINT32_MAX && match.task->state == '?');
	CU_ASSERT_STRING_EQUAL(match.task->comm, "actors");
	CU_ASSERT_EQUAL_FATAL(match.evidence_count, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(match.evidence[0], "auxiliary vector equal ("));
	CU_ASSERT_STRING_EQUAL(match.evidence[1], "PID 132 is the number of its owner");
	fb_match_deinit(&match);

	/* Another task had that number: then the mm_struct is not its. */
	lost.address += 64;
	match = ask(tasks, core_info(&sample, 0));
	CU_ASSERT_EQUAL(match.verdict, FB_VERDICT_NONE);
	CU_ASSERT_PTR_NULL(match.task);
	tasks->lost = NULL;
	tasks->lost_count = 0;
	fb_tasks_destroy(tasks);
	sample_close(&sample);
}

/* Nothing is known of the task, but no other process has such a vector. */
static void the_only_such_vector_makes_it_likely(void)
{
	struct sample_input sample;
	const struct fb_task *task;
	struct fb_tasks *tasks;
	struct fb_match match;

	SAMPLE(&sample, "core.132.xz");
	task = sample_task(&sample, 132);
	tasks = make_empty(&sample);
	match = ask(tasks, core_info(&sample, 0));
	CU_ASSERT_EQUAL(match.verdict, FB_VERDICT_LIKELY);
	CU_ASSERT(match.mm == task->mm && match.task && match.task->pid == 132);
	CU_ASSERT_EQUAL(match.evidence_count, 1);
	fb_match_deinit(&match);
	fb_tasks_destroy(tasks);
	sample_close(&sample);
}

/* Children that were forked, and did not exec, share their parent's vector; one that another process
 * now has matches none. */
static void relatives_are_not_told_apart(void)
{
	struct sample_input sample;
	struct fb_tasks *tasks;
	struct fb_match match;

	SAMPLE(&sample, "core.139.xz", "core.reused.328.xz");
	tasks = make_empty(&sample);
	for (size_t i = 0; i < 2; i++) {
		match = ask(tasks, core_info(&sample, i));
		CU_ASSERT_EQUAL(match.verdict, FB_VERDICT_NONE);
		CU_ASSERT_PTR_NULL(match.task);
		CU_ASSERT_EQUAL(match.mm, 0);
	}
	fb_tasks_destroy(tasks);
	sample_close(&sample);
}

/* What a task of the table has is not lost. */
static void known_tasks_keep_theirs(void)
{
	struct sample_input sample;
	const struct fb_tasks *all;
	struct fb_match match;

	SAMPLE(&sample, "core.132.xz");
	FB_OK_FATAL(fb_input_tasks(sample.input, &all));
	match = ask(all, core_info(&sample, 0));
	CU_ASSERT_EQUAL(match.verdict, FB_VERDICT_NONE);
	CU_ASSERT_PTR_NULL(match.task);
	sample_close(&sample);
}

/* What the slab has at the process's mm_struct, and what the core has: whether it is one that is in use, and its. */
static void only_an_mm_struct_in_use_is_one(void)
{
	struct changed_space memory;
	struct sample_input sample;
	struct fb_core_info *info;
	struct fb_kernel *kernel;
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	uint64_t mm;

	SAMPLE(&sample, "core.132.xz");
	mm = sample_task(&sample, 132)->mm;
	tasks = make_empty(&sample);
	info = (struct fb_core_info *)core_info(&sample, 0);
	kernel = fb_input_kernel(sample.input);
	layout = fb_kernel_layout(kernel);
	changed_space_init(&memory, kernel->space);
	kernel->space = &memory.space;
	for (size_t i = 0; i < 8; i++) {
		const struct {
			const struct fb_field *field;
			uint64_t value;
			enum fb_verdict verdict;
		} cases[8] = {
			{&layout->mm_users, 0, FB_VERDICT_NONE},
			{&layout->mm_users, 1, FB_VERDICT_LIKELY},
			{&layout->mm_users, FB_MAX_TASKS, FB_VERDICT_LIKELY},
			{&layout->mm_users, FB_MAX_TASKS + 1, FB_VERDICT_NONE},
			{&layout->mm_pgd, 0x1000, FB_VERDICT_NONE},
			{&layout->mm_saved_auxv, 0, FB_VERDICT_NONE}, /* it ends at once */
			{&layout->mm_saved_auxv, 99, FB_VERDICT_NONE},
			{&layout->mm_owner, 0, FB_VERDICT_LIKELY},
		};
		size_t size = cases[i].field->size < 8 ? cases[i].field->size : 8;
		struct fb_match match;

		changed_space_put(&memory, mm + cases[i].field->offset, cases[i].value, size);
		match = ask(tasks, info);
		CU_ASSERT_EQUAL(match.verdict, cases[i].verdict);
		CU_ASSERT_EQUAL(match.mm, cases[i].verdict == FB_VERDICT_NONE ? 0 : mm);
		fb_match_deinit(&match);
		changed_space_clear(&memory);
	}
	kernel->space = memory.whole;
	fb_tasks_destroy(tasks);
	sample_close(&sample);
}

static void expect_none(const struct fb_tasks *tasks, const struct fb_core_info *info)
{
	struct fb_match match = ask(tasks, info);

	CU_ASSERT_EQUAL(match.verdict, FB_VERDICT_NONE);
	CU_ASSERT_PTR_NULL(match.own_task);
	fb_match_deinit(&match);
}

/* A core that names no PID, or has fewer or other words in its vector, is nobody's. */
static void another_vector_is_another_process(void)
{
	struct sample_input sample;
	struct fb_core_info info;
	struct fb_tasks *tasks;
	uint64_t *auxv;

	SAMPLE(&sample, "core.132.xz");
	tasks = make_empty(&sample);
	info = *core_info(&sample, 0);
	CU_ASSERT_FATAL(info.auxv_pairs > 3);
	auxv = malloc(info.auxv_pairs * 16);
	CU_ASSERT_PTR_NOT_NULL_FATAL(auxv);
	memcpy(auxv, info.auxv, info.auxv_pairs * 16);
	info.auxv = auxv;
	info.pid = 0;
	expect_none(tasks, &info);
	info.pid = 132;
	info.auxv_pairs -= 2;
	expect_none(tasks, &info);
	info.auxv_pairs = 0;
	expect_none(tasks, &info);
	info.auxv_pairs = core_info(&sample, 0)->auxv_pairs;
	CU_ASSERT_EQUAL_FATAL(auxv[2 * info.auxv_pairs - 2], AT_NULL);
	auxv[2 * info.auxv_pairs - 3]++; /* of the last pair before its end */
	expect_none(tasks, &info);
	free(auxv);
	fb_tasks_destroy(tasks);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/match_lost", FB_TEST(the_owner_proves_it),
	     FB_TEST(the_only_such_vector_makes_it_likely), FB_TEST(relatives_are_not_told_apart),
	     FB_TEST(known_tasks_keep_theirs), FB_TEST(only_an_mm_struct_in_use_is_one),
	     FB_TEST(another_vector_is_another_process))
