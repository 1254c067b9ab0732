/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks in a made kernel, reachable by the task list, thread lists, the PID tree, CPU 0's current
 * and its run queue, and families.
 */
#ifndef FB_TESTS_KERNEL_MADE_TASKS_H
#define FB_TESTS_KERNEL_MADE_TASKS_H

#include "kernel/task.h"
#include "tests/kernel/made_kernel.h"

struct made_tasks {
	struct made_kernel *made;
	uint64_t init_task; /* swapper/0, and the current task of CPU 0 until another is */
	uint64_t namespace; /* init_pid_ns */
	uint64_t tree;      /* its top xa_node, for TIDs below 4096 */
	uint64_t current;   /* where CPU 0's current_task is */
	uint64_t run_queue;
	uint64_t nr_threads; /* where that is; counted along */
};

void made_tasks_create(struct made_tasks *tasks);
void made_tasks_destroy(struct made_tasks *tasks);

/* A process, child of parent (a task_struct), and a thread of its leader. On pages of their own
 * where own_pages. Give the task_struct. */
uint64_t made_process(struct made_tasks *tasks, uint64_t parent, int pid, const char *comm);
uint64_t made_process_apart(struct made_tasks *tasks, uint64_t parent, int pid, const char *comm);
uint64_t made_thread(struct made_tasks *tasks, uint64_t leader, int tid, const char *comm);
/* The task's number in a second PID namespace. */
void made_task_inner_tid(struct made_tasks *tasks, uint64_t task, int tid);
/* The slot of a TID in the tree. */
uint64_t made_task_slot(struct made_tasks *tasks, int tid);
uint64_t made_task_word(struct made_tasks *tasks, uint64_t address);

#endif
