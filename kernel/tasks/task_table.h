/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The task table while it is filled: what task.c, task_table.c and the files of the sources share. */
#ifndef FB_KERNEL_TASK_TABLE_H
#define FB_KERNEL_TASK_TABLE_H

#include "base/u64_map.h"
#include "kernel/tasks/task.h"

/* A bit in found_by, used only while the table is filled: a list of that source has led to the task. */
#define FB_TASK_MET(found_by) ((found_by) << 16)

/* A task known by number only. */
struct fb_lost_task {
	int32_t tid;
	uint64_t address; /* of its task_struct, which cannot be read; 0: unknown */
	uint64_t pid;     /* address of its struct pid; 0: unknown */
};

struct fb_tasks {
	struct fb_kernel *kernel; /* borrowed */
	struct fb_task *tasks;    /* sorted when all sources were read */
	size_t count, room;
	struct fb_u64_map by_address; /* indexes of tasks */
	uint32_t *by_tid;             /* indexes of the tasks that are not idle, in order of TID */
	size_t by_tid_count;
	struct fb_lost_task *lost; /* sorted by TID, each once, when all sources were read */
	size_t lost_count, lost_room;
	int32_t *lost_tids; /* lost_count of them */
	bool damaged;
	int64_t counted;        /* nr_threads: all tasks but the idle ones; -1: unknown */
	size_t lists_walked;    /* tasks whose thread lists have been walked already */
	size_t families_walked; /* tasks whose families have been */

	/* By the number of a source's bit: how many of its lists or trees were broken, and the first error. */
	size_t broken[FB_FOUND_BITS];
	struct fb_error *first_break[FB_FOUND_BITS];
};

/* Builds by_address anew, after the tasks were sorted. */
FB_MUST_CHECK struct fb_error *fb_tasks_index(struct fb_tasks *tasks);

/* Takes over err, which ended the walk of a part of a source, and counts it. A fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_tasks_broken(struct fb_tasks *tasks, struct fb_error *err,
					       uint32_t found_by);

/* Reads the task_struct at address into the table, unless it is there already, and records the source. *index_ret (may
 * be NULL) is its index. FB_CORRUPT where its fields are implausible, errors of fb_space_read(); the table is then
 * unchanged. */
FB_MUST_CHECK struct fb_error *fb_tasks_add(struct fb_tasks *tasks, uint64_t address,
					    uint32_t found_by, size_t *index_ret);
/* The same for an address that may not be that of a task. A new task is accepted only where several of its fields show
 * that it is in use; else nothing is added. Fatal errors, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_tasks_add_live(struct fb_tasks *tasks, uint64_t address,
						 uint32_t found_by);
/* Adds a TID to the lost ones. address: of the task_struct, which cannot be read; 0: unknown. pid: the address of its
 * struct pid; 0: unknown. */
FB_MUST_CHECK struct fb_error *fb_tasks_add_lost(struct fb_tasks *tasks, int32_t tid,
						 uint64_t address, uint64_t pid);

/* task_read.c: reads one task_struct. Fails where the fields that identify a task cannot be read or are implausible. */
FB_MUST_CHECK struct fb_error *fb_task_read(struct fb_kernel *kernel, uint64_t address,
					    struct fb_task *task_ret);

/* task_pid_tree.c: adds the tasks of the PID namespace at this address and level (0: the outermost). *nodes_left is how
 * many nodes may be read; it is lowered by those that were. */
FB_MUST_CHECK struct fb_error *fb_tasks_walk_pid_tree(struct fb_tasks *tasks, uint64_t namespace,
						      uint32_t level, uint64_t *nodes_left);

/* Add the tasks of one source each; each is in a file of its name. What is broken is counted by fb_tasks_broken(); only
 * fatal errors are returned. */
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

/* Adds the tasks of the list at head, which is linked through the list_head at offset `link` in task_struct. Where it
 * is broken, it is walked from both ends. */
FB_MUST_CHECK struct fb_error *fb_tasks_walk_list(struct fb_tasks *tasks, uint64_t head,
						  uint32_t link, uint32_t found_by);

#endif
