// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out which threads wait for which others. The stacks of blocked threads are
 * unwound in batches on all CPUs, and each thread is passed to the recogniser of the
 * function in which it sleeps. Called by the commands waits, bt, ps, info, merge and
 * report.
 */
#include "bundle/waits/waits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/parallel.h"
#include "base/part.h"
#include "base/search.h"
#include "base/text.h"
#include "base/u64_map.h"
#include "bundle/waits/finder/wait_blocked.h"
#include "bundle/waits/goroutines/wait_go.h"
#include "bundle/waits/locks/wait_freeze.h"
#include "bundle/waits/recognisers.h"
#include "bundle/waits/wait_unknown.h"
#include "kernel/tasks/run_queue.h"

/* Threads whose stacks are known at a time: 2 MB. */
#define BATCH 4096u

struct fb_waits {
	struct fb_wait_finder finder;
	struct fb_wait_analysis analysis;
	struct fb_modules *modules;  /* NULL: cannot be read */
	struct fb_orc *orc;          /* to unwind kernel stacks */
	struct fb_wait_sites *sites; /* functions that threads sleep in */
	struct fb_blocked *batch;
	const struct fb_task **candidates; /* of the batch */
	size_t candidate_count;
	struct fb_u64_map asked;                     /* addresses of the options' tasks */
	const struct fb_wait_goroutines *goroutines; /* of count processes; owned by the finder */
	size_t goroutines_count;
};

static bool is_candidate(const struct fb_waits *waits, const struct fb_task *task)
{
	if (task->idle || task->on_cpu || !strchr("SDTt", task->state) || !task->state)
		return false;
	return !waits->finder.options.tasks || fb_u64_map_find(&waits->asked, (uintptr_t)task);
}

static struct fb_error *read_stack(void *context, size_t index)
{
	struct fb_waits *waits = context;

	return fb_blocked_read(&waits->finder, waits->orc, waits->sites, waits->candidates[index],
			       &waits->batch[index]);
}

static struct fb_error *run_batch(struct fb_waits *waits)
{
	struct fb_wait_finder *finder = &waits->finder;
	struct fb_error *err;

	err = fb_parallel_for(fb_input_pool(finder->input), waits->candidate_count, read_stack,
			      waits);
	for (size_t i = 0; i < waits->candidate_count && !err; i++)
		err = fb_wait_recognise(finder, &waits->batch[i]);
	waits->candidate_count = 0;
	return err;
}

static struct fb_error *find_all(struct fb_waits *waits)
{
	struct fb_wait_finder *finder = &waits->finder;
	struct fb_error *err = NULL;

	waits->candidates = calloc(BATCH, sizeof(*waits->candidates));
	waits->batch = calloc(BATCH, sizeof(*waits->batch));
	if (!waits->candidates || !waits->batch)
		return fb_error_nomem();
	for (size_t i = 0; i < fb_tasks_count(finder->tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(finder->tasks, i);

		if (!is_candidate(waits, task))
			continue;
		waits->candidates[waits->candidate_count++] = task;
		if (waits->candidate_count == BATCH)
			err = run_batch(waits);
	}
	return err ? err : run_batch(waits);
}

static struct fb_error *analyse(struct fb_waits *waits)
{
	const struct fb_tasks *tasks = waits->finder.tasks;
	size_t count = fb_tasks_count(tasks), used = 0;
	struct fb_wait_thread *threads = calloc(count + 1, sizeof(*threads));
	struct fb_error *err;

	if (!threads)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (!task->idle)
			threads[used++] =
				(struct fb_wait_thread){task->tid, task->pid, task->state};
	}
	err = fb_wait_analyse(&waits->finder.graph, threads, used, &waits->analysis);
	free(threads);
	return err;
}

static struct fb_error *begin(struct fb_waits *waits, struct fb_input *input,
			      const struct fb_wait_options *options)
{
	struct fb_wait_finder *finder = &waits->finder;
	const struct fb_wait_recogniser *rows;
	const struct fb_input_core *cores;
	size_t count;
	struct fb_error *err;

	finder->input = input;
	finder->options = *options;
	for (size_t i = 0; options->tasks && i < options->task_count; i++) {
		err = fb_u64_set_add(&waits->asked, (uintptr_t)options->tasks[i], FB_MAX_TASKS,
				     "threads", NULL);
		if (err)
			return err;
	}
	finder->kernel = fb_input_kernel(input);
	finder->space = fb_kernel_space(finder->kernel);
	finder->layout = fb_kernel_layout(finder->kernel);
	fb_wait_graph_init(&finder->graph);
	err = fb_input_tasks(input, &finder->tasks);
	if (!err)
		err = fb_input_cores(input, &cores, &count);
	if (err)
		return err;
	rows = fb_wait_recognisers(&count);
	err = fb_wait_sites_create(rows, count, &waits->sites);
	if (err)
		return err;
	err = fb_part_warn(fb_input_warnings(input),
			   fb_modules_load(finder->kernel, &waits->modules), "modules");
	if (err)
		return err;
	finder->modules = waits->modules;
	err = fb_scheduler_now(finder->kernel, &finder->now);
	if (err)
		return err;
	return fb_error_prefix(fb_orc_open(finder->kernel, waits->modules, &waits->orc),
			       "kernel stacks, which waits are read from");
}

