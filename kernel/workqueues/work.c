// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks whatever leads to pools and work queues, and then the pools and queues themselves, until nothing new is found.
 * Called by the command workqueues and the check of stalled pools.
 */
#include "kernel/workqueues/work.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/memory/xarray.h"
#include "kernel/tasks/run_queue.h"
#include "kernel/workqueues/work_private.h"

/* NR_STD_WORKER_POOLS: one with normal and one with high priority for each CPU. */
#define POOLS_OF_CPU 2u
/* wq_watchdog_thresh, where the kernel has no watchdog for work queues. */
#define USUAL_STALL_S 30u

static struct fb_warnings *warnings(const struct fb_work_loader *loader)
{
	return fb_kernel_warnings(loader->kernel);
}

static struct fb_error *add_numbered(struct fb_work_loader *loader)
{
	uint64_t tree, index = 0, pool = 0;
	size_t at;
	struct fb_error *err = fb_kernel_symbol(loader->kernel, "worker_pool_idr", &tree);

	if (!err)
		err = fb_layout_require(&loader->layout->idr_xarray);
	if (err)
		return err;
	tree += loader->layout->idr_xarray.offset;
	while (!err) {
		err = fb_xarray_next(loader->kernel, tree, index, FB_MAX_WORK_POOLS - 1, &index,
				     &pool);
		if (err || !pool)
			break;
		err = fb_work_add_pool(loader, pool, &at);
		if (++index >= FB_MAX_WORK_POOLS)
			break;
	}
	return err;
}

/* name: of an array for each CPU. */
static struct fb_error *add_percpu(struct fb_work_loader *loader, const char *name)
{
	uint32_t size = loader->layout->pool.size;
	uint64_t symbol, address;
	size_t at;
	struct fb_error *err = NULL;

	if (!size || !fb_kernel_find_symbol(loader->kernel, name, &symbol))
		return NULL;
	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(loader->kernel) && !err; cpu++) {
		if (!fb_kernel_cpu_online(loader->kernel, cpu))
			continue;
		err = fb_kernel_percpu(loader->kernel, cpu, symbol, &address);
		for (uint32_t i = 0; i < POOLS_OF_CPU && !err; i++)
			err = fb_work_add_pool(loader, address + (uint64_t)i * size, &at);
		err = fb_part_warn(warnings(loader), err, "%s of CPU %u", name, cpu);
	}
	return err;
}

static struct fb_error *add_listed_queue(void *context, uint64_t entry)
{
	struct fb_work_loader *loader = context;
	size_t at;

	return fb_work_add_queue(loader, entry - loader->layout->workqueue_list.offset, &at);
}

static struct fb_error *add_queues(struct fb_work_loader *loader)
{
	uint64_t head;
	struct fb_error *err = fb_kernel_symbol(loader->kernel, "workqueues", &head);

	if (!err)
		err = fb_layout_require(&loader->layout->workqueue_list);
	return err ? err
		   : fb_kernel_ring(loader->kernel, head, &loader->steps, add_listed_queue, loader);
}

/* Returns what leads to pools, each source in its turn. */
static struct fb_error *add_sources(struct fb_work_loader *loader)
{
	struct fb_error *err;

	err = fb_part_warn(warnings(loader), add_numbered(loader), "the numbers of worker pools");
	if (!err)
		err = add_percpu(loader, "cpu_worker_pools");
	if (!err)
		err = add_percpu(loader, "bh_worker_pools"); /* 4cb1ef64609f, 6.9 */
	if (!err)
		err = fb_part_warn(warnings(loader), add_queues(loader), "the list of work queues");
	if (!err)
		err = fb_work_add_threads(loader);
	return err;
}

