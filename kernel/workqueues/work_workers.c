// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads workers: which pool each serves, and what it was doing for how long. Called by work.c for threads, pools and
 * rescuers.
 */
#include <endian.h>
#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/workqueues/work_private.h"

/* task_struct.flags. */
#define PF_WQ_WORKER 0x20u
/* worker.flags; the same in all kernels. */
#define WORKER_IDLE (1u << 2)

/* The hash table of a pool's busy workers has 64 lists. */
#define MOST_HASH_LISTS 512u

static double since(const struct fb_work_loader *loader, uint64_t moment)
{
	double seconds = fb_jiffies_since(&loader->work.jiffies, moment);

	return seconds > 0 ? seconds : 0;
}

/* For how long: each bound alone, because kernels differ in which they have. */
static struct fb_error *read_times(struct fb_work_loader *loader, struct fb_worker *worker)
{
	const struct fb_layout *layout = loader->layout;
	const struct fb_task *task = worker->task;
	uint64_t value;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_last_active, &value);
	if (!err && value)
		worker->busy_most_s = since(loader, value);
	if (!err && layout->worker_started.found) {
		err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_started,
				      &value);
		if (!err)
			worker->busy_s = since(loader, value);
	}
	if (!err && layout->worker_cpu_at.found && task) {
		err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_cpu_at,
				      &value);
		if (!err && value <= task->runtime_ns)
			worker->cpu_s = (double)(task->runtime_ns - value) / 1e9;
	}
	if (!err && task && !task->on_cpu) {
		err = fb_kernel_field(loader->kernel, task->address, &layout->task_exec_start,
				      &value);
		if (!err && value && value <= loader->now)
			worker->busy_least_s = (double)(loader->now - value) / 1e9;
	}
	return err;
}

static struct fb_error *read_task(struct fb_work_loader *loader, struct fb_worker *worker)
{
	uint64_t task = 0;
	struct fb_error *err = NULL;

	if (!worker->task)
		err = fb_kernel_field(loader->kernel, worker->address, &loader->layout->worker_task,
				      &task);
	if (task)
		worker->task = fb_tasks_by_address(loader->tasks, task);
	return err;
}

static struct fb_error *read_description(struct fb_work_loader *loader, struct fb_worker *worker)
{
	const struct fb_field *field = &loader->layout->worker_description;
	struct fb_error *err = fb_layout_require(field);

	if (!err)
		err = fb_space_read(fb_kernel_space(loader->kernel),
				    worker->address + field->offset, worker->description,
				    field->size < FB_WORK_NAME ? field->size : FB_WORK_NAME);
	worker->description[FB_WORK_NAME - 1] = '\0';
	return err;
}

static struct fb_error *read_current(struct fb_work_loader *loader, struct fb_worker *worker)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t pair = 0;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_work, &worker->work);
	if (err || !worker->work)
		return err;
	err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_function,
			      &worker->function);
	if (!err)
		err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_pwq, &pair);
	if (!err && pair)
		err = fb_work_add_pair(loader, pair, &worker->queue);
	if (!err)
		err = read_description(loader, worker);
	return err ? err : read_times(loader, worker);
}

static struct fb_error *read_worker(struct fb_work_loader *loader, struct fb_worker *worker)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t pool = 0, flags = 0;
	struct fb_error *err = read_task(loader, worker);

	if (!err)
		err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_flags,
				      &flags);
	worker->idle = flags & WORKER_IDLE;
	if (!err)
		err = fb_kernel_field(loader->kernel, worker->address, &layout->worker_in_pool,
				      &pool);
	if (!err && pool)
		err = fb_work_add_pool(loader, pool, &worker->pool);
	return err ? err : read_current(loader, worker);
}

struct fb_error *fb_work_add_worker(struct fb_work_loader *loader, uint64_t address,
				    const struct fb_task *task, size_t *index_ret)
{
	struct fb_work *work = &loader->work;
	struct fb_worker worker = {.address = address,
				   .task = task,
				   .pool = FB_WORK_NONE,
				   .queue = FB_WORK_NONE,
				   .busy_s = NAN,
				   .busy_least_s = NAN,
				   .busy_most_s = NAN,
				   .cpu_s = NAN};
	struct fb_work_item like = {.state = FB_WORK_SCHEDULED, .queue = FB_WORK_NONE};
	bool fresh;
	struct fb_error *err;

	err = fb_u64_map_add(&loader->workers, address, work->worker_count, FB_MAX_TASKS, "workers",
			     &fresh);
	if (err)
		return err;
	*index_ret = (size_t)*fb_u64_map_find(&loader->workers, address);
	if (!fresh)
		return NULL;
	err = fb_part_warn(fb_kernel_warnings(loader->kernel), read_worker(loader, &worker),
			   "worker 0x%" PRIx64, address);
	if (!err)
		err = fb_grow_array(&work->workers, &loader->worker_room, work->worker_count,
				    sizeof(worker), FB_MAX_TASKS, "workers");
	if (err)
		return err;
	work->workers[work->worker_count++] = worker;
	/* Only a worker that is at an item has further ones. */
	if (!worker.work || !loader->layout->worker_scheduled.found)
		return NULL;
	like.worker = *index_ret;
	like.pool = worker.pool;
	return fb_work_add_items(loader, address + loader->layout->worker_scheduled.offset, &like);
}

