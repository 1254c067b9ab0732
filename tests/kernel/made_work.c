// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_work.h. */
#include "tests/kernel/made_work.h"

#include <string.h>

#include "tests/harness.h"

#define PF_KTHREAD 0x00200000u
#define PF_WQ_WORKER 0x20u
#define WORKER_IDLE (1u << 2)
#define POOL_BYTES 256u
#define SECOND 1000000000ull

static void put_members(struct made_kernel *made)
{
	MADE_FIELD(made, task_kthread, 248, 8);
	MADE_FIELD(made, task_exec_start, 256, 8);
	MADE_FIELD(made, task_runtime, 264, 8);
	MADE_FIELD(made, kthread_data, 16, 8);
	MADE_FIELD(made, rq_clock_task, 32, 8);
	MADE_FIELD(made, clocksource_mult, 8, 4);
	MADE_FIELD(made, clocksource_shift, 12, 4);
	MADE_FIELD(made, idr_xarray, 0, 16);
	made->kernel.layout.pool.size = POOL_BYTES;
	MADE_FIELD(made, pool_cpu, 0, 4);
	MADE_FIELD(made, pool_node, 4, 4);
	MADE_FIELD(made, pool_id, 8, 4);
	MADE_FIELD(made, pool_flags, 12, 4);
	MADE_FIELD(made, pool_progress, 16, 8);
	MADE_FIELD(made, pool_worker_count, 24, 4);
	MADE_FIELD(made, pool_idle_count, 28, 4);
	MADE_FIELD(made, pool_worklist, 32, 16);
	MADE_FIELD(made, pool_idle_list, 48, 16);
	MADE_FIELD(made, pool_busy_hash, 64, 32);
	MADE_FIELD(made, pool_workers, 96, 16);
	MADE_FIELD(made, pool_attrs, 112, 8);
	MADE_FIELD(made, attrs_nice, 0, 4);
	MADE_FIELD(made, worker_entry, 0, 16);
	MADE_FIELD(made, worker_hash_entry, 0, 16);
	MADE_FIELD(made, worker_work, 16, 8);
	MADE_FIELD(made, worker_function, 24, 8);
	MADE_FIELD(made, worker_pwq, 32, 8);
	MADE_FIELD(made, worker_cpu_at, 40, 8);
	MADE_FIELD(made, worker_scheduled, 48, 16);
	MADE_FIELD(made, worker_task, 64, 8);
	MADE_FIELD(made, worker_in_pool, 72, 8);
	MADE_FIELD(made, worker_node, 80, 16);
	MADE_FIELD(made, worker_last_active, 96, 8);
	MADE_FIELD(made, worker_flags, 104, 4);
	MADE_FIELD(made, worker_description, 108, 24);
	MADE_FIELD(made, workqueue_pwqs, 0, 16);
	MADE_FIELD(made, workqueue_list, 16, 16);
	MADE_FIELD(made, workqueue_maydays, 32, 16);
	MADE_FIELD(made, workqueue_rescuer, 48, 8);
	MADE_FIELD(made, workqueue_name, 56, 24);
	MADE_FIELD(made, workqueue_flags, 80, 4);
	MADE_FIELD(made, workqueue_max_active, 84, 4);
	MADE_FIELD(made, pwq_pool, 0, 8);
	MADE_FIELD(made, pwq_workqueue, 8, 8);
	MADE_FIELD(made, pwq_active, 16, 4);
	MADE_FIELD(made, pwq_inactive, 24, 16);
	MADE_FIELD(made, pwq_node, 40, 16);
	MADE_FIELD(made, work_data, 0, 8);
	MADE_FIELD(made, work_entry, 8, 16);
	MADE_FIELD(made, work_function, 24, 8);
	MADE_FIELD(made, barrier_work, 0, 32);
	MADE_FIELD(made, barrier_task, 40, 8);
}

static void fill_pool(struct made_work *work, uint64_t pool, unsigned id, uint64_t cpu)
{
	struct made_kernel *made = work->made.made;
	uint64_t attrs = made_alloc(made, 64);

	MADE_SET(made, pool, pool_id, id);
	MADE_SET(made, pool, pool_cpu, cpu);
	MADE_SET(made, pool, pool_progress, MADE_JIFFIES - 40 * MADE_HZ);
	MADE_SET(made, pool, pool_attrs, attrs);
	made_list_init(made, MADE_HEAD(work, pool, pool_worklist));
	made_list_init(made, MADE_HEAD(work, pool, pool_idle_list));
	made_list_init(made, MADE_HEAD(work, pool, pool_workers));
}

static uint64_t make_queue(struct made_work *work, const char *name, uint64_t pool,
			   uint64_t *pair_ret)
{
	struct made_kernel *made = work->made.made;
	uint64_t queue = made_alloc_pages(made, 256), pair = made_alloc_pages(made, 256);

	strncpy(made_at(made, queue + made->kernel.layout.workqueue_name.offset), name, 23);
	MADE_SET(made, queue, workqueue_max_active, 16);
	made_list_init(made, MADE_HEAD(work, queue, workqueue_pwqs));
	made_list_init(made, MADE_HEAD(work, queue, workqueue_maydays));
	made_list_add(made, work->queues, MADE_HEAD(work, queue, workqueue_list));
	MADE_SET(made, pair, pwq_workqueue, queue);
	MADE_SET(made, pair, pwq_pool, pool);
	made_list_init(made, MADE_HEAD(work, pair, pwq_inactive));
	made_list_add(made, MADE_HEAD(work, queue, workqueue_pwqs),
		      MADE_HEAD(work, pair, pwq_node));
	*pair_ret = pair;
	return queue;
}

