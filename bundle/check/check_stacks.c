// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks the far end of each thread's kernel stack. The kernel writes a magic number there when it makes the thread
 * (set_task_stack_end_magic(), kernel/fork.c); where another value is found, the stack was too small for what ran on
 * it, or something else wrote there. Called by check.c.
 */
#include <inttypes.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/part.h"
#include "bundle/check/checks.h"

/* STACK_END_MAGIC (include/uapi/linux/magic.h). */
#define END_MAGIC UINT64_C(0x57ac6e9d)

/* A thread whose stack ends in another word. */
struct overwritten {
	const struct fb_task *task;
	uint64_t word;
};

/* Collects them. */
static struct fb_error *find(const struct fb_check *check, struct overwritten *list,
			     size_t *count_ret)
{
	struct fb_error *err = NULL;
	size_t unknown = 0;

	*count_ret = 0;
	for (size_t i = 0; i < fb_tasks_count(check->tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(check->tasks, i);
		struct overwritten *found = &list[*count_ret];

		if (!task->stack) /* it has ended, and its stack is freed */
			continue;
		found->task = task;
		err = fb_space_u64(fb_kernel_space(check->kernel), task->stack, &found->word);
		*count_ret += !err && found->word != END_MAGIC;
		unknown += err != NULL;
		err = fb_part_skip(err);
	}
	if (unknown && !err)
		fb_warn(fb_kernel_warnings(check->kernel),
			"the ends of %zu kernel stacks cannot be checked: they are not in the dump",
			unknown);
	return err;
}

static struct fb_error *report(const struct fb_check *check, const struct overwritten *list,
			       size_t count)
{
	struct fb_finding *finding;
	struct fb_error *err;

	err = fb_findings_add(check->findings, FB_WEIGHT_GRAVE, "stack-overflow", "bt", &finding,
			      "the end of %zu kernel stack%s was overwritten", count,
			      count == 1 ? "" : "s");
	for (size_t i = 0; i < count && !err; i++) {
		const struct fb_task *task = list[i].task;

		err = fb_finding_evidence(
			finding, "%d %s: 0x%" PRIx64 " at 0x%" PRIx64 ", in place of 0x%" PRIx64,
			task->tid, fb_task_comm(task).text, list[i].word, task->stack, END_MAGIC);
	}
	return err;
}

struct fb_error *fb_check_stacks(struct fb_check *check)
{
	FB_CLEANUP(fb_free_at) struct overwritten *list = NULL;
	size_t count;
	struct fb_error *err = fb_alloc_array(fb_tasks_count(check->tasks), sizeof(*list), SIZE_MAX,
					      "threads", &list);

	if (!err)
		err = find(check, list, &count);
	return err || !count ? err : report(check, list, count);
}
