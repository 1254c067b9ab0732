/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work queues in a made kernel: pool 3 of CPU 0 with an idle and a busy worker, and pool 9, which is bound to no CPU.
 */
#ifndef FB_TESTS_KERNEL_MADE_WORK_H
#define FB_TESTS_KERNEL_MADE_WORK_H

#include "tests/kernel/made_tasks.h"

/* The panic, in jiffies of 4 ms; by the scheduler's clock it was 500 s after boot. */
#define MADE_JIFFIES 1000000u
#define MADE_HZ 250u

#define MADE_FUNCTION 0xffffffff81000000ull /* of the item that is worked on; others are above it */

struct made_work {
	struct made_tasks made;
	struct fb_tasks *tasks;
	uint64_t numbers;        /* worker_pool_idr */
	uint64_t queues;         /* the list workqueues */
	uint64_t pool, unbound;  /* numbers 3 and 9 */
	uint64_t queue, rescued; /* "events", in pool 3, and "rescued", with a rescuer, in pool 9 */
	uint64_t pair, rescued_pair;  /* the struct pool_workqueue of each */
	uint64_t idle, busy, rescuer; /* workers: of TID 20, 21, 22 */
	uint64_t idle_task, busy_task, rescuer_task;
};

void made_work_create(struct made_work *work);
void made_work_destroy(struct made_work *work);

/* A work item at the end of the list at head, of the queue that pair stands for. */
uint64_t made_work_item(struct made_work *work, uint64_t head, uint64_t pair, uint64_t function);
/* The head of a list, by the name of its member: MADE_HEAD(work, work->pool, pool_worklist). */
#define MADE_HEAD(work, base, id) ((base) + (work)->made.made->kernel.layout.id.offset)

#endif
