// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The task table: fills it from all sources, sorts it, and answers queries. Called wherever tasks are needed.
 */
#include "kernel/tasks/task.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "base/text.h"
#include "kernel/tasks/task_table.h"

static int compare_ints(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_tasks(const void *left, const void *right)
{
	const struct fb_task *a = left, *b = right;

	if (a->idle != b->idle)
		return a->idle ? -1 : 1;
	if (a->idle)
		return compare_ints(a->cpu, b->cpu);
	if (a->pid != b->pid)
		return compare_ints(a->pid, b->pid);
	if ((a->tid == a->pid) != (b->tid == b->pid))
		return a->tid == a->pid ? -1 : 1;
	return compare_ints(a->tid, b->tid);
}

static int compare_by_tid(const void *left, const void *right, void *context)
{
	const struct fb_task *tasks = context;

	return compare_ints(tasks[*(const uint32_t *)left].tid,
			    tasks[*(const uint32_t *)right].tid);
}

/* Of two entries with the same TID the one whose address is known comes first. */
static int compare_lost(const void *left, const void *right)
{
	const struct fb_lost_task *a = left, *b = right;

	if (a->tid != b->tid)
		return compare_ints(a->tid, b->tid);
	return (a->address < b->address) - (a->address > b->address);
}

/* A TID that one source lost may have been reached by another. */
static struct fb_error *finish_lost(struct fb_tasks *tasks)
{
	size_t kept = 0;
	struct fb_error *err;

	if (tasks->lost_count)
		qsort(tasks->lost, tasks->lost_count, sizeof(*tasks->lost), compare_lost);
	for (size_t i = 0; i < tasks->lost_count; i++)
		if ((kept == 0 || tasks->lost[i].tid != tasks->lost[kept - 1].tid) &&
		    !fb_tasks_by_tid(tasks, tasks->lost[i].tid))
			tasks->lost[kept++] = tasks->lost[i];
	tasks->lost_count = kept;
	err = fb_alloc_array(kept, sizeof(*tasks->lost_tids), FB_MAX_TASKS, "lost tasks",
			     &tasks->lost_tids);
	for (size_t i = 0; i < kept && !err; i++)
		tasks->lost_tids[i] = tasks->lost[i].tid;
	return err;
}

/* All threads of a process are in one PID namespace (copy_process() refuses CLONE_THREAD with a new one): where one is
 * in the host's, none has further levels. */
static void settle_levels(struct fb_tasks *tasks)
{
	for (size_t first = 0, end; first < tasks->count; first = end) {
		bool of_host = false;

		for (end = first;
		     end < tasks->count && tasks->tasks[end].pid == tasks->tasks[first].pid; end++)
			of_host |= !tasks->tasks[end].levels_lost &&
				   tasks->tasks[end].level_count == 1;
		for (size_t i = first; i < end && of_host; i++)
			tasks->tasks[i].levels_lost = false;
	}
}

/* Sorts, and rebuilds the indexes over the sorted table. */
static struct fb_error *finish(struct fb_tasks *tasks)
{
	struct fb_error *err;

	for (size_t i = 0; i < tasks->count; i++)
		tasks->tasks[i].found_by &= ~FB_TASK_MET(UINT32_MAX);
	qsort(tasks->tasks, tasks->count, sizeof(*tasks->tasks), compare_tasks);
	settle_levels(tasks);
	err = fb_tasks_index(tasks);
	if (!err)
		err = fb_alloc_array(tasks->count, sizeof(uint32_t), FB_MAX_TASKS, "tasks",
				     &tasks->by_tid);
	if (err)
		return err;
	for (size_t i = 0; i < tasks->count; i++)
		if (!tasks->tasks[i].idle)
			tasks->by_tid[tasks->by_tid_count++] = (uint32_t)i;
	qsort_r(tasks->by_tid, tasks->by_tid_count, sizeof(uint32_t), compare_by_tid, tasks->tasks);

	return finish_lost(tasks);
}

static size_t not_idle(const struct fb_tasks *tasks)
{
	size_t count = 0;

	for (size_t i = 0; i < tasks->count; i++)
		count += !tasks->tasks[i].idle;
	return count;
}

/* nr_threads (kernel/fork.c) counts all tasks but the idle ones; -1 where it cannot be read. */
static struct fb_error *count_threads(struct fb_tasks *tasks)
{
	uint32_t count = 0;
	struct fb_error *err = fb_kernel_variable_u32(tasks->kernel, "nr_threads", &count);

	tasks->counted = !err && count <= FB_MAX_TASKS ? (int64_t)count : -1;
	return fb_part_skip(err);
}

static bool is_damaged(const struct fb_tasks *tasks)
{
	for (unsigned i = 0; i < FB_FOUND_BITS; i++)
		if (tasks->broken[i])
			return true;
	return tasks->lost_count ||
	       (tasks->counted >= 0 && (int64_t)not_idle(tasks) != tasks->counted);
}

/* One line for each source, not one for each break. */
static void warn_of_damage(struct fb_tasks *tasks)
{
	struct fb_warnings *warnings = fb_kernel_warnings(tasks->kernel);
	const int64_t counted = tasks->counted;
	size_t known = not_idle(tasks) + tasks->lost_count;

	for (unsigned i = 0; i < FB_FOUND_BITS; i++) {
		struct fb_error *first = tasks->first_break[i];

		tasks->first_break[i] = NULL;
		if (tasks->broken[i] == 1)
			fb_warn_error(warnings, first, "tasks: %s", fb_found_by_name(1u << i));
		else
			fb_warn_error(warnings, first, "tasks: %s: broken in %zu places, the first",
				      fb_found_by_name(1u << i), tasks->broken[i]);
	}
	if (tasks->lost_count)
		fb_warn(warnings,
			"%zu threads are known by TID only (the first: %d): their task_struct is "
			"not in the dump",
			tasks->lost_count, tasks->lost[0].tid);
	if (counted >= 0 && known < (size_t)counted)
		fb_warn(warnings, "the kernel counted %lld threads: nothing leads to %lld of them",
			(long long)counted, (long long)counted - (long long)known);
}

typedef struct fb_error *(*source_fn)(struct fb_tasks *tasks);

static struct fb_error *ask(struct fb_tasks *tasks, const source_fn *sources, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++)
		err = sources[i](tasks);
	return err;
}

