// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps the kernel stacks of all tasks, sorted by address. Called by wait_surroundings.c. */
#include "bundle/waits/finder/wait_stacks.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"
#include "kernel/image/thread_size.h"

struct stacks {
	const struct fb_task **tasks; /* owned; those that have a stack, by its address */
	size_t count;
	uint64_t size; /* of each, in bytes */
};

static void deinit(void *state)
{
	struct stacks *stacks = state;

	free(stacks->tasks);
}

static const struct fb_wait_state STACKS = {sizeof(struct stacks), deinit};

/* Of tasks that share a stack, because one of them is damaged, the first of the table comes last, so that it
 * is the one that is found. */
static int by_stack(const void *a, const void *b)
{
	const struct fb_task *x = *(const struct fb_task *const *)a;
	const struct fb_task *y = *(const struct fb_task *const *)b;

	if (x->stack != y->stack)
		return x->stack < y->stack ? -1 : 1;
	return x < y ? 1 : x > y ? -1 : 0;
}

static struct fb_error *load(struct fb_wait_finder *finder, struct stacks *stacks)
{
	size_t count = fb_tasks_count(finder->tasks);
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*stacks->tasks), FB_MAX_TASKS, "threads",
			     &stacks->tasks);
	for (size_t i = 0; !err && i < count; i++)
		if (fb_tasks_get(finder->tasks, i)->stack)
			stacks->tasks[stacks->count++] = fb_tasks_get(finder->tasks, i);
	if (err)
		return err;
	qsort(stacks->tasks, stacks->count, sizeof(*stacks->tasks), by_stack);
	stacks->size = fb_thread_size(finder->kernel);
	return NULL;
}

struct fb_error *fb_wait_task_of_stack(struct fb_wait_finder *finder, uint64_t address,
				       const struct fb_task **task_ret)
{
	struct stacks *stacks;
	const struct fb_task *below = NULL;
	size_t above;
	struct fb_error *err = fb_wait_state(finder, &STACKS, &stacks);

	if (!err && !stacks->tasks)
		err = load(finder, stacks);
	if (err)
		return err;
	above = FB_LOWER_BOUND(at, stacks->count, stacks->tasks[at]->stack <= address);
	if (above)
		below = stacks->tasks[above - 1];
	*task_ret = below && address - below->stack < stacks->size ? below : NULL;
	return NULL;
}
