// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks for pools of worker threads that take no work although some waits, and for items of work that do not end
 * because their worker sleeps in state D. Called by check.c.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/check/checks.h"
#include "bundle/stacks/worker_frames.h"
#include "kernel/modules/function_name.h"

/* A worker in state D normally waits for a device, which takes milliseconds. */
#define STUCK_S 10.0

/* "worker pool 3 (CPUs 0-3, unbound)". */
static void pool_text(const struct fb_work_pool *pool, char *to, size_t size)
{
	char cpus[64];

	fb_text_escape(pool->cpus ? pool->cpus : "?", pool->cpus ? strlen(pool->cpus) : 1, cpus,
		       sizeof(cpus));
	snprintf(to, size, "worker pool %d (%s %s%s%s)", pool->id, pool->cpu < 0 ? "CPUs" : "CPU",
		 cpus, pool->cpu < 0 ? ", unbound" : "", pool->bh ? ", softirq" : "");
}

/* The item that the next worker would take. */
static struct fb_error *add_next_item(const struct fb_work *work, size_t pool,
				      struct fb_modules *modules, struct fb_finding *finding)
{
	for (size_t i = 0; i < work->item_count; i++) {
		const struct fb_work_item *item = &work->items[i];
		char queue[4 * FB_WORK_NAME] = "?";

		if (item->pool != pool || item->state != FB_WORK_PENDING)
			continue;
		if (item->queue != FB_WORK_NONE)
			fb_text_escape(work->queues[item->queue].name,
				       strnlen(work->queues[item->queue].name, FB_WORK_NAME), queue,
				       sizeof(queue));
		return fb_finding_evidence(
			finding, "the first that waits: %s, of the work queue %s",
			item->function ? fb_function_name(modules, item->function).text : "?",
			queue);
	}
	return NULL;
}

/* ", for 50 s", ", for at least 50 s"; nothing where it is not known. */
static void busy_text(const struct fb_worker *worker, char *to, size_t size)
{
	bool exact = !isnan(worker->busy_s);
	double seconds = exact ? worker->busy_s : worker->busy_least_s;
	char time[32];

	*to = '\0';
	if (exact || seconds >= 1)
		snprintf(to, size, ", for %s%s", exact ? "" : "at least ",
			 fb_text_duration(seconds, time, sizeof(time)));
}

/* "21 kworker/0:1 works on wb_workfn, for 50 s: io_schedule < ...". */
static struct fb_error *add_worker(const struct fb_worker *worker,
				   const struct fb_thread_stack *stack, struct fb_modules *modules,
				   struct fb_finding *finding)
{
	const char *names[FB_WORKER_FRAMES];
	size_t count = fb_worker_frames(stack, names);
	char who[96] = "a worker", busy[64], frames[400] = "", name[96];

	if (worker->task)
		snprintf(who, sizeof(who), "%d %s", worker->task->tid,
			 fb_task_comm(worker->task).text);
	busy_text(worker, busy, sizeof(busy));
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(frames);

		fb_text_escape(names[i], strlen(names[i]), name, sizeof(name));
		snprintf(frames + used, sizeof(frames) - used, "%s%s", i ? " < " : ": ", name);
	}
	return fb_finding_evidence(finding, "%s works on %s%s%s", who,
				   worker->function
					   ? fb_function_name(modules, worker->function).text
					   : "an unknown function",
				   busy, frames);
}

static struct fb_error *add_stalled(const struct fb_check *check, const struct fb_work *work,
				    size_t index, struct fb_modules *modules,
				    const struct fb_thread_stack *const *stack_of)
{
	const struct fb_work_pool *pool = &work->pools[index];
	struct fb_finding *finding;
	struct fb_error *err;
	size_t busy = 0;
	char name[128], time[32];

	pool_text(pool, name, sizeof(name));
	fb_text_duration(fb_work_pool_waits(work, pool), time, sizeof(time));
	err = fb_findings_add(check->findings, FB_WEIGHT_GRAVE, "worker-pool-stall", "workqueues",
			      &finding,
			      "%s is stalled: it has taken no work for %s, and %zu item%s", name,
			      time, pool->pending, pool->pending == 1 ? " waits" : "s wait");
	if (!err)
		err = add_next_item(work, index, modules, finding);
	for (size_t i = 0; i < work->worker_count && !err; i++) {
		if (work->workers[i].pool != index || !work->workers[i].work)
			continue;
		err = add_worker(&work->workers[i], stack_of ? stack_of[i] : NULL, modules,
				 finding);
		busy++;
	}
	if (!err && !busy)
		err = fb_finding_evidence(finding, "none of its %" PRIu32 " workers is busy",
					  pool->workers);
	return err;
}

