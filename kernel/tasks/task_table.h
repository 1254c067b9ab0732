/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The task table while it is being filled: what task.c, task_table.c and the sources share. */
#ifndef FB_KERNEL_TASK_TABLE_H
#define FB_KERNEL_TASK_TABLE_H

#include "base/u64_map.h"
#include "kernel/tasks/task.h"

/* In found_by while the table is filled: a list of that source has led to the task. */
#define FB_TASK_MET(found_by) ((found_by) << 16)

/* A task known by number only. */
struct fb_lost_task {
	int32_t tid;
	uint64_t address; /* of its task_struct, which cannot be read; 0: unknown */
	uint64_t pid;     /* the struct pid that names it; 0: none */
};

struct fb_tasks {
	struct fb_kernel *kernel; /* borrowed */
	struct fb_task *tasks;    /* sorted once all sources have been asked */
	size_t count, room;
	struct fb_u64_map by_address; /* indexes of tasks */
	uint32_t *by_tid;             /* indexes of the tasks that are not idle, in order of TID */
	size_t by_tid_count;
	struct fb_lost_task *lost; /* sorted by TID, each once, when all sources have been asked */
	size_t lost_count, lost_room;
	int32_t *lost_tids; /* lost_count of them */
	bool damaged;
	int64_t counted;        /* nr_threads: all tasks but the idle ones; -1: unknown */
	size_t lists_walked;    /* tasks whose thread lists have been walked already */
	size_t families_walked; /* tasks whose families have been */

	/* Breaks of each source, by its bit's number, and what the first one was. */
	size_t broken[FB_FOUND_BITS];
	struct fb_error *first_break[FB_FOUND_BITS];
};

/* Renews the index by address, after the tasks were moved. */
FB_MUST_CHECK struct fb_error *fb_tasks_index(struct fb_tasks *tasks);

/* Takes err, which ended a part of a source: counted, and passed on only where it is fatal. */
FB_MUST_CHECK struct fb_error *fb_tasks_broken(struct fb_tasks *tasks, struct fb_error *err,
					       uint32_t found_by);

/* Reads the task_struct at address where it is not in the table yet, and notes the source.
 * FB_CORRUPT, FB_ABSENT... where it cannot be believed: the table is as before. *index_ret may be
 * NULL. */
FB_MUST_CHECK struct fb_error *fb_tasks_add(struct fb_tasks *tasks, uint64_t address,
					    uint32_t found_by, size_t *index_ret);
/* The same for an address that is no more than a hint. A task that is not known yet is believed only
 * where several of its fields say that it is in use; else it is passed over. Fatal errors, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_tasks_add_live(struct fb_tasks *tasks, uint64_t address,
						 uint32_t found_by);
/* Notes a TID whose task_struct, at address (0: unknown), cannot be read; pid: the struct pid that
 * names it. */
FB_MUST_CHECK struct fb_error *fb_tasks_add_lost(struct fb_tasks *tasks, int32_t tid,
						 uint64_t address, uint64_t pid);

/* task_read.c: one task_struct. Fails where what identifies a task cannot be read or believed. */
FB_MUST_CHECK struct fb_error *fb_task_read(struct fb_kernel *kernel, uint64_t address,
					    struct fb_task *task_ret);

/* task_pid_tree.c: the tasks of one PID namespace at this level (0: the outermost). nodes_left bounds
 * the nodes of all trees that are walked with it. */
FB_MUST_CHECK struct fb_error *fb_tasks_walk_pid_tree(struct fb_tasks *tasks, uint64_t namespace,
						      uint32_t level, uint64_t *nodes_left);

/* The sources, each in a file of its name. What is broken is counted; only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_tasks_from_cpus(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_task_list(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_thread_lists(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_pid_tree(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_families(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_slab(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_cgroups(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_namespaces(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_futexes(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_waiters(struct fb_tasks *tasks);
FB_MUST_CHECK struct fb_error *fb_tasks_from_links(struct fb_tasks *tasks);

/* A list of tasks linked through a list_head at `link` in task_struct: from both ends where it is
 * broken. */
FB_MUST_CHECK struct fb_error *fb_tasks_walk_list(struct fb_tasks *tasks, uint64_t head,
						  uint32_t link, uint32_t found_by);

#endif
