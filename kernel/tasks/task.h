/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The task table: every task that is found through any of several independent sources,
 * because pages of any one source may be missing in a dump. Each task records the
 * sources that led to it. A task is accepted only where several fields of its
 * task_struct are consistent. Called by nearly every command, through bundle/input.
 */
#ifndef FB_KERNEL_TASK_H
#define FB_KERNEL_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* Bits of found_by. */
#define FB_FOUND_TASK_LIST (1u << 0)   /* init_task.tasks */
#define FB_FOUND_THREAD_LIST (1u << 1) /* signal->thread_head */
#define FB_FOUND_PID_TREE (1u << 2)    /* a PID namespace's IDR */
#define FB_FOUND_CPU (1u << 3)         /* a CPU's current or idle task, or its run queue */
#define FB_FOUND_FAMILY (1u << 4)      /* parent, children, siblings, group leader */
#define FB_FOUND_SLAB (1u << 5)        /* scan of the task_struct slab */
#define FB_FOUND_CGROUP (1u << 6)      /* a css_set's task lists */
/* These sources are used only where those above are broken, because they take longer. */
#define FB_FOUND_FUTEX (1u << 7)      /* sleeps in futex(), or owns a futex that others sleep for */
#define FB_FOUND_WAITER (1u << 8)     /* waits for the same lock or wait queue as a known task */
#define FB_FOUND_LOCK_OWNER (1u << 9) /* holds a lock that a known task waits for */
#define FB_FOUND_WAKEUP (1u << 10)    /* was woken or traced by a known task */
#define FB_FOUND_BITS 11

struct fb_task {
	uint64_t address; /* of the task_struct */
	int32_t pid;      /* of the thread group: what user space calls PID */
	int32_t tid;      /* task_struct.pid: what user space calls TID */
	int32_t ppid;     /* of the real parent's thread group; -1 if unknown */
	char comm[16];    /* NUL-terminated; raw bytes: escape before showing */
	char state;       /* as in ps(1): R S D T t X Z P I; '?' if unknown */
	uint32_t cpu;     /* that it runs on, or ran on last */
	bool on_cpu;      /* it was the current task of its CPU */
	bool idle;        /* a swapper thread: pid and tid 0 */
	bool kernel_thread;
	uint32_t uid;        /* real; UINT32_MAX if unknown */
	uint64_t flags;      /* PF_* */
	uint64_t state_bits; /* task_struct.__state */
	uint64_t start_ns;   /* start time, in nanoseconds since boot; 0 if unknown */
	uint64_t utime_ns, stime_ns;
	/* CPU time by the scheduler's clock, from which /proc derives user and system time. utime_ns and
	 * stime_ns are counted by timer ticks and may be less together. */
	uint64_t runtime_ns;
	uint64_t mm;       /* address of the mm_struct; 0: a kernel thread, or it has exited */
	uint64_t stack;    /* lowest address of its kernel stack */
	uint32_t found_by; /* FB_FOUND_* */
	uint32_t damaged;  /* how many fields could not be read */

	/* Its TID at each level of its PID namespaces, outermost first; [0] equals tid. */
	uint32_t level_count;
	int32_t level_tids[33];
	bool levels_lost; /* its struct pid is not in the dump: there may be further levels */
};

struct fb_tasks;

/* Reads the whole table. kernel is borrowed and must outlive it. Fails where no source gives any task, and with fatal
 * errors; broken sources are warnings. */
FB_MUST_CHECK struct fb_error *fb_tasks_load(struct fb_kernel *kernel, struct fb_tasks **tasks_ret);
void fb_tasks_destroy(struct fb_tasks *tasks);

/* In order of (pid, tid); idle tasks first. */
size_t fb_tasks_count(const struct fb_tasks *tasks);
const struct fb_task *fb_tasks_get(const struct fb_tasks *tasks, size_t index);
/* The task that a CPU was running, which may be its idle task; NULL: it is not known, or there is no such CPU. */
const struct fb_task *fb_tasks_on_cpu(const struct fb_tasks *tasks, int cpu);
/* The task with this TID in the host's PID namespace (no idle task), or at this address; NULL if there is none. */
const struct fb_task *fb_tasks_by_tid(const struct fb_tasks *tasks, int32_t tid);
const struct fb_task *fb_tasks_by_address(const struct fb_tasks *tasks, uint64_t address);
/* The threads of a thread group, which follow each other in the table: the first index and the count, which is 0 for an
 * unknown PID. */
void fb_tasks_group(const struct fb_tasks *tasks, int32_t pid, size_t *first_ret,
		    size_t *count_ret);
/* How many TIDs some source has whose task_struct cannot be read; *tids_ret is their array, in order, owned by
 * tasks. */
size_t fb_tasks_lost(const struct fb_tasks *tasks, const int32_t **tids_ret);
/* The address of the task_struct of a lost TID; 0: unknown, or not lost. */
uint64_t fb_tasks_lost_address(const struct fb_tasks *tasks, int32_t tid);
/* Whether a source was broken or has a lost TID, or all sources together gave another number of threads than the kernel
 * counted. */
bool fb_tasks_damaged(const struct fb_tasks *tasks);

/* A task's name, printable. */
struct fb_comm_text {
	char text[64];
};
struct fb_comm_text fb_task_comm(const struct fb_task *task);

/* "task-list", "thread-list", ... for one FB_FOUND_ bit. */
const char *fb_found_by_name(uint32_t bit);

/* Reads the task's command line, with spaces for NULs, through `space`, the process's memory, into `to` (size bytes,
 * always NUL-terminated). It is "" where its pages cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_task_cmdline(struct fb_kernel *kernel, const struct fb_task *task,
					       struct fb_space *space, char *to, size_t size);

#endif
