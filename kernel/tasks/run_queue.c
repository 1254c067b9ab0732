// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads each CPU's struct rq and other per-CPU variables, and sorts the runnable threads by CPU. Called by the command
 * cpus.
 */
#include "kernel/tasks/run_queue.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"

/* include/linux/preempt.h */
#define PREEMPT_MASK 0xffu
#define SOFTIRQ_SHIFT 8u
#define SOFTIRQ_MASK 0xffu
#define IRQ_SHIFT 16u
#define IRQ_MASK 0xfu
#define NMI_SHIFT 20u
#define NMI_MASK 0xfu

/* A queue of function calls that is longer is as telling. */
#define MOST_CALLS 64u
/* get_timestamp() of kernel/watchdog.c: units of 2^30 ns. */
#define WATCHDOG_SHIFT 30u
#define WATCHDOG_UNIT_S (1073741824.0 / 1e9)

/* task_struct.on_rq: TASK_ON_RQ_QUEUED. */
#define ON_QUEUE 1u

struct loader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_run_queues queues;
	size_t *rooms;    /* owned: of each queue's array of threads */
	uint64_t *clocks; /* owned: rq.clock of each CPU, ns of the scheduler's clock */
	uint64_t now;     /* the latest of them */
};

static struct fb_error *warn(const struct loader *loader, struct fb_error *err, uint32_t cpu,
			     const char *what)
{
	return fb_part_warn_if_there(fb_kernel_warnings(loader->kernel), err, "%s of CPU %u", what,
				     cpu);
}

static struct fb_error *read_depth(const struct loader *loader, struct fb_run_queue *queue)
{
	const struct fb_field *of_task = &loader->layout->task_softirq_count;
	uint64_t address, softirqs;
	uint32_t count = 0;
	struct fb_error *err =
		fb_kernel_percpu_hot(loader->kernel, queue->cpu, "__preempt_count",
				     &loader->layout->pcpu_hot_preempt_count, &address);

	if (!err)
		err = fb_space_u32(fb_kernel_space(loader->kernel), address, &count);
	softirqs = count;
	/* With CONFIG_PREEMPT_RT softirqs are preempted, and each thread has a count of its own, with the same bits. */
	if (!err && of_task->found && queue->current)
		err = fb_kernel_field(loader->kernel, queue->current->address, of_task, &softirqs);
	if (err)
		return err;
	queue->depth_known = true;
	queue->preempt_depth = count & PREEMPT_MASK;
	queue->softirq_depth = softirqs >> SOFTIRQ_SHIFT & SOFTIRQ_MASK;
	queue->irq_depth = count >> IRQ_SHIFT & IRQ_MASK;
	queue->nmi_depth = count >> NMI_SHIFT & NMI_MASK;
	return NULL;
}

/* The list of calls is a llist, whose head comes first. */
static struct fb_error *count_calls(const struct loader *loader, struct fb_run_queue *queue)
{
	uint64_t node;
	struct fb_error *err;

	err = fb_kernel_percpu_symbol(loader->kernel, queue->cpu, "call_single_queue", &node);
	if (!err)
		err = fb_space_u64(fb_kernel_space(loader->kernel), node, &node);
	while (!err && node && queue->calls < MOST_CALLS) {
		if (!fb_kernel_address_ok(node))
			return fb_error_create(FB_CORRUPT, "a call at 0x%" PRIx64, node);
		queue->calls++;
		err = fb_space_u64(fb_kernel_space(loader->kernel), node, &node);
	}
	return err;
}

static struct fb_error *read_watchdog(const struct loader *loader, struct fb_run_queue *queue)
{
	uint64_t address, touched = 0, now = loader->now >> WATCHDOG_SHIFT;
	struct fb_error *err;

	err = fb_kernel_percpu_symbol(loader->kernel, queue->cpu, "watchdog_touch_ts", &address);
	if (!err)
		err = fb_space_u64(fb_kernel_space(loader->kernel), address, &touched);
	/* 0 and ULONG_MAX stand for a watchdog that does not run, or has to begin anew. */
	if (err || !touched || touched == UINT64_MAX)
		return err;
	queue->watchdog_known = true;
	queue->watchdog_s = touched < now ? (double)(now - touched) * WATCHDOG_UNIT_S : 0;
	return NULL;
}