static uint64_t make_worker(struct made_work *work, int tid, const char *comm, uint64_t pool,
			    uint64_t *task_ret)
{
	struct made_kernel *made = work->made.made;
	uint64_t task = made_process(&work->made, work->made.init_task, tid, comm);
	uint64_t kthread = made_alloc(made, 64), worker = made_alloc_pages(made, 256);

	MADE_SET(made, task, task_flags, PF_KTHREAD | PF_WQ_WORKER);
	MADE_SET(made, task, task_kthread, kthread);
	MADE_SET(made, kthread, kthread_data, worker);
	MADE_SET(made, worker, worker_task, task);
	MADE_SET(made, worker, worker_in_pool, pool);
	MADE_SET(made, worker, worker_last_active, MADE_JIFFIES - 60 * MADE_HZ);
	made_list_init(made, MADE_HEAD(work, worker, worker_scheduled));
	if (pool)
		made_list_add(made, MADE_HEAD(work, pool, pool_workers),
			      MADE_HEAD(work, worker, worker_node));
	*task_ret = task;
	return worker;
}

static void make_workers(struct made_work *work)
{
	struct made_kernel *made = work->made.made;

	work->idle = make_worker(work, 20, "kworker/0:0", work->pool, &work->idle_task);
	work->busy = make_worker(work, 21, "kworker/0:1", work->pool, &work->busy_task);
	work->rescuer = make_worker(work, 22, "rescued", 0, &work->rescuer_task);
	MADE_SET(made, work->idle, worker_flags, WORKER_IDLE);
	made_list_add(made, MADE_HEAD(work, work->pool, pool_idle_list),
		      MADE_HEAD(work, work->idle, worker_entry));
	MADE_SET(made, work->pool, pool_worker_count, 2);
	MADE_SET(made, work->pool, pool_idle_count, 1);
	made_put(made, MADE_HEAD(work, work->pool, pool_busy_hash) + 8,
		 MADE_HEAD(work, work->busy, worker_hash_entry), 8);
	MADE_SET(made, work->busy, worker_work, made_alloc(made, 64));
	MADE_SET(made, work->busy, worker_function, MADE_FUNCTION);
	MADE_SET(made, work->busy, worker_pwq, work->pair);
	MADE_SET(made, work->busy, worker_cpu_at, SECOND);
	memcpy(made_at(made, MADE_HEAD(work, work->busy, worker_description)), "events", 7);
	MADE_SET(made, work->pair, pwq_active, 1);
	MADE_SET(made, work->busy_task, task_exec_start, 450 * SECOND);
	MADE_SET(made, work->busy_task, task_runtime, 3 * SECOND);
	MADE_SET(made, work->rescued, workqueue_rescuer, work->rescuer);
	MADE_SET(made, work->rescued, workqueue_flags, 1u << 1 | 1u << 3);
}

static void make_clocks(struct made_work *work)
{
	struct made_kernel *made = work->made.made;
	uint64_t counter = made_alloc(made, 8), source = made_alloc(made, 64);

	made_put(made, counter, MADE_JIFFIES, 8);
	MADE_SET(made, source, clocksource_mult, 4000000ull << 8);
	MADE_SET(made, source, clocksource_shift, 8);
	MADE_SET(made, work->made.run_queue, rq_clock_task, 500 * SECOND);
	made_tasks_symbol(&work->made, "jiffies", counter);
	made_tasks_symbol(&work->made, "clocksource_jiffies", source);
}

void made_work_create(struct made_work *work)
{
	struct made_kernel *made;
	uint64_t pools, node;

	*work = (struct made_work){0};
	made_tasks_create(&work->made);
	made = work->made.made;
	put_members(made);
	work->numbers = made_alloc_pages(made, 64);
	work->queues = made_alloc_pages(made, 16);
	pools = made_alloc_pages(made, 2 * POOL_BYTES);
	work->pool = pools;
	work->unbound = made_alloc_pages(made, POOL_BYTES);
	made_list_init(made, work->queues);
	fill_pool(work, work->pool, 3, 0);
	fill_pool(work, pools + POOL_BYTES, 4, 0);
	fill_pool(work, work->unbound, 9, UINT32_MAX);
	node = made_alloc(made, 1024);
	made_put(made, work->numbers + made->kernel.layout.xarray_head.offset, node + 2, 8);
	made_put(made, node + made->kernel.layout.xa_node_slots.offset + 3 * 8ull, work->pool, 8);
	made_put(made, node + made->kernel.layout.xa_node_slots.offset + 4 * 8ull,
		 pools + POOL_BYTES, 8);
	made_put(made, node + made->kernel.layout.xa_node_slots.offset + 9 * 8ull, work->unbound,
		 8);
	work->queue = make_queue(work, "events", work->pool, &work->pair);
	work->rescued = make_queue(work, "rescued", work->unbound, &work->rescued_pair);
	make_workers(work);
	make_clocks(work);
	made_tasks_symbol(&work->made, "worker_pool_idr", work->numbers);
	made_tasks_symbol(&work->made, "workqueues", work->queues);
	made_tasks_symbol(&work->made, "cpu_worker_pools", work->pool);
	made_tasks_symbol(&work->made, "wq_barrier_func", MADE_FUNCTION + 64);
	FB_OK_FATAL(fb_tasks_load(&made->kernel, &work->tasks));
}

void made_work_destroy(struct made_work *work)
{
	fb_tasks_destroy(work->tasks);
	made_tasks_destroy(&work->made);
}

uint64_t made_work_item(struct made_work *work, uint64_t head, uint64_t pair, uint64_t function)
{
	struct made_kernel *made = work->made.made;
	uint64_t item = made_alloc(made, 64);

	MADE_SET(made, item, work_data, pair | 5);
	MADE_SET(made, item, work_function, function);
	made_list_add(made, head, MADE_HEAD(work, item, work_entry));
	return item;
}
