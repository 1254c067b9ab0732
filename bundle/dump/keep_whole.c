// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps whole processes. For the rest of a budget all processes are first listed with what their order depends on,
 * which takes no page table; then one after the other is walked until a page does not fit. Called by keep.c.
 */
#include "bundle/dump/keep_whole.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/dump/keep_threads.h"
#include "kernel/tasks/task_detail.h"

/* A process for the rest of the budget. */
struct candidate {
	size_t first;      /* its first thread in the task table */
	uint64_t resident; /* bytes; UINT64_MAX: cannot be read */
	bool blocked;      /* a thread of it is */
};

struct candidates {
	struct candidate *list; /* owned */
	size_t count, room;
	struct fb_u64_map seen; /* addresses of their mm_structs: processes may share one */
};

static struct fb_error *keep_memory(struct fb_input *input, const struct fb_task *task,
				    bool with_files, struct fb_keep_budget *budget)
{
	struct fb_keep_memory memory;
	struct fb_error *err = fb_keep_memory_init(&memory, input, task, budget);

	if (err)
		return err;
	err = fb_keep_all(&memory, with_files);
	fb_keep_memory_deinit(&memory);
	return err;
}

static void list_whole(struct fb_keep_result *result, const struct fb_task *task)
{
	if (result->whole_count < FB_KEEP_LISTED)
		result->whole[result->whole_count++] = task->pid;
}

struct fb_error *fb_keep_whole(struct fb_input *input, const struct fb_task *task, bool with_files,
			       struct fb_keep_budget *budget, struct fb_keep_result *result)
{
	const uint64_t refused = budget->refused;
	struct fb_error *err = keep_memory(input, task, with_files, budget);

	if (err)
		return err;
	result->processes++;
	if (budget->refused == refused)
		list_whole(result, task);
	return fb_u64_set_add(&budget->whole, task->mm, FB_MAX_TASKS, "processes", NULL);
}

static bool is_late(uint64_t end_ns)
{
	return end_ns && fb_clock_ns() >= end_ns;
}

/* What the order of a process depends on; what cannot be read of it makes it come later. */
static struct fb_error *describe(struct fb_kernel *kernel, const struct fb_tasks *tasks, size_t end,
				 struct candidate *candidate)
{
	const struct fb_task *task = fb_tasks_get(tasks, candidate->first);
	struct fb_error *err = fb_part_skip(fb_mm_resident(kernel, task->mm, &candidate->resident));

	for (size_t i = candidate->first; i < end && !err && !candidate->blocked; i++)
		err = fb_keep_is_blocked(kernel, fb_tasks_get(tasks, i), &candidate->blocked);
	return err;
}

/* Adds the process of the threads [first, end), unless it is whole or in the list already. */
static struct fb_error *add_candidate(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				      size_t first, size_t end, const struct fb_keep_budget *budget,
				      struct candidates *candidates)
{
	struct candidate candidate = {.first = first, .resident = UINT64_MAX};
	const uint64_t mm = fb_tasks_get(tasks, first)->mm;
	bool fresh = false;
	struct fb_error *err;

	if (fb_u64_map_find(&budget->whole, mm))
		return NULL;
	err = fb_u64_set_add(&candidates->seen, mm, FB_MAX_TASKS, "processes", &fresh);
	if (err || !fresh)
		return err;
	err = describe(kernel, tasks, end, &candidate);
	if (!err)
		err = fb_grow_array(&candidates->list, &candidates->room, candidates->count,
				    sizeof(*candidates->list), FB_MAX_TASKS, "processes");
	if (!err)
		candidates->list[candidates->count++] = candidate;
	return err;
}

static int by_use(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;

	if (one->blocked != other->blocked)
		return one->blocked ? -1 : 1;
	if (one->resident != other->resident)
		return one->resident < other->resident ? -1 : 1;
	return one->first < other->first ? -1 : one->first > other->first;
}

/* Fills the budget with one process; where the last page of it did not fit, it is one that is left out. */
static struct fb_error *fill(struct fb_input *input, const struct fb_task *task,
			     struct fb_keep_budget *budget, struct fb_keep_result *result)
{
	struct fb_error *err = keep_memory(input, task, false, budget);

	if (err)
		return fb_part_warn(fb_input_warnings(input), err,
				    "the memory of PID %d is left out", task->pid);
	if (budget->spent) {
		result->rest_left_out++;
		return NULL;
	}
	result->rest_processes++;
	list_whole(result, task);
	return NULL;
}

static struct fb_error *fill_all(struct fb_input *input, const struct fb_tasks *tasks,
				 const struct candidates *candidates, uint64_t end_ns,
				 struct fb_keep_budget *budget, struct fb_keep_result *result)
{
	const uint64_t before = fb_frame_set_count(budget->set);
	struct fb_error *err = NULL;

	budget->filling = true;
	budget->spent = budget->refused > 0;
	for (size_t i = 0; i < candidates->count && !err; i++) {
		if (budget->spent || is_late(end_ns))
			result->rest_left_out++;
		else
			err = fill(input, fb_tasks_get(tasks, candidates->list[i].first), budget,
				   result);
	}
	result->rest_pages = fb_frame_set_count(budget->set) - before;
	return err;
}

struct fb_error *fb_keep_rest(struct fb_input *input, uint64_t end_ns,
			      struct fb_keep_budget *budget, struct fb_keep_result *result)
{
	struct candidates candidates = {.list = NULL};
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);
	size_t end;

	for (size_t first = 0; !err && first < fb_tasks_count(tasks); first = end) {
		end = fb_keep_threads_end(tasks, first);
		if (!fb_keep_has_memory(fb_tasks_get(tasks, first)))
			continue;
		if (is_late(end_ns))
			result->rest_left_out++;
		else
			err = add_candidate(fb_input_kernel(input), tasks, first, end, budget,
					    &candidates);
	}
	if (!err && candidates.count) {
		qsort(candidates.list, candidates.count, sizeof(*candidates.list), by_use);
		err = fill_all(input, tasks, &candidates, end_ns, budget, result);
	}
	fb_u64_map_deinit(&candidates.seen);
	free(candidates.list);
	return err;
}
