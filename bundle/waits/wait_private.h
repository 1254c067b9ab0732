/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the recognisers of waits share; for bundle/wait*.c only. */
#ifndef FB_BUNDLE_WAIT_PRIVATE_H
#define FB_BUNDLE_WAIT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/process/joined_space.h"
#include "bundle/waits/wait_held_files.h"
#include "bundle/waits/wait_queue.h"
#include "bundle/waits/wait_thread_words.h"
#include "bundle/waits/waits.h"
#include "kernel/files/locks.h"
#include "kernel/files/path.h"
#include "kernel/files/socket.h"
#include "kernel/modules/module.h"
#include "kernel/stacks/orc.h"
#include "kernel/stacks/stack.h"
#include "kernel/stacks/syscall_names.h"

struct fb_wait_finder;
struct fb_blocked;

/* A kernel function that threads sleep in, or below which they do. */
struct fb_wait_site {
	const char *function;
	/* Adds the waits of the thread. Where it fails the wait is there without an object, and the
	 * error says what would be needed. */
	struct fb_error *(*find)(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
	const char *kind; /* where find fails, or none is given; NULL find and kind: it idles */
	bool weak;        /* only where no function further out says more */
};
/* By the function's name without ".constprop.0" and the like; NULL if there is none. */
const struct fb_wait_site *fb_wait_site_find(const char *function);

/* One blocked thread, and what its kernel stack says. */
struct fb_blocked {
	const struct fb_task *task;
	const struct fb_wait_site *site; /* NULL: no function that is known here */
	uint64_t low, high; /* the part of its stack that the site's wait structure is in */
	bool has_regs;
	bool compat; /* a 32-bit system call */
	struct user_regs_struct regs;
	int64_t syscall; /* -1: none */
	uint64_t args[FB_SYSCALL_ARGUMENTS];
	const char *frames[FB_WAIT_FRAMES];
};

/* TIDs as the threads themselves know them, in their innermost PID namespace. */
struct fb_inner_tid {
	int32_t inner;
	const struct fb_task *task;
};

struct fb_wait_child {
	int32_t parent; /* PID */
	const struct fb_task *task;
};

struct fb_wait_finder {
	struct fb_input *input;
	struct fb_kernel *kernel;
	struct fb_space *space; /* of the kernel */
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_wait_options options;
	struct fb_modules *modules; /* NULL: cannot be read */
	struct fb_orc *orc;
	struct fb_wait_graph graph;
	struct fb_blocked *blocked; /* in order of (pid, tid) */
	size_t blocked_count;
	uint64_t now; /* latest clock_task of a CPU, ns; 0 unknown */

	/* Made when first needed. */
	struct fb_joined *joined; /* of joined_mm */
	uint64_t joined_mm;
	struct fb_held_files *held;
	struct fb_locks locks;
	bool has_locks;
	struct fb_thread_words bases; /* by where user space has its struct pthread */
	struct fb_thread_words ends;  /* by the word that the kernel clears at the thread's end */
	uint64_t searched;            /* mappings looked through for owners of shared locks */
	uint64_t watched;             /* files looked at for epoll and poll, of all threads */
	struct fb_inner_tid *inner;   /* ascending */
	size_t inner_count;
	struct fb_wait_child *children; /* in order of (parent, PID) */
	size_t child_count;
	struct fb_wait_queues queues;
	struct fb_wait_superblock *superblocks; /* ascending */
	size_t superblock_count;
	bool has_superblocks;
	struct fb_wait_worker *workers;
	size_t worker_count;
	bool has_workers;
	struct fb_wait_symbols *symbols;
	struct fb_wait_tcp *tcp;
};

/* A wait of the thread, filled in but for object and detail. kind is static. */
struct fb_wait fb_wait_of_blocked(const struct fb_wait_finder *finder,
				  const struct fb_blocked *blocked, const char *kind);
/* The task whose task_struct is at that address, "(flags <= 7)" taken off; NULL. */
const struct fb_task *fb_wait_task_at(const struct fb_wait_finder *finder, uint64_t address);

/* The joined space of the thread's process; kept until another process's is asked for.
 * FB_ABSENT where it has no memory. */
FB_MUST_CHECK struct fb_error *fb_wait_process(struct fb_wait_finder *finder,
					       const struct fb_task *task,
					       struct fb_joined **joined_ret);
/* Names an address of that process: "A", "A+0x10" as a symbol of a mapped object under --sysroot,
 * else "". */
FB_MUST_CHECK struct fb_error *fb_wait_user_symbol(struct fb_wait_finder *finder,
						   const struct fb_task *task,
						   struct fb_joined *joined, uint64_t address,
						   char *to, size_t size);
void fb_wait_symbols_destroy(struct fb_wait_symbols *symbols);
void fb_wait_tcp_destroy(struct fb_wait_tcp *tcp);

/* Descriptor fd of the thread: its struct file. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_fd(struct fb_wait_finder *finder,
					  const struct fb_blocked *blocked, uint64_t fd,
					  uint64_t *file_ret);
FB_MUST_CHECK struct fb_error *fb_wait_held(struct fb_wait_finder *finder,
					    struct fb_held_files **held_ret);
/* Printable path of a file as the thread sees it; "" where it cannot be read. to holds
 * FB_WAIT_PATH. */
#define FB_WAIT_PATH 512u
void fb_wait_path(struct fb_wait_finder *finder, const struct fb_task *task, uint64_t file,
		  char *to);

/* The rt_mutex that a task is queued at, FB_NOT_FOUND where it is at none; and its owner, added to
 * the object. */
FB_MUST_CHECK struct fb_error *fb_wait_rt_lock(struct fb_wait_finder *finder,
					       const struct fb_task *task, uint64_t *lock_ret);
FB_MUST_CHECK struct fb_error *fb_wait_add_rt_owner(struct fb_wait_finder *finder, uint64_t lock,
						    size_t object);

/* The recognisers, one for each family. */
struct fb_error *fb_wait_futex(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_file_lock(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_pipe(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_fifo_open(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_socket(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_eventfd(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_children(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_vfork(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_tracer(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_mutex(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_rwsem(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_semaphore(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_rt_mutex(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_percpu_rwsem(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked);
/* Adds to each frozen file system since when it is, at least. */
struct fb_error *fb_wait_date_freezes(struct fb_wait_finder *finder);
struct fb_error *fb_wait_epoll(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_poll(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_page(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_buffer(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_journal(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
