// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of pools and of work queues: each once, with its own fields. Called by all that meets the address of one:
 * work.c, work_items.c, work_workers.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/image/cpumask.h"
#include "kernel/workqueues/work_private.h"

/* worker_pool.flags; the same in all kernels. */
#define POOL_DISASSOCIATED (1u << 2)

static struct fb_error *read_attributes(struct fb_work_loader *loader, struct fb_work_pool *pool)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t attrs;
	int64_t nice;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, pool->address, &layout->pool_attrs, &attrs);
	if (!err)
		err = fb_kernel_field_signed(loader->kernel, attrs, &layout->attrs_nice, &nice);
	if (!err) {
		pool->nice = (int32_t)nice;
		pool->nice_known = true;
	}
	err = fb_part_warn(fb_kernel_warnings(loader->kernel), err,
			   "the priority of worker pool %d", pool->id);
	if (!err && pool->nice_known && layout->attrs_cpumask.found)
		err = fb_cpumask_var_text(loader->kernel, attrs + layout->attrs_cpumask.offset,
					  &pool->cpus);
	return fb_part_warn_if_there(fb_kernel_warnings(loader->kernel), err,
				     "the CPUs of worker pool %d", pool->id);
}

static struct fb_error *read_flags(struct fb_work_loader *loader, struct fb_work_pool *pool)
{
	uint64_t flags;
	int64_t bh = 0;
	struct fb_error *err =
		fb_kernel_field(loader->kernel, pool->address, &loader->layout->pool_flags, &flags);

	if (err)
		return err;
	/* The lowest bit had another meaning before 6.9, whose enumerators have no name of their type. */
	fb_btf_enumerator_value(fb_kernel_types(loader->kernel), "worker_pool_flags", "POOL_BH",
				&bh);
	pool->bh = flags & (uint64_t)bh;
	pool->disassociated = flags & POOL_DISASSOCIATED && !pool->bh && pool->cpu >= 0;
	return NULL;
}

static struct fb_error *read_pool(struct fb_work_loader *loader, struct fb_work_pool *pool)
{
	const struct fb_layout *layout = loader->layout;
	int64_t id = 0, cpu = 0, node = 0;
	uint64_t workers = 0, idle = 0;
	struct fb_error *err;

	err = fb_kernel_field_signed(loader->kernel, pool->address, &layout->pool_id, &id);
	if (!err)
		err = fb_kernel_field_signed(loader->kernel, pool->address, &layout->pool_cpu,
					     &cpu);
	if (!err)
		err = fb_kernel_field_signed(loader->kernel, pool->address, &layout->pool_node,
					     &node);
	if (!err)
		err = fb_kernel_field(loader->kernel, pool->address, &layout->pool_worker_count,
				      &workers);
	if (!err)
		err = fb_kernel_field(loader->kernel, pool->address, &layout->pool_idle_count,
				      &idle);
	if (!err)
		err = fb_kernel_field(loader->kernel, pool->address, &layout->pool_progress,
				      &pool->progress);
	if (!err &&
	    (id < 0 || cpu < -1 || cpu >= fb_kernel_cpu_limit(loader->kernel) || idle > workers))
		err = fb_error_create(FB_CORRUPT, "number %d, CPU %d, %u workers of which %u idle",
				      (int)id, (int)cpu, (unsigned)workers, (unsigned)idle);
	pool->id = (int32_t)id;
	pool->cpu = (int32_t)cpu;
	if (!err)
		err = read_flags(loader, pool);
	pool->known = !err;
	pool->node = (int32_t)node;
	pool->workers = (uint32_t)workers;
	pool->idle = (uint32_t)idle;
	if (!err)
		return read_attributes(loader, pool);
	return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "worker pool 0x%" PRIx64,
			    pool->address);
}

/* Whether the object at this address is new, or else its index. */
static struct fb_error *enter(struct fb_u64_map *map, uint64_t address, size_t next, size_t maximum,
			      const char *what, size_t *index_ret, bool *fresh_ret)
{
	struct fb_error *err;

	if (!fb_kernel_address_ok(address) || address % sizeof(address))
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no address of %s", address,
				       what);
	err = fb_u64_map_add(map, address, next, maximum, what, fresh_ret);
	if (!err)
		*index_ret = (size_t)*fb_u64_map_find(map, address);
	return err;
}