struct fb_error *fb_waits_find(struct fb_input *input, const struct fb_wait_options *options,
			       struct fb_waits **waits_ret)
{
	struct fb_waits *waits = calloc(1, sizeof(*waits));
	struct fb_error *err;

	if (!waits)
		return fb_error_nomem();
	err = begin(waits, input, options);
	if (!err)
		err = find_all(waits);
	if (!err)
		err = fb_wait_go_processes(&waits->finder, &waits->goroutines,
					   &waits->goroutines_count);
	if (!err)
		err = fb_wait_date_freezes(&waits->finder);
	if (!err)
		err = analyse(waits);
	if (err) {
		fb_waits_destroy(waits);
		return err;
	}
	*waits_ret = waits;
	return NULL;
}

void fb_waits_destroy(struct fb_waits *waits)
{
	if (!waits)
		return;
	fb_wait_analysis_deinit(&waits->analysis);
	fb_wait_finder_deinit(&waits->finder);
	fb_u64_map_deinit(&waits->asked);
	free(waits->batch);
	free(waits->candidates);
	fb_wait_sites_destroy(waits->sites);
	fb_orc_destroy(waits->orc);
	fb_modules_destroy(waits->modules);
	free(waits);
}

const struct fb_wait_graph *fb_waits_graph(const struct fb_waits *waits)
{
	return &waits->finder.graph;
}

const struct fb_wait_analysis *fb_waits_analysis(const struct fb_waits *waits)
{
	return &waits->analysis;
}

const struct fb_wait_goroutines *fb_waits_goroutines(const struct fb_waits *waits,
						     size_t *count_ret)
{
	*count_ret = waits->goroutines_count;
	return waits->goroutines;
}

/* Compares a wait and a task in the order of the table of tasks: the leader of a process, then
 * its other threads by TID. */
static int order(const struct fb_wait *wait, const struct fb_task *task)
{
	bool leads = wait->tid == wait->pid, task_leads = task->tid == task->pid;

	if (wait->pid != task->pid)
		return wait->pid < task->pid ? -1 : 1;
	if (leads != task_leads)
		return leads ? -1 : 1;
	return wait->tid < task->tid ? -1 : wait->tid > task->tid;
}

const struct fb_wait *fb_waits_of(const struct fb_waits *waits, int32_t tid, size_t *count_ret)
{
	const struct fb_wait_graph *graph = &waits->finder.graph;
	const struct fb_task *task = fb_tasks_by_tid(waits->finder.tasks, tid);
	size_t low, end;

	*count_ret = 0;
	if (!task)
		return NULL;
	low = FB_LOWER_BOUND(at, graph->wait_count, order(&graph->waits[at], task) < 0);
	for (end = low; end < graph->wait_count && graph->waits[end].tid == tid; end++)
		;
	*count_ret = end - low;
	return end > low ? &graph->waits[low] : NULL;
}

static size_t put_owner(const struct fb_waits *waits, const struct fb_wait_owner *owner, char *to,
			size_t size)
{
	const struct fb_task *task = fb_tasks_by_tid(waits->finder.tasks, owner->tid);
	struct fb_comm_text comm = {.text = ""};

	if (task)
		comm = fb_task_comm(task);
	return (size_t)snprintf(to, size, "%d%s%s", owner->tid, *comm.text ? " " : "", comm.text);
}

char *fb_wait_describe(const struct fb_waits *waits, const struct fb_wait *wait, char *to,
		       size_t size)
{
	const struct fb_wait_object *object = &waits->finder.graph.objects[wait->object];
	size_t used, shown = 0, count = fb_wait_count_owners(wait, object);

	used = (size_t)snprintf(to, size, "%s %s", wait->kind, object->name ? object->name : "?");
	for (size_t i = 0; i < object->owner_count && shown < 3 && used < size; i++) {
		if (!fb_wait_owner_counts(wait, object, &object->owners[i]))
			continue;
		used += (size_t)snprintf(to + used, size - used, "%s", shown++ ? ", " : ", by ");
		if (used < size)
			used += put_owner(waits, &object->owners[i], to + used, size - used);
	}
	if (shown < count && used < size)
		snprintf(to + used, size - used, " and %zu more", count - shown);
	return to;
}
