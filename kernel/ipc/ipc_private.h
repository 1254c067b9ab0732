/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of kernel/ipc share. Not for other rooms. */
#ifndef FB_KERNEL_IPC_PRIVATE_H
#define FB_KERNEL_IPC_PRIVATE_H

#include "kernel/ipc/ipc.h"

/* The sem_undo_list of a process. */
struct fb_ipc_undo_list {
	uint64_t address;
	const struct fb_task *task;
};

/* What reads objects, those of one namespace after the other. */
struct fb_ipc_reader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_ipc_namespace *namespace; /* to which objects are added; NULL: to none */
	uint64_t steps;      /* entries of lists that may still be read, of all objects */
	uint64_t semaphores; /* likewise semaphores */
	struct fb_ipc_undo_list
		*undo_lists; /* owned by ipc.c; NULL until ipc_undo.c wants them; by address */
	size_t undo_list_count;
};

/* A number that is read from an object: its place in the kernel and here. */
struct fb_ipc_number {
	const struct fb_field *field;
	void *to;
	size_t size; /* of `to`: 4 or 8 */
};
/* ipc_read.c: reads numbers of the struct at base. The first error ends it. */
FB_MUST_CHECK struct fb_error *fb_ipc_numbers(const struct fb_ipc_reader *reader, uint64_t base,
					      const struct fb_ipc_number *numbers, size_t count);
/* The host's number of the struct pid that a member of the struct at base points to; 0: none, or not to be read. Only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ipc_pid(const struct fb_ipc_reader *reader, uint64_t base,
					  const struct fb_field *field, int32_t *pid_ret);
/* Adds the threads whose structures are in the list with this head. list and task: where these structures have their
 * link and their task_struct's address. */
FB_MUST_CHECK struct fb_error *fb_ipc_waiters(struct fb_ipc_reader *reader, uint64_t head,
					      const struct fb_field *list,
					      const struct fb_field *task, enum fb_ipc_wait kind,
					      struct fb_ipc_object *object);
/* Adds an object, which it takes over. FB_NOMEM; the object is then freed. */
FB_MUST_CHECK struct fb_error *fb_ipc_add(struct fb_ipc_reader *reader,
					  struct fb_ipc_object *object);

/* ipc_objects.c: reads the object whose kern_ipc_perm is at perm. Members are left unknown only where that is said of
 * them. */
FB_MUST_CHECK struct fb_error *fb_ipc_read_object(struct fb_ipc_reader *reader,
						  enum fb_ipc_kind kind, uint64_t perm,
						  struct fb_ipc_object *object_ret);
/* ipc_undo.c: adds who holds semaphores of the set, which have been read. FB_NOT_FOUND where types are missing. */
FB_MUST_CHECK struct fb_error *fb_ipc_read_holders(struct fb_ipc_reader *reader,
						   struct fb_ipc_object *object);
/* ipc_posix.c: adds the POSIX queues of the namespace. */
FB_MUST_CHECK struct fb_error *fb_ipc_add_posix(struct fb_ipc_reader *reader);

#endif