struct fb_error *fb_work_add_pool(struct fb_work_loader *loader, uint64_t address,
				  size_t *index_ret)
{
	struct fb_work *work = &loader->work;
	struct fb_work_pool pool = {.address = address};
	bool fresh;
	struct fb_error *err = fb_grow_array(&work->pools, &loader->pool_room, work->pool_count,
					     sizeof(pool), FB_MAX_WORK_POOLS, "worker pools");

	if (!err)
		err = enter(&loader->pools, address, work->pool_count, FB_MAX_WORK_POOLS,
			    "worker pools", index_ret, &fresh);
	if (err || !fresh)
		return err;
	err = read_pool(loader, &pool);
	/* The array owns what was allocated, also after an error. */
	work->pools[work->pool_count++] = pool;
	return err;
}

static struct fb_error *read_queue(struct fb_work_loader *loader, struct fb_work_queue *queue)
{
	const struct fb_layout *layout = loader->layout;
	const struct fb_field *name = &layout->workqueue_name;
	int64_t max_active = 0;
	uint64_t flags = 0;
	struct fb_error *err = fb_layout_require(name);

	if (!err)
		err = fb_space_read(fb_kernel_space(loader->kernel), queue->address + name->offset,
				    queue->name,
				    name->size < FB_WORK_NAME ? name->size : FB_WORK_NAME);
	queue->name[FB_WORK_NAME - 1] = '\0';
	if (!err)
		err = fb_kernel_field(loader->kernel, queue->address, &layout->workqueue_flags,
				      &flags);
	if (!err)
		err = fb_kernel_field_signed(loader->kernel, queue->address,
					     &layout->workqueue_max_active, &max_active);
	queue->known = !err;
	queue->flags = (uint32_t)flags;
	queue->max_active = (int32_t)max_active;
	return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "work queue 0x%" PRIx64,
			    queue->address);
}

struct fb_error *fb_work_add_queue(struct fb_work_loader *loader, uint64_t address,
				   size_t *index_ret)
{
	struct fb_work *work = &loader->work;
	struct fb_work_queue queue = {.address = address, .rescuer = FB_WORK_NONE};
	bool fresh;
	struct fb_error *err = fb_grow_array(&work->queues, &loader->queue_room, work->queue_count,
					     sizeof(queue), FB_MAX_WORK_QUEUES, "work queues");

	if (!err)
		err = enter(&loader->queues, address, work->queue_count, FB_MAX_WORK_QUEUES,
			    "work queues", index_ret, &fresh);
	if (!err && fresh)
		err = read_queue(loader, &queue);
	if (!err && fresh)
		work->queues[work->queue_count++] = queue;
	return err;
}

struct fb_error *fb_work_add_pair(struct fb_work_loader *loader, uint64_t address,
				  size_t *queue_ret)
{
	const struct fb_layout *layout = loader->layout;
	struct fb_work *work = &loader->work;
	struct fb_work_pair pair = {FB_WORK_NONE, FB_WORK_NONE};
	const uint64_t *known = fb_u64_map_find(&loader->pairs, address);
	uint64_t queue = 0, pool = 0;
	struct fb_error *err;

	if (known) {
		*queue_ret = (size_t)*known;
		return NULL;
	}
	err = fb_kernel_field(loader->kernel, address, &layout->pwq_workqueue, &queue);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->pwq_pool, &pool);
	if (!err)
		err = fb_work_add_queue(loader, queue, &pair.queue);
	if (!err)
		err = fb_work_add_pool(loader, pool, &pair.pool);
	if (!err)
		err = fb_grow_array(&work->pairs, &loader->pair_room, work->pair_count,
				    sizeof(pair), FB_MAX_WORK_PAIRS, "pairs of queue and pool");
	if (!err)
		err = fb_u64_map_add(&loader->pairs, address, pair.queue, FB_MAX_WORK_PAIRS,
				     "pairs of queue and pool", NULL);
	if (err)
		return err;
	work->pairs[work->pair_count++] = pair;
	*queue_ret = pair.queue;
	return NULL;
}
