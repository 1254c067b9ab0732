/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System V semaphore sets, shared memory and message queues, and POSIX message queues, of all IPC namespaces that a
 * task is in, as ipcs shows them (ipc/util.h, include/linux/ipc_namespace.h); and which threads wait for them. Called
 * by the command ipcs, and for threads that wait for such an object.
 */
#ifndef FB_KERNEL_IPC_H
#define FB_KERNEL_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

enum fb_ipc_wait {
	FB_IPC_SEMAPHORE, /* in semop() */
	FB_IPC_RECEIVE,   /* for a message */
	FB_IPC_SEND,      /* for room for a message */
};

struct fb_ipc_waiter {
	enum fb_ipc_wait kind;
	const struct fb_task *task; /* of the task table; NULL: it is not known */
	uint64_t address;           /* of its task_struct */
};

struct fb_ipc_semaphore {
	int32_t value;
	int32_t pid; /* of who changed it last, the host's number; 0: none, or unknown */
};

/* A process that has taken from a semaphore with SEM_UNDO, and not given back. */
struct fb_ipc_holder {
	const struct fb_task *task; /* of the task table: a thread of it; NULL: it is not known */
	uint32_t number;            /* of the semaphore in its set */
	int32_t units;              /* how much it has taken */
};

enum fb_ipc_kind {
	FB_IPC_SEMAPHORE_SET,
	FB_IPC_SHARED_MEMORY,
	FB_IPC_MESSAGE_QUEUE,
	FB_IPC_POSIX_QUEUE,
	FB_IPC_KINDS,
};

/* One object. What another kind has is 0. Times are in seconds since the epoch, 0: never. */
struct fb_ipc_object {
	enum fb_ipc_kind kind;
	/* of the struct sem_array, shmid_kernel, msg_queue, or mqueue_inode_info */
	uint64_t address;
	/* Not of POSIX queues. */
	int32_t id;
	uint32_t key,
		mode; /* mode: permissions, and of shared memory SHM_DEST (01000) and SHM_LOCKED (02000) */
	uint32_t uid, gid, creator_uid, creator_gid; /* in the host's user namespace */
	int64_t changed;

	/* Semaphore sets */
	struct fb_ipc_semaphore *semaphores; /* owned; the first of the set, all that can be read */
	size_t semaphore_count;
	uint32_t set_size; /* semaphores that the set has; 0: unknown */
	int64_t operated;
	struct fb_ipc_holder *holders; /* owned; known only of who uses SEM_UNDO */
	size_t holder_count;

	/* Shared memory, in bytes */
	uint64_t size, attaches, resident, swapped;
	bool resident_known, swapped_known;
	int64_t attached, detached;
	int32_t creator_pid, last_pid; /* host's numbers; 0: none, or ended */

	/* Message queues of both sorts */
	uint64_t bytes, messages;
	uint64_t most_bytes;                  /* System V */
	uint64_t most_messages, message_size; /* POSIX: at most so many, of so many bytes each */
	int32_t sender_pid, receiver_pid;     /* who sent and received last; 0: none, or ended */
	int64_t sent, received;
	char *name; /* POSIX: its file's name; owned, raw. NULL: unknown */

	struct fb_ipc_waiter *waiters; /* owned */
	size_t waiter_count;
};

struct fb_ipc_namespace {
	uint64_t address;
	uint64_t inode; /* as in /proc/PID/ns/ipc; 0: unknown */
	int32_t pid;    /* a process in it; 0: the initial one, in which none was found */
	struct fb_ipc_object *objects; /* owned; by kind, and in each in the kernel's order */
	size_t count, room;
};

struct fb_ipc {
	struct fb_ipc_namespace *namespaces; /* owned; the initial one first */
	size_t count;
};

/* What cannot be read is left out, with a warning. FB_NOT_FOUND where types or symbols are missing. tasks is borrowed
 * for the result's life. The caller frees the result with fb_ipc_deinit(). */
FB_MUST_CHECK struct fb_error *fb_ipc_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
					   struct fb_ipc *ipc_ret);
void fb_ipc_deinit(struct fb_ipc *ipc);

/* Reads single System V objects, to which something else than their namespace led. kernel and tasks are borrowed for
 * its life. FB_NOMEM. */
struct fb_ipc_reader;
FB_MUST_CHECK struct fb_error *fb_ipc_reader_create(struct fb_kernel *kernel,
						    const struct fb_tasks *tasks,
						    struct fb_ipc_reader **reader_ret);
void fb_ipc_reader_destroy(struct fb_ipc_reader *reader);
/* The object of that kind whose struct (sem_array, shmid_kernel, msg_queue) is at address. Its number, key and owners
 * are always read; what else cannot be read is missing, with a warning. FB_NOT_FOUND where types are missing. The
 * caller frees it with fb_ipc_object_deinit(). */
FB_MUST_CHECK struct fb_error *fb_ipc_read_at(struct fb_ipc_reader *reader, enum fb_ipc_kind kind,
					      uint64_t address, struct fb_ipc_object *object_ret);
void fb_ipc_object_deinit(struct fb_ipc_object *object);

#endif