/* The worker of a thread is what was passed to its function: kthread_data(). */
static struct fb_error *add_thread(struct fb_work_loader *loader, const struct fb_task *task)
{
	uint64_t kthread = 0, worker = 0;
	size_t index;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, task->address, &loader->layout->task_kthread,
			      &kthread);
	if (!err)
		err = fb_kernel_field(loader->kernel, kthread, &loader->layout->kthread_data,
				      &worker);
	if (!err && !fb_kernel_address_ok(worker))
		err = fb_error_create(FB_CORRUPT, "a worker at 0x%" PRIx64, worker);
	if (!err)
		return fb_work_add_worker(loader, worker, task, &index);
	return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "the worker of TID %d",
			    task->tid);
}

struct fb_error *fb_work_add_threads(struct fb_work_loader *loader)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_tasks_count(loader->tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(loader->tasks, i);

		if (task->kernel_thread && task->flags & PF_WQ_WORKER)
			err = add_thread(loader, task);
	}
	return err;
}

struct members {
	struct fb_work_loader *loader;
	uint64_t pool;   /* address */
	uint32_t offset; /* of the link in struct worker */
};

/* What is on a list of a pool has to be one of its workers. */
static struct fb_error *add_member(void *context, uint64_t entry)
{
	const struct members *members = context;
	struct fb_work_loader *loader = members->loader;
	uint64_t worker = entry - members->offset, pool;
	size_t index;
	struct fb_error *err =
		fb_kernel_field(loader->kernel, worker, &loader->layout->worker_in_pool, &pool);

	if (!err && pool != members->pool)
		err = fb_error_create(FB_CORRUPT, "what is at 0x%" PRIx64 " is of another pool",
				      worker);
	return err ? err : fb_work_add_worker(loader, worker, NULL, &index);
}

static struct fb_error *add_list(struct fb_work_loader *loader, const struct fb_work_pool *pool,
				 const struct fb_field *head, const struct fb_field *link)
{
	struct members members = {loader, pool->address, link->offset};

	if (!head->found || !link->found)
		return NULL;
	return fb_part_warn(fb_kernel_warnings(loader->kernel),
			    fb_kernel_ring(loader->kernel, pool->address + head->offset,
					   &loader->steps, add_member, &members),
			    "workers of pool %d", pool->id);
}

static struct fb_error *add_chain(struct members *members, uint64_t node)
{
	struct fb_work_loader *loader = members->loader;
	struct fb_error *err = NULL;

	while (node && !err) {
		if (!fb_kernel_address_ok(node))
			return fb_error_create(FB_CORRUPT, "a link to 0x%" PRIx64, node);
		if (!loader->steps)
			return fb_error_create(FB_LIMIT, "a chain without an end");
		loader->steps--;
		err = add_member(members, node);
		if (!err)
			err = fb_space_u64(fb_kernel_space(loader->kernel), node, &node);
	}
	return err;
}

/* A chain that is damaged costs the rest of it. */
static struct fb_error *add_busy(struct fb_work_loader *loader, const struct fb_work_pool *pool)
{
	const struct fb_field *table = &loader->layout->pool_busy_hash;
	const struct fb_field *link = &loader->layout->worker_hash_entry;
	struct members members = {loader, pool->address, link->offset};
	uint64_t heads[MOST_HASH_LISTS] = {0};
	uint32_t size = table->size < sizeof(heads) ? table->size : sizeof(heads);
	struct fb_error *err;

	if (!table->found || !link->found)
		return NULL;
	err = fb_part_warn(fb_kernel_warnings(loader->kernel),
			   fb_space_read(fb_kernel_space(loader->kernel),
					 pool->address + table->offset, heads, size),
			   "busy workers of pool %d", pool->id);
	if (err)
		return err;
	for (size_t i = 0; i < MOST_HASH_LISTS && !err; i++)
		err = fb_part_warn(fb_kernel_warnings(loader->kernel),
				   add_chain(&members, le64toh(heads[i])),
				   "busy workers of pool %d", pool->id);
	return err;
}

struct fb_error *fb_work_add_pool_workers(struct fb_work_loader *loader, size_t pool)
{
	const struct fb_layout *layout = loader->layout;
	/* The array may move while workers are added. */
	struct fb_work_pool own = loader->work.pools[pool];
	struct fb_error *err;

	err = add_list(loader, &own, &layout->pool_workers, &layout->worker_node);
	if (!err)
		err = add_list(loader, &own, &layout->pool_idle_list, &layout->worker_entry);
	return err ? err : add_busy(loader, &own);
}