/* How long ago by the scheduler's clock a member of a task's sched_info was set; false: it is not set. */
static struct fb_error *since(const struct loader *loader, const struct fb_task *task,
			      const struct fb_field *field, bool *known_ret, uint64_t *ns_ret)
{
	uint64_t then = 0;
	struct fb_error *err = fb_kernel_field(loader->kernel, task->address, field, &then);

	*known_ret = !err && then;
	*ns_ret = !err && then && then < loader->now ? loader->now - then : 0;
	return err;
}

static struct fb_error *read_queue(struct loader *loader, uint32_t cpu, uint64_t address)
{
	struct fb_run_queue *queue = &loader->queues.queues[loader->queues.count];
	uint64_t value;
	struct fb_error *err;

	*queue = (struct fb_run_queue){.cpu = cpu};
	err = fb_kernel_field(loader->kernel, address, &loader->layout->rq_clock,
			      &loader->clocks[loader->queues.count]);
	if (!err && loader->clocks[loader->queues.count] > loader->now)
		loader->now = loader->clocks[loader->queues.count];
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &loader->layout->rq_running, &value);
	if (!err) {
		queue->running_known = true;
		queue->running = (uint32_t)value;
	}
	loader->queues.count++;
	err = warn(loader, err, cpu, "the run queue");
	if (!err)
		err = fb_kernel_cpu_current(loader->kernel, cpu, &value);
	if (!err)
		queue->current = fb_tasks_by_address(loader->tasks, value);
	return warn(loader, err, cpu, "the running thread");
}

static struct fb_error *read_queues(struct loader *loader)
{
	uint32_t limit = fb_kernel_cpu_limit(loader->kernel);
	uint64_t address;
	struct fb_error *err = NULL;

	loader->queues.queues = calloc((size_t)limit + 1, sizeof(*loader->queues.queues));
	loader->rooms = calloc((size_t)limit + 1, sizeof(*loader->rooms));
	loader->clocks = calloc((size_t)limit + 1, sizeof(*loader->clocks));
	if (!loader->queues.queues || !loader->rooms || !loader->clocks)
		return fb_error_nomem();
	for (uint32_t cpu = 0; cpu < limit && !err; cpu++) {
		if (!fb_kernel_cpu_online(loader->kernel, cpu))
			continue;
		err = fb_kernel_percpu_symbol(loader->kernel, cpu, "runqueues", &address);
		if (!err)
			err = read_queue(loader, cpu, address);
	}
	return err;
}

static struct fb_error *read_rest(struct loader *loader)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < loader->queues.count && !err; i++) {
		struct fb_run_queue *queue = &loader->queues.queues[i];

		err = warn(loader, read_depth(loader, queue), queue->cpu, "preempt_count");
		if (!err)
			err = warn(loader, count_calls(loader, queue), queue->cpu,
				   "calls from other CPUs");
		if (!err)
			err = warn(loader, read_watchdog(loader, queue), queue->cpu,
				   "the watchdog");
		if (!err && queue->current)
			err = warn(loader,
				   since(loader, queue->current, &loader->layout->task_last_arrival,
					 &queue->ran_known, &queue->ran_ns),
				   queue->cpu, "the running thread's time");
	}
	return err;
}

static struct fb_error *add_queued(struct loader *loader, size_t at, const struct fb_task *task)
{
	struct fb_run_queue *queue = &loader->queues.queues[at];
	struct fb_queued queued = {.task = task};
	int64_t priority = 0;
	struct fb_error *err;

	err = fb_kernel_field_signed(loader->kernel, task->address, &loader->layout->task_priority,
				     &priority);
	queued.priority = (int32_t)priority;
	if (!err)
		err = since(loader, task, &loader->layout->task_last_queued, &queued.waited_known,
			    &queued.waited_ns);
	err = fb_part_warn_if_there(fb_kernel_warnings(loader->kernel), err, "TID %d", task->tid);
	if (!err)
		err = fb_grow_array(&queue->queued, &loader->rooms[at], queue->queued_count,
				    sizeof(queued), FB_MAX_TASKS, "runnable threads");
	if (!err)
		queue->queued[queue->queued_count++] = queued;
	return err;
}