/* A queue's part for one pool, with the items that it holds back. */
static struct fb_error *add_pair(void *context, uint64_t entry)
{
	struct fb_work_loader *loader = context;
	const struct fb_layout *layout = loader->layout;
	struct fb_work_item like = {.state = FB_WORK_INACTIVE, .worker = FB_WORK_NONE};
	uint64_t pair = entry - layout->pwq_node.offset, pool, active = 0;
	struct fb_error *err = fb_work_add_pair(loader, pair, &like.queue);

	if (!err)
		err = fb_kernel_field(loader->kernel, pair, &layout->pwq_pool, &pool);
	if (!err)
		err = fb_work_add_pool(loader, pool, &like.pool);
	if (!err)
		err = fb_kernel_field(loader->kernel, pair, &layout->pwq_active, &active);
	if (err)
		return fb_part_warn(warnings(loader), err, "pool_workqueue 0x%" PRIx64, pair);
	loader->work.queues[like.queue].active += active;
	return layout->pwq_inactive.found
		       ? fb_work_add_items(loader, pair + layout->pwq_inactive.offset, &like)
		       : NULL;
}

static struct fb_error *count_mayday(void *context, uint64_t entry)
{
	uint32_t *count = context;

	(void)entry;
	++*count;
	return NULL;
}

static struct fb_error *read_rescuer(struct fb_work_loader *loader, size_t index)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t queue = loader->work.queues[index].address, rescuer;
	uint32_t maydays = 0;
	size_t at;
	struct fb_error *err =
		fb_kernel_field(loader->kernel, queue, &layout->workqueue_rescuer, &rescuer);

	if (!err && layout->workqueue_maydays.found)
		err = fb_kernel_ring(loader->kernel, queue + layout->workqueue_maydays.offset,
				     &loader->steps, count_mayday, &maydays);
	if (err || !rescuer)
		return err;
	loader->work.queues[index].maydays = maydays;
	if (!fb_kernel_address_ok(rescuer))
		return fb_error_create(FB_CORRUPT, "its rescuer at 0x%" PRIx64, rescuer);
	err = fb_work_add_worker(loader, rescuer, NULL, &at);
	if (err)
		return err;
	loader->work.queues[index].rescuer = at;
	loader->work.workers[at].rescuer = true;
	if (loader->work.workers[at].queue == FB_WORK_NONE)
		loader->work.workers[at].queue = index;
	return NULL;
}

static struct fb_error *walk_queue(struct fb_work_loader *loader, size_t index)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t queue = loader->work.queues[index].address;
	struct fb_error *err = fb_layout_require(&layout->workqueue_pwqs);

	if (!err)
		err = fb_kernel_ring(loader->kernel, queue + layout->workqueue_pwqs.offset,
				     &loader->steps, add_pair, loader);
	err = fb_part_warn(warnings(loader), err, "the pools of work queue 0x%" PRIx64, queue);
	if (err)
		return err;
	return fb_part_warn(warnings(loader), read_rescuer(loader, index),
			    "the rescuer of work queue 0x%" PRIx64, queue);
}

static struct fb_error *walk_pool(struct fb_work_loader *loader, size_t index)
{
	struct fb_work_item like = {.pool = index, .queue = FB_WORK_NONE, .worker = FB_WORK_NONE};
	uint64_t pool = loader->work.pools[index].address;
	struct fb_error *err;

	if (!loader->work.pools[index].known)
		return NULL;
	err = fb_work_add_pool_workers(loader, index);
	if (!err && loader->layout->pool_worklist.found)
		err = fb_work_add_items(loader, pool + loader->layout->pool_worklist.offset, &like);
	return err;
}

/* What is walked leads to further pools and queues, as a rule to none. */
static struct fb_error *walk_all(struct fb_work_loader *loader)
{
	const struct fb_work *work = &loader->work;
	size_t queue = 0, pool = 0;
	struct fb_error *err = NULL;

	while (!err && (queue < work->queue_count || pool < work->pool_count)) {
		if (queue < work->queue_count)
			err = walk_queue(loader, queue++);
		else
			err = walk_pool(loader, pool++);
	}
	return err;
}