/* Sources that take longer are used only where the first ones did not find all tasks; what they find may lead to
 * further tasks. */
static struct fb_error *ask_all(struct fb_tasks *tasks)
{
	static const source_fn first[] = {
		fb_tasks_from_task_list, fb_tasks_from_cpus,     fb_tasks_from_thread_lists,
		fb_tasks_from_pid_tree,  fb_tasks_from_families,
	};
	static const source_fn second[] = {
		fb_tasks_from_slab,         fb_tasks_from_cgroups,  fb_tasks_from_namespaces,
		fb_tasks_from_futexes,      fb_tasks_from_waiters,  fb_tasks_from_links,
		fb_tasks_from_thread_lists, fb_tasks_from_families,
	};
	struct fb_error *err = ask(tasks, first, FB_ARRAY_SIZE(first));

	if (!err)
		err = count_threads(tasks);
	tasks->damaged = !err && is_damaged(tasks);
	if (tasks->damaged)
		err = ask(tasks, second, FB_ARRAY_SIZE(second));
	return err;
}

struct fb_error *fb_tasks_load(struct fb_kernel *kernel, struct fb_tasks **tasks_ret)
{
	struct fb_tasks *tasks = calloc(1, sizeof(*tasks));
	struct fb_error *err;

	if (!tasks)
		return fb_error_nomem();
	tasks->kernel = kernel;
	err = ask_all(tasks);
	if (!err && tasks->count == 0)
		err = fb_error_create(FB_NOT_FOUND,
				      "no task can be reached: neither the task list nor the CPUs "
				      "nor the PID tree lead to one, nor is one left in the slabs");
	if (!err)
		err = finish(tasks);
	if (err) {
		fb_tasks_destroy(tasks);
		return err;
	}
	warn_of_damage(tasks);
	*tasks_ret = tasks;
	return NULL;
}

