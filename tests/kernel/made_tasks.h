/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks in a made kernel, reachable by the task list, thread lists, the PID tree, CPU 0's current
 * and its run queue, and families.
 */
#ifndef FB_TESTS_KERNEL_MADE_TASKS_H
#define FB_TESTS_KERNEL_MADE_TASKS_H

#include "kernel/tasks/task.h"
#include "tests/kernel/made_kernel.h"

#define MADE_TASK_SYMBOLS 16

struct made_tasks {
	struct made_kernel *made;
	uint64_t init_task; /* swapper/0, and the current task of CPU 0 until another is */
	uint64_t namespace; /* init_pid_ns */
	uint64_t tree;      /* its top xa_node, for TIDs below 4096 */
	uint64_t current;   /* where CPU 0's current_task is */
	uint64_t run_queue;
	uint64_t nr_threads; /* where that is; counted along */
	const char *names[MADE_TASK_SYMBOLS + 1];
	uint64_t addresses[MADE_TASK_SYMBOLS];
	size_t symbols;
};

void made_tasks_create(struct made_tasks *tasks);
void made_tasks_destroy(struct made_tasks *tasks);

/* A process, child of parent (a task_struct), and a thread of its leader. On pages of their own
 * where own_pages. Give the task_struct. */
uint64_t made_process(struct made_tasks *tasks, uint64_t parent, int pid, const char *comm);
uint64_t made_process_apart(struct made_tasks *tasks, uint64_t parent, int pid, const char *comm);
uint64_t made_thread(struct made_tasks *tasks, uint64_t leader, int tid, const char *comm);
/* One more symbol. name is borrowed. */
void made_tasks_symbol(struct made_tasks *tasks, const char *name, uint64_t address);
/* A PID namespace of level 1 with an empty tree. */
uint64_t made_nested_namespace(struct made_tasks *tasks);
/* The task's number in such a namespace (0: one that nothing is known of). */
void made_task_inner_tid(struct made_tasks *tasks, uint64_t task, uint64_t namespace, int tid);
/* Takes the task out of every list and tree: nothing leads to it but what the test makes. */
void made_task_hide(struct made_tasks *tasks, uint64_t task);
/* The slot of a TID in the tree. */
uint64_t made_task_slot(struct made_tasks *tasks, int tid);
uint64_t made_task_word(struct made_tasks *tasks, uint64_t address);
/* The table of a kernel that has one. */
struct fb_tasks *made_tasks_load(struct made_tasks *tasks);
/* Loads the table again and again, with a read that fails each time; gives the number of reads. */
size_t made_tasks_must_pass(struct made_tasks *tasks);

/* init, a daemon with two threads, its child in a container, kthreadd. */
struct made_task_host {
	struct made_tasks made;
	uint64_t init, daemon, thread, child, kthread;
};

void made_task_host_create(struct made_task_host *host);

#endif
