// SPDX-License-Identifier: GPL-2.0-or-later
/* workqueues --json: all pools, queues and items, and the workers that are at one. Called by workqueues.c. */
#include <string.h>

#include "cmd/shared/function_name.h"
#include "cmd/workqueues/workqueues.h"

static json_t *pool_id(const struct fb_work *work, size_t pool)
{
	return pool == FB_WORK_NONE || !work->pools[pool].known
		       ? json_null()
		       : json_integer(work->pools[pool].id);
}

static json_t *queue_name(const struct fb_work *work, size_t queue)
{
	return queue == FB_WORK_NONE || !work->queues[queue].known
		       ? json_null()
		       : fb_json_bytes(work->queues[queue].name, FB_WORK_NAME);
}

static json_t *tid_of(const struct fb_task *task)
{
	return task ? json_integer(task->tid) : json_null();
}

static json_t *pool_json(const struct fb_work *work, const struct fb_work_pool *pool)
{
	json_t *object = json_object();

	json_object_set_new(object, "address", fb_json_hex(pool->address));
	json_object_set_new(object, "id", pool->known ? json_integer(pool->id) : json_null());
	json_object_set_new(object, "cpu",
			    pool->known && pool->cpu >= 0 ? json_integer(pool->cpu) : json_null());
	json_object_set_new(object, "node",
			    pool->known && pool->node >= 0 ? json_integer(pool->node)
							   : json_null());
	json_object_set_new(object, "nice",
			    pool->nice_known ? json_integer(pool->nice) : json_null());
	json_object_set_new(object, "cpus", fb_json_text(pool->cpus));
	json_object_set_new(object, "bh", json_boolean(pool->bh));
	json_object_set_new(object, "disassociated", json_boolean(pool->disassociated));
	json_object_set_new(object, "workers",
			    pool->known ? json_integer(pool->workers) : json_null());
	json_object_set_new(object, "idle", pool->known ? json_integer(pool->idle) : json_null());
	json_object_set_new(object, "pending", json_integer((json_int_t)pool->pending));
	json_object_set_new(object, "waits_s", fb_json_seconds(fb_work_pool_waits(work, pool)));
	json_object_set_new(object, "stalled", json_boolean(fb_work_pool_is_stalled(work, pool)));
	return object;
}

static json_t *worker_json(const struct fb_workqueues *all, size_t index)
{
	const struct fb_worker *worker = &all->work.workers[index];
	const char *names[FB_WORKER_FRAMES];
	size_t count = fb_worker_frames(all->stack_of[index], names);
	json_t *object = json_object(), *stack = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(stack, fb_json_text(names[i]));
	json_object_set_new(object, "address", fb_json_hex(worker->address));
	json_object_set_new(object, "tid", tid_of(worker->task));
	json_object_set_new(object, "comm",
			    worker->task
				    ? fb_json_bytes(worker->task->comm, sizeof(worker->task->comm))
				    : json_null());
	json_object_set_new(object, "pool", pool_id(&all->work, worker->pool));
	json_object_set_new(object, "queue", queue_name(&all->work, worker->queue));
	json_object_set_new(object, "rescuer", json_boolean(worker->rescuer));
	json_object_set_new(object, "work", fb_json_hex(worker->work));
	json_object_set_new(object, "function", fb_function_json(all->modules, worker->function));
	json_object_set_new(object, "description",
			    worker->description[0]
				    ? fb_json_bytes(worker->description, FB_WORK_NAME)
				    : json_null());
	json_object_set_new(object, "busy_s", fb_json_seconds(worker->busy_s));
	json_object_set_new(object, "busy_least_s", fb_json_seconds(worker->busy_least_s));
	json_object_set_new(object, "busy_most_s", fb_json_seconds(worker->busy_most_s));
	json_object_set_new(object, "cpu_s", fb_json_seconds(worker->cpu_s));
	json_object_set_new(object, "stack", stack);
	return object;
}

static json_t *item_json(const struct fb_workqueues *all, const struct fb_work_item *item)
{
	const struct fb_work *work = &all->work;
	json_t *object = json_object();

	json_object_set_new(object, "address", fb_json_hex(item->address));
	json_object_set_new(object, "function", fb_function_json(all->modules, item->function));
	json_object_set_new(object, "state", json_string(fb_work_state_name(item->state)));
	json_object_set_new(object, "pool", pool_id(work, item->pool));
	json_object_set_new(object, "queue", queue_name(work, item->queue));
	json_object_set_new(object, "worker",
			    item->worker == FB_WORK_NONE
				    ? json_null()
				    : tid_of(work->workers[item->worker].task));
	json_object_set_new(object, "flusher",
			    item->flusher ? fb_json_hex(item->flusher) : json_null());
	return object;
}

static json_t *queue_json(const struct fb_work *work, size_t index)
{
	const struct fb_work_queue *queue = &work->queues[index];
	json_t *object = json_object(), *pools = json_array();
	char flags[128];

	for (size_t i = 0; i < queue->pair_count; i++)
		json_array_append_new(pools,
				      pool_id(work, work->pairs[queue->first_pair + i].pool));
	json_object_set_new(object, "address", fb_json_hex(queue->address));
	json_object_set_new(object, "name", queue_name(work, index));
	json_object_set_new(object, "flags",
			    queue->known
				    ? json_string(fb_work_queue_flags(queue, flags, sizeof(flags)))
				    : json_null());
	json_object_set_new(object, "max_active",
			    queue->known ? json_integer(queue->max_active) : json_null());
	json_object_set_new(object, "active", json_integer((json_int_t)queue->active));
	json_object_set_new(object, "inactive", json_integer((json_int_t)queue->inactive));
	json_object_set_new(object, "rescuer",
			    queue->rescuer == FB_WORK_NONE
				    ? json_null()
				    : tid_of(work->workers[queue->rescuer].task));
	json_object_set_new(object, "maydays", json_integer(queue->maydays));
	json_object_set_new(object, "pools", pools);
	return object;
}

struct fb_error *fb_workqueues_print_json(struct fb_context *context,
					  const struct fb_workqueues *all)
{
	const struct fb_work *work = &all->work;
	json_t *answer = json_object();
	json_t *pools = json_array(), *workers = json_array();
	json_t *items = json_array(), *queues = json_array();

	for (size_t i = 0; i < work->pool_count; i++)
		json_array_append_new(pools, pool_json(work, &work->pools[i]));
	for (size_t i = 0; i < work->worker_count; i++)
		if (fb_worker_is_busy(&work->workers[i]))
			json_array_append_new(workers, worker_json(all, i));
	for (size_t i = 0; i < work->item_count; i++)
		json_array_append_new(items, item_json(all, &work->items[i]));
	for (size_t i = 0; i < work->queue_count; i++)
		json_array_append_new(queues, queue_json(work, i));
	json_object_set_new(answer, "stall_s", json_real(work->stall_s));
	json_object_set_new(answer, "pools", pools);
	json_object_set_new(answer, "workers", workers);
	json_object_set_new(answer, "items", items);
	json_object_set_new(answer, "workqueues", queues);
	return fb_json_print("workqueues", answer, context->warnings);
}