/* Whether the item that the worker works on waits for something that does not happen. */
static bool is_stuck(const struct fb_worker *worker)
{
	double seconds = isnan(worker->busy_s) ? worker->busy_least_s : worker->busy_s;

	return worker->work && worker->task && worker->task->state == 'D' && seconds >= STUCK_S;
}

static struct fb_error *add_stuck(const struct fb_check *check, const struct fb_work *work,
				  size_t index, struct fb_modules *modules,
				  const struct fb_thread_stack *const *stack_of)
{
	const struct fb_worker *worker = &work->workers[index];
	char queue[4 * FB_WORK_NAME] = "?";
	struct fb_finding *finding;
	struct fb_error *err;

	if (worker->queue != FB_WORK_NONE)
		fb_text_escape(work->queues[worker->queue].name,
			       strnlen(work->queues[worker->queue].name, FB_WORK_NAME), queue,
			       sizeof(queue));
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "work-stuck", "workqueues",
			      &finding, "work of the work queue %s does not end: its worker sleeps",
			      queue);
	return err ? err : add_worker(worker, stack_of ? stack_of[index] : NULL, modules, finding);
}

struct fb_error *fb_check_work(const struct fb_check *check, const struct fb_work *work,
			       struct fb_modules *modules,
			       const struct fb_thread_stack *const *stack_of)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < work->pool_count && !err; i++)
		if (fb_work_pool_is_stalled(work, &work->pools[i]))
			err = add_stalled(check, work, i, modules, stack_of);
	for (size_t i = 0; i < work->worker_count && !err; i++)
		if (is_stuck(&work->workers[i]))
			err = add_stuck(check, work, i, modules, stack_of);
	return err;
}

/* Its stack may tell why the pool is stalled, or the item does not end. */
static bool is_wanted(const struct fb_work *work, const struct fb_worker *worker)
{
	return is_stuck(worker) || (worker->work && worker->task && worker->pool != FB_WORK_NONE &&
				    fb_work_pool_is_stalled(work, &work->pools[worker->pool]));
}

/* stack_of: of each worker; it stays NULL for those whose stack is not wanted, or cannot be read. tasks has room for
 * all workers. */
static struct fb_error *load_stacks(const struct fb_check *check, const struct fb_work *work,
				    const struct fb_task **tasks,
				    const struct fb_thread_stack **stack_of,
				    struct fb_thread_stacks **stacks)
{
	const struct fb_thread_stacks_options kernel_half = {.kernel_only = true};
	size_t count = 0;
	struct fb_error *err;

	for (size_t i = 0; i < work->worker_count; i++)
		if (is_wanted(work, &work->workers[i]))
			tasks[count++] = work->workers[i].task;
	if (!count)
		return NULL;
	err = fb_thread_stacks_load(check->input, &kernel_half, tasks, count, stacks);
	if (err)
		return fb_input_do_without(check->input, err, "stacks of workers");
	count = 0;
	for (size_t i = 0; i < work->worker_count; i++)
		if (is_wanted(work, &work->workers[i]))
			stack_of[i] = fb_thread_stacks_get(*stacks, count++);
	return NULL;
}

/* Judges what was read, with what explains a stall: names of functions, and stacks. */
static struct fb_error *explain(const struct fb_check *check, const struct fb_work *work)
{
	FB_CLEANUP(fb_free_at) const struct fb_thread_stack **stack_of = NULL;
	FB_CLEANUP(fb_free_at) const struct fb_task **tasks = NULL;
	struct fb_thread_stacks *stacks = NULL;
	struct fb_modules *modules = NULL;
	struct fb_error *err;

	err = fb_alloc_array(work->worker_count, sizeof(*stack_of), SIZE_MAX, "workers", &stack_of);
	if (!err)
		err = fb_alloc_array(work->worker_count, sizeof(*tasks), SIZE_MAX, "workers",
				     &tasks);
	if (!err)
		err = fb_input_do_without(check->input, fb_modules_load(check->kernel, &modules),
					  "the kernel's modules");
	if (!err)
		err = load_stacks(check, work, tasks, stack_of, &stacks);
	if (!err)
		err = fb_check_work(check, work, modules, stack_of);
	fb_thread_stacks_destroy(stacks);
	fb_modules_destroy(modules);
	return err;
}

struct fb_error *fb_check_pools(struct fb_check *check)
{
	bool found = false;
	struct fb_work work;
	struct fb_error *err = fb_work_load(check->kernel, check->tasks, &work);

	if (err)
		return err;
	for (size_t i = 0; i < work.pool_count; i++)
		found |= fb_work_pool_is_stalled(&work, &work.pools[i]);
	for (size_t i = 0; i < work.worker_count; i++)
		found |= is_stuck(&work.workers[i]);
	if (found)
		err = explain(check, &work);
	fb_work_deinit(&work);
	return err;
}