static int by_queue(const void *left, const void *right)
{
	const struct fb_work_pair *a = left, *b = right;

	if (a->queue != b->queue)
		return a->queue < b->queue ? -1 : 1;
	return (a->pool > b->pool) - (a->pool < b->pool);
}

static void sort_pairs(struct fb_work *work)
{
	if (work->pair_count)
		qsort(work->pairs, work->pair_count, sizeof(*work->pairs), by_queue);
	for (size_t i = 0; i < work->pair_count; i++) {
		struct fb_work_queue *queue = &work->queues[work->pairs[i].queue];

		if (!queue->pair_count++)
			queue->first_pair = i;
	}
}

static void count_items(struct fb_work *work)
{
	for (size_t i = 0; i < work->item_count; i++) {
		const struct fb_work_item *item = &work->items[i];

		if (item->state == FB_WORK_PENDING)
			work->pools[item->pool].pending++;
		if (item->state == FB_WORK_INACTIVE && item->queue != FB_WORK_NONE)
			work->queues[item->queue].inactive++;
	}
}

static struct fb_error *read_clocks(struct fb_work_loader *loader)
{
	uint64_t limit = 0;
	struct fb_error *err = fb_jiffies_read(loader->kernel, &loader->work.jiffies);

	if (!err)
		err = fb_scheduler_now(loader->kernel, &loader->now);
	if (err)
		return err;
	/* The watchdog of CONFIG_WQ_WATCHDOG; 0: it is switched off. */
	err = fb_kernel_variable_u64(loader->kernel, "wq_watchdog_thresh", &limit);
	loader->work.stall_s = limit && limit < UINT32_MAX ? (double)limit : USUAL_STALL_S;
	return fb_part_warn_if_there(warnings(loader), err, "wq_watchdog_thresh");
}

static void deinit_maps(struct fb_work_loader *loader)
{
	fb_u64_map_deinit(&loader->pools);
	fb_u64_map_deinit(&loader->queues);
	fb_u64_map_deinit(&loader->pairs);
	fb_u64_map_deinit(&loader->workers);
	fb_u64_map_deinit(&loader->items);
}

struct fb_error *fb_work_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
			      struct fb_work *work_ret)
{
	struct fb_work_loader loader = {.kernel = kernel,
					.layout = fb_kernel_layout(kernel),
					.tasks = tasks,
					.steps = FB_MAX_WORK_PAIRS};
	struct fb_error *err = fb_layout_require(&loader.layout->pool_worker_count);

	if (!err)
		err = read_clocks(&loader);
	if (!err)
		err = add_sources(&loader);
	if (!err && !loader.work.pool_count)
		err = fb_error_create(FB_NOT_FOUND, "nothing leads to a worker pool");
	if (!err)
		err = walk_all(&loader);
	deinit_maps(&loader);
	if (err) {
		fb_work_deinit(&loader.work);
		return fb_error_prefix(err, "work queues");
	}
	sort_pairs(&loader.work);
	count_items(&loader.work);
	*work_ret = loader.work;
	return NULL;
}

void fb_work_deinit(struct fb_work *work)
{
	for (size_t i = 0; i < work->pool_count; i++)
		free(work->pools[i].cpus);
	free(work->pools);
	free(work->queues);
	free(work->pairs);
	free(work->workers);
	free(work->items);
	*work = (struct fb_work){0};
}

double fb_work_pool_waits(const struct fb_work *work, const struct fb_work_pool *pool)
{
	double seconds = fb_jiffies_since(&work->jiffies, pool->progress);

	if (!pool->pending || !pool->known)
		return NAN;
	return seconds > 0 ? seconds : 0;
}

bool fb_work_pool_is_stalled(const struct fb_work *work, const struct fb_work_pool *pool)
{
	return fb_work_pool_waits(work, pool) > work->stall_s;
}
