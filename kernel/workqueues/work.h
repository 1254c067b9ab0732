/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work queues (kernel/workqueue.c, Documentation/core-api/workqueue.rst): the pools of worker threads, what each worker
 * was doing, the work items that waited, and the queues that they were put into. Pools are found in four ways: by the
 * kernel's table of their numbers, as per-CPU variables, through the work queues, and through the worker threads, each
 * of which has its struct worker; workers are found as threads and by the lists of their pool. Where one way is broken,
 * the others go on. Called by the command workqueues and the check of stalled pools.
 */
#ifndef FB_KERNEL_WORK_H
#define FB_KERNEL_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"
#include "kernel/time/jiffies.h"

/* An index that stands for no pool, queue or worker. */
#define FB_WORK_NONE SIZE_MAX

/* WQ_NAME_LEN, WORKER_DESC_LEN: 32 since 6.9 (31c89007285d), 24 before. */
#define FB_WORK_NAME 32

struct fb_work_pool {
	uint64_t address; /* of the struct worker_pool */
	int32_t id;
	int32_t cpu; /* -1: not bound to one CPU */
	int32_t node;
	int32_t nice; /* of its threads; valid where nice_known is set */
	bool nice_known;
	bool bh; /* its items run in softirq context, not in threads (4cb1ef64609f, 6.9) */
	bool disassociated; /* its CPU went offline */
	uint32_t workers;   /* the kernel's own count */
	uint32_t idle;
	char *cpus;        /* owned: where its threads may run, "0-3"; NULL: unknown */
	uint64_t progress; /* jiffies: when it last took an item, or when the first one came */
	bool known;        /* the fields above were read; else there is the address only */
	size_t pending;    /* items on its list */
};

struct fb_work_queue {
	uint64_t address; /* of the struct workqueue_struct */
	/* NUL-terminated; raw bytes: escape before showing. "": cannot be read */
	char name[FB_WORK_NAME];
	uint32_t flags;     /* WQ_* */
	int32_t max_active; /* items of one CPU, or node, that may be run at once */
	uint64_t active;    /* items that are pending or run, of all its pools */
	uint64_t inactive;  /* items that wait because max_active others are active */
	size_t rescuer;     /* index of the worker; FB_WORK_NONE: none */
	uint32_t maydays;   /* pools that asked the rescuer for help and have not got it yet */
	bool known;         /* flags, max_active and name were read */
	size_t first_pair, pair_count; /* in fb_work.pairs: its pools */
};

/* A queue's part that one pool serves: a struct pool_workqueue. */
struct fb_work_pair {
	size_t queue, pool; /* indexes; the pool may be FB_WORK_NONE */
};

struct fb_worker {
	uint64_t address; /* of the struct worker */
	const struct fb_task
		*task; /* owned by the task table; NULL: unknown, or the pool runs in softirqs */
	size_t pool;   /* index; FB_WORK_NONE: a rescuer that helps no pool, or unknown */
	size_t queue; /* of the item that it works on, or whose rescuer it is; FB_WORK_NONE: unknown */
	uint64_t work,
		function; /* of the item that it works on; 0: none. The item may be freed already */
	char description[FB_WORK_NAME]; /* set by the work function; raw bytes */
	bool rescuer;
	bool idle; /* it says so itself */
	/* For how long it has been at its item. Each may be NaN. */
	double busy_s;       /* exactly: kernels from 7.0 on note it */
	double busy_least_s; /* since its thread last ran */
	double busy_most_s;  /* since the worker was last idle */
	double cpu_s;        /* CPU time that the item has used (616db8779b1e, 6.5) */
};

enum fb_work_state {
	FB_WORK_PENDING,   /* on the pool's list: the next worker that is free takes it */
	FB_WORK_SCHEDULED, /* given to a worker, which works on another item */
	FB_WORK_INACTIVE,  /* max_active others of its queue are active */
};

struct fb_work_item {
	uint64_t address;  /* of the struct work_struct */
	uint64_t function; /* 0: cannot be read */
	enum fb_work_state state;
	size_t pool, queue, worker; /* indexes, or FB_WORK_NONE; the worker of a scheduled item */
	/* The task that waits until all items before this one are done, as flush_work() does; 0: this is an item like
	 * others. */
	uint64_t flusher;
};

struct fb_work {
	struct fb_jiffies jiffies;
	double stall_s; /* a pool that takes no item for so long is stalled: wq_watchdog_thresh, or 30 as is usual */
	/* all owned; in order of their numbers, where the table of these is whole */
	struct fb_work_pool *pools;
	size_t pool_count;
	struct fb_work_queue *queues; /* in the kernel's order, the newest last */
	size_t queue_count;
	struct fb_work_pair *pairs; /* in order of their queues */
	size_t pair_count;
	struct fb_worker *workers;
	size_t worker_count;
	struct fb_work_item *items;
	size_t item_count;
};

/* Reads everything. What cannot be read is left out, with a warning where the dump is damaged. Fails only with fatal
 * errors, and with FB_NOT_FOUND where types or symbols are missing or nothing leads to a pool. tasks is borrowed and
 * must outlive the result, which the caller frees with fb_work_deinit(). */
FB_MUST_CHECK struct fb_error *fb_work_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
					    struct fb_work *work_ret);
void fb_work_deinit(struct fb_work *work);

/* For how many seconds items have waited without the pool's taking any; NaN where none waits or it is unknown. */
double fb_work_pool_waits(const struct fb_work *work, const struct fb_work_pool *pool);
/* Whether that is longer than the kernel tolerates. */
bool fb_work_pool_is_stalled(const struct fb_work *work, const struct fb_work_pool *pool);

/* The words for a queue's flags, separated by commas: "unbound,mem-reclaim"; `to` has size bytes. Returns `to`. */
char *fb_work_queue_flags(const struct fb_work_queue *queue, char *to, size_t size);
/* "pending", "scheduled", "inactive". */
const char *fb_work_state_name(enum fb_work_state state);

#endif
