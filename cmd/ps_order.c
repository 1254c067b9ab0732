// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The orders in which ps shows tasks: as the table has them, or children below their parents.
 * Called by ps.
 */
#include "cmd/ps_order.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

/* Deeper families are shown at this depth: a line must stay readable. */
#define MAX_DEPTH 64u

/* The first thread of a group, where the leader itself may be lost. */
static bool is_first(const struct fb_tasks *tasks, size_t index)
{
	return index == 0 || fb_tasks_get(tasks, index - 1)->idle ||
	       fb_tasks_get(tasks, index - 1)->pid != fb_tasks_get(tasks, index)->pid;
}

struct fb_error *fb_ps_flat(const struct fb_tasks *tasks, bool threads, fb_ps_row *row,
			    void *context)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_tasks_count(tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (threads || (!task->idle && is_first(tasks, i)))
			err = row(context, task, 0);
	}
	return err;
}

struct tree {
	const struct fb_tasks *tasks;
	bool threads;
	fb_ps_row *row;
	void *context;
	/* Processes as index of their first thread, in order of their parent's PID, then of their
	 * own: the children of one process stand together. */
	uint32_t *process;
	size_t count;
	bool *shown; /* by position in process */
};

static int compare_parents(const void *left, const void *right, void *context)
{
	const struct fb_tasks *tasks = context;
	const struct fb_task *a = fb_tasks_get(tasks, *(const uint32_t *)left);
	const struct fb_task *b = fb_tasks_get(tasks, *(const uint32_t *)right);

	if (a->ppid != b->ppid)
		return (a->ppid > b->ppid) - (a->ppid < b->ppid);
	return (a->pid > b->pid) - (a->pid < b->pid);
}

static size_t first_child(const struct tree *tree, int32_t ppid)
{
	return FB_LOWER_BOUND(i, tree->count,
			      fb_tasks_get(tree->tasks, tree->process[i])->ppid < ppid);
}

static struct fb_error *show(struct tree *tree, size_t position, unsigned depth)
{
	size_t index = tree->process[position];
	const struct fb_task *process = fb_tasks_get(tree->tasks, index);
	struct fb_error *err;

	tree->shown[position] = true;
	err = tree->row(tree->context, process, depth);
	for (size_t i = index + 1; tree->threads && !err && i < fb_tasks_count(tree->tasks); i++) {
		const struct fb_task *thread = fb_tasks_get(tree->tasks, i);

		if (thread->pid != process->pid)
			break;
		err = tree->row(tree->context, thread, depth);
	}
	return err;
}

/* Shows a process and all below it, without recursion. stack[depth] is the next child to be shown at
 * that depth. Each process is shown once, so the stack is never deeper than there are processes, for
 * which it has room. */
static struct fb_error *show_below(struct tree *tree, size_t root, size_t *stack)
{
	size_t depth = 0;
	struct fb_error *err = show(tree, root, 0);

	stack[0] = first_child(tree, fb_tasks_get(tree->tasks, tree->process[root])->pid);
	int32_t parent = fb_tasks_get(tree->tasks, tree->process[root])->pid;

	while (!err) {
		size_t next = stack[depth];
		const struct fb_task *child =
			next < tree->count ? fb_tasks_get(tree->tasks, tree->process[next]) : NULL;

		if (!child || child->ppid != parent) {
			if (depth == 0)
				break;
			depth--;
			parent = fb_tasks_get(tree->tasks, tree->process[stack[depth] - 1])->ppid;
			continue;
		}
		stack[depth]++;
		if (tree->shown[next])
			continue;
		err = show(tree, next, depth + 1 < MAX_DEPTH ? (unsigned)depth + 1 : MAX_DEPTH);
		stack[++depth] = first_child(tree, child->pid);
		parent = child->pid;
	}
	return err;
}

static struct fb_error *show_all(struct tree *tree, size_t *stack)
{
	struct fb_error *err = NULL;

	/* Roots first; then tasks that are below no root because their parents form a loop. */
	for (int pass = 0; pass < 2 && !err; pass++) {
		for (size_t i = 0; i < tree->count && !err; i++) {
			const struct fb_task *task = fb_tasks_get(tree->tasks, tree->process[i]);
			bool root = task->ppid <= 0 || !fb_tasks_by_tid(tree->tasks, task->ppid);

			if (!tree->shown[i] && (root || pass == 1))
				err = show_below(tree, i, stack);
		}
	}
	return err;
}

struct fb_error *fb_ps_tree(const struct fb_tasks *tasks, bool threads, fb_ps_row *row,
			    void *context)
{
	struct tree tree = {.tasks = tasks, .threads = threads, .row = row, .context = context};
	size_t total = fb_tasks_count(tasks);
	size_t *stack = NULL;
	struct fb_error *err;

	err = fb_alloc_array(total, sizeof(*tree.process), FB_MAX_TASKS, "processes",
			     &tree.process);
	if (!err)
		err = fb_alloc_array(total, sizeof(*tree.shown), FB_MAX_TASKS, "processes",
				     &tree.shown);
	if (!err)
		err = fb_alloc_array(total + 1, sizeof(*stack), FB_MAX_TASKS + 1, "processes",
				     &stack);
	if (!err) {
		for (size_t i = 0; i < total; i++)
			if (!fb_tasks_get(tasks, i)->idle && is_first(tasks, i))
				tree.process[tree.count++] = (uint32_t)i;
		qsort_r(tree.process, tree.count, sizeof(*tree.process), compare_parents,
			(void *)tasks);
		err = show_all(&tree, stack);
	}
	free(stack);
	free(tree.shown);
	free(tree.process);
	return err;
}
