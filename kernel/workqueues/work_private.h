/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder share while the work queues are read. */
#ifndef FB_KERNEL_WORK_PRIVATE_H
#define FB_KERNEL_WORK_PRIVATE_H

#include "base/u64_map.h"
#include "kernel/workqueues/work.h"

struct fb_work_loader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_work work;
	size_t pool_room, queue_room, pair_room, worker_room, item_room;
	/* Addresses of what is in the arrays of work, with the indexes; and of pairs, with those of their queues. */
	struct fb_u64_map pools, queues, pairs, workers, items;
	/* list entries that may still be met: lists of a damaged dump may lead into each other */
	uint64_t steps;
	uint64_t now; /* the scheduler's clock of tasks, ns; 0: unknown */
};

/* work_table.c: adds the pool, queue or pair at an address, unless it is there already, and reads its own fields. What
 * cannot be read is a warning. FB_CORRUPT where the address is none; FB_LIMIT; fatal errors. */
FB_MUST_CHECK struct fb_error *fb_work_add_pool(struct fb_work_loader *loader, uint64_t address,
						size_t *index_ret);
FB_MUST_CHECK struct fb_error *fb_work_add_queue(struct fb_work_loader *loader, uint64_t address,
						 size_t *index_ret);
/* The queue that the struct pool_workqueue at address belongs to. Errors as above, and of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_work_add_pair(struct fb_work_loader *loader, uint64_t address,
						size_t *queue_ret);

/* work_items.c: adds the items of the list whose head is at this address. like tells what they have in common: state,
 * pool, worker, and the queue where it is known. A damaged list is a warning. */
FB_MUST_CHECK struct fb_error *fb_work_add_items(struct fb_work_loader *loader, uint64_t head,
						 const struct fb_work_item *like);

/* work_workers.c: adds the worker at an address, unless it is there already, with the items that were given to it. task
 * may be NULL: the worker itself then tells its task. What cannot be read is a warning. Fatal errors, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_work_add_worker(struct fb_work_loader *loader, uint64_t address,
						  const struct fb_task *task, size_t *index_ret);
/* Adds the workers that the threads of the kernel have, and those on the lists of a pool. */
FB_MUST_CHECK struct fb_error *fb_work_add_threads(struct fb_work_loader *loader);
FB_MUST_CHECK struct fb_error *fb_work_add_pool_workers(struct fb_work_loader *loader, size_t pool);

#endif