void fb_tasks_destroy(struct fb_tasks *tasks)
{
	if (!tasks)
		return;
	for (unsigned i = 0; i < FB_FOUND_BITS; i++)
		fb_error_destroy(tasks->first_break[i]);
	free(tasks->lost_tids);
	free(tasks->lost);
	free(tasks->by_tid);
	fb_u64_map_deinit(&tasks->by_address);
	free(tasks->tasks);
	free(tasks);
}

size_t fb_tasks_count(const struct fb_tasks *tasks)
{
	return tasks->count;
}

const struct fb_task *fb_tasks_get(const struct fb_tasks *tasks, size_t index)
{
	return &tasks->tasks[index];
}

const struct fb_task *fb_tasks_on_cpu(const struct fb_tasks *tasks, int cpu)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->tasks[i].on_cpu && (int)tasks->tasks[i].cpu == cpu)
			return &tasks->tasks[i];
	return NULL;
}

const struct fb_task *fb_tasks_by_tid(const struct fb_tasks *tasks, int32_t tid)
{
	size_t at =
		FB_LOWER_BOUND(i, tasks->by_tid_count, tasks->tasks[tasks->by_tid[i]].tid < tid);
	const struct fb_task *task =
		at < tasks->by_tid_count ? &tasks->tasks[tasks->by_tid[at]] : NULL;

	return task && task->tid == tid ? task : NULL;
}

/* The first task whose PID is not below pid. */
static size_t first_of_pid(const struct fb_tasks *tasks, int64_t pid)
{
	return FB_LOWER_BOUND(i, tasks->count, tasks->tasks[i].idle || tasks->tasks[i].pid < pid);
}

void fb_tasks_group(const struct fb_tasks *tasks, int32_t pid, size_t *first_ret, size_t *count_ret)
{
	*first_ret = first_of_pid(tasks, pid);
	*count_ret = first_of_pid(tasks, (int64_t)pid + 1) - *first_ret;
}

size_t fb_tasks_lost(const struct fb_tasks *tasks, const int32_t **tids_ret)
{
	*tids_ret = tasks->lost_tids;
	return tasks->lost_count;
}

uint64_t fb_tasks_lost_address(const struct fb_tasks *tasks, int32_t tid)
{
	size_t at = FB_LOWER_BOUND(i, tasks->lost_count, tasks->lost[i].tid < tid);

	return at < tasks->lost_count && tasks->lost[at].tid == tid ? tasks->lost[at].address : 0;
}

bool fb_tasks_damaged(const struct fb_tasks *tasks)
{
	return tasks->damaged;
}

struct fb_comm_text fb_task_comm(const struct fb_task *task)
{
	struct fb_comm_text comm;

	fb_text_escape(task->comm, strnlen(task->comm, sizeof(task->comm)), comm.text,
		       sizeof(comm.text));
	return comm;
}

const char *fb_found_by_name(uint32_t bit)
{
	switch (bit) {
	case FB_FOUND_TASK_LIST:
		return "task-list";
	case FB_FOUND_THREAD_LIST:
		return "thread-list";
	case FB_FOUND_PID_TREE:
		return "pid-tree";
	case FB_FOUND_CPU:
		return "cpu";
	case FB_FOUND_FAMILY:
		return "family";
	case FB_FOUND_SLAB:
		return "slab";
	case FB_FOUND_CGROUP:
		return "cgroup";
	case FB_FOUND_FUTEX:
		return "futex";
	case FB_FOUND_WAITER:
		return "waiter";
	case FB_FOUND_LOCK_OWNER:
		return "lock-owner";
	case FB_FOUND_WAKEUP:
		return "wakeup";
	default:
		return "unknown";
	}
}