/* Each thread says itself whether it is queued. One that fell asleep may stay so for a while, marked as delayed. */
static struct fb_error *is_queued(const struct loader *loader, const struct fb_task *task,
				  bool *queued_ret)
{
	const struct fb_field *delayed = &loader->layout->task_sched_delayed;
	uint64_t on_queue = 0, asleep = 0;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, task->address, &loader->layout->task_on_queue,
			      &on_queue);
	if (!err && on_queue == ON_QUEUE && delayed->found)
		err = fb_kernel_field(loader->kernel, task->address, delayed, &asleep);
	*queued_ret = !err && on_queue == ON_QUEUE && !asleep;
	return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "TID %d", task->tid);
}

static struct fb_error *read_tasks(struct loader *loader)
{
	struct fb_error *err = fb_layout_require(&loader->layout->task_on_queue);

	for (size_t i = 0; i < fb_tasks_count(loader->tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(loader->tasks, i);
		bool queued;

		if (task->idle || task->on_cpu)
			continue;
		err = is_queued(loader, task, &queued);
		for (size_t at = 0; !err && queued && at < loader->queues.count; at++)
			if (loader->queues.queues[at].cpu == task->cpu)
				err = add_queued(loader, at, task);
	}
	return err;
}

static int by_wait(const void *left, const void *right)
{
	const struct fb_queued *a = left, *b = right;

	if (a->waited_ns != b->waited_ns)
		return a->waited_ns < b->waited_ns ? 1 : -1;
	return (a->task->tid > b->task->tid) - (a->task->tid < b->task->tid);
}

struct fb_error *fb_run_queues_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				    struct fb_run_queues *queues_ret)
{
	struct loader loader = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .tasks = tasks};
	struct fb_error *err = fb_layout_require(&loader.layout->rq_clock);

	if (!err)
		err = read_queues(&loader);
	if (!err)
		err = read_rest(&loader);
	if (!err)
		err = read_tasks(&loader);
	for (size_t i = 0; i < loader.queues.count && !err; i++)
		if (loader.queues.queues[i].queued_count)
			qsort(loader.queues.queues[i].queued, loader.queues.queues[i].queued_count,
			      sizeof(*loader.queues.queues[i].queued), by_wait);
	free(loader.rooms);
	free(loader.clocks);
	if (err) {
		fb_run_queues_deinit(&loader.queues);
		return fb_error_prefix(err, "run queues");
	}
	*queues_ret = loader.queues;
	return NULL;
}

void fb_run_queues_deinit(struct fb_run_queues *queues)
{
	for (size_t i = 0; i < queues->count; i++)
		free(queues->queues[i].queued);
	free(queues->queues);
	*queues = (struct fb_run_queues){0};
}

bool fb_run_queue_is_locked_up(const struct fb_run_queue *queue, uint32_t lockup_s)
{
	return queue->watchdog_known && lockup_s && queue->watchdog_s > lockup_s;
}

struct fb_error *fb_soft_lockup_limit(struct fb_kernel *kernel, uint32_t *seconds_ret)
{
	uint32_t threshold = 0;
	struct fb_error *err = fb_kernel_variable_u32(kernel, "watchdog_thresh", &threshold);

	*seconds_ret = threshold < UINT32_MAX / 2 ? 2 * threshold : 0;
	return fb_part_warn_if_there(fb_kernel_warnings(kernel), err, "watchdog_thresh");
}

struct fb_error *fb_scheduler_now(struct fb_kernel *kernel, uint64_t *ns_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err = NULL;

	*ns_ret = 0;
	for (uint32_t cpu = 0; !err && cpu < fb_kernel_cpu_limit(kernel); cpu++) {
		uint64_t rq, clock = 0;

		err = fb_kernel_percpu_symbol(kernel, cpu, "runqueues", &rq);
		if (!err)
			err = fb_kernel_field(kernel, rq, &layout->rq_clock_task, &clock);
		err = fb_part_skip(err);
		if (clock > *ns_ret)
			*ns_ret = clock;
	}
	return err;
}
