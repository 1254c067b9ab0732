// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for System V message queues and semaphore sets, and for POSIX message queues. Queues and
 * sets are identified by their addresses, because the same number can occur in two IPC namespaces. Every process that
 * has the number may send, so that no owner is certain. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_open_file.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/ipc/recognise.h"
#include "kernel/ipc/ipc.h"

/* Semaphores at the start of a set that a wait is looked for at: the kernel allows 32,000, programs use
 * few, and each costs a read for each waiter. */
#define MOST_SEMAPHORES 256u

/* The reader of objects, made when the first thread waits for one. */
struct objects {
	struct fb_ipc_reader *reader; /* owned */
};

static void deinit(void *state)
{
	struct objects *objects = state;

	fb_ipc_reader_destroy(objects->reader);
}

static const struct fb_wait_state OBJECTS = {sizeof(struct objects), deinit};

static struct fb_error *read_object(struct fb_wait_finder *finder, enum fb_ipc_kind kind,
				    uint64_t address, struct fb_ipc_object *object_ret)
{
	struct objects *objects;
	struct fb_error *err = fb_wait_state(finder, &OBJECTS, &objects);

	if (!err && !objects->reader)
		err = fb_ipc_reader_create(finder->kernel, finder->tasks, &objects->reader);
	return err ? err : fb_ipc_read_at(objects->reader, kind, address, object_ret);
}

/* The head of the list that the thread's structure on its stack is in. list and task: where such a structure has its
 * link and its task. */
static struct fb_error *find_head(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  const struct fb_field *list, const struct fb_field *task,
				  uint64_t *head_ret)
{
	const struct fb_wait_entry entry = {
		.list = list->offset,
		.task = task->offset,
		.size = (list->offset + 8 > task->offset ? list->offset + 8 : task->offset) + 8,
	};
	uint64_t waiter;
	struct fb_error *err = fb_layout_require(list);

	if (!err)
		err = fb_layout_require(task);
	if (!err)
		err = fb_wait_entry_find(finder->kernel, &entry, blocked->task->address,
					 blocked->low, blocked->high, &waiter);
	return err ? err : fb_wait_queue_head(finder, &entry, waiter, head_ret);
}

static struct fb_error *describe_message(const struct fb_ipc_object *queue,
					 struct fb_wait_object *object)
{
	struct fb_error *err = fb_wait_text(
		&object->name, "message queue %" PRId32 ", key 0x%" PRIx32, queue->id, queue->key);

	object->others = true;
	if (!err && queue->sender_pid)
		err = fb_wait_append(&object->detail, "last sent to by PID %" PRId32,
				     queue->sender_pid);
	if (!err && queue->receiver_pid)
		err = fb_wait_append(&object->detail, "last received from by PID %" PRId32,
				     queue->receiver_pid);
	return err ? err
		   : fb_wait_text(&object->need,
				  "any process of its IPC namespace that may use the queue");
}

struct fb_error *fb_wait_message(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	bool sends = !strcmp(blocked->site->kind, "msgsnd");
	const struct fb_field *within = sends ? &layout->msgq_senders : &layout->msgq_receivers;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	struct fb_ipc_object queue = {0};
	uint64_t head = 0;
	bool fresh = false;
	struct fb_error *err = fb_layout_require(within);

	if (!err)
		err = sends ? find_head(finder, blocked, &layout->msg_sender_list,
					&layout->msg_sender_task, &head)
			    : find_head(finder, blocked, &layout->msg_receiver_list,
					&layout->msg_receiver_task, &head);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "message queue", head - within->offset,
					   0, &wait.object, &fresh);
	if (!err && fresh)
		err = read_object(finder, FB_IPC_MESSAGE_QUEUE, head - within->offset, &queue);
	if (!err && fresh)
		err = describe_message(&queue, &finder->graph.objects[wait.object]);
	fb_ipc_object_deinit(&queue);
	wait.evidence = "the queue that its structure on the kernel stack is in";
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

/* Whether a semaphore set of the number that the call names is there. Notes in *absence where that cannot be
 * known. */
static struct fb_error *is_set(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
			       uint64_t set, bool *is_ret, struct fb_wait_absence *absence)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t id = 0;
	struct fb_error *err = fb_layout_require(&layout->semset_perm);

	if (!err)
		err = fb_kernel_field(finder->kernel, set + layout->semset_perm.offset,
				      &layout->ipc_id, &id);
	*is_ret = !err && blocked->has_regs && (uint32_t)id == (uint32_t)blocked->args[0];
	return fb_wait_absence_of(absence, err);
}

/* A thread waits in a list of the whole set, or of one semaphore of it: which one is not known, so that
 * the set is looked for before it, and believed by its number. */
static struct fb_error *find_set(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 uint64_t head, uint64_t *set_ret)
{
	const struct fb_layout *layout = finder->layout;
	const struct fb_field *const lists[][2] = {{&layout->semset_alter, &layout->sem_alter},
						   {&layout->semset_const, &layout->sem_const}};
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	bool is = false;
	struct fb_error *err = fb_layout_require(&layout->semset_semaphores);

	for (size_t i = 0; i < FB_ARRAY_SIZE(lists) && !err; i++) {
		err = fb_layout_require(lists[i][0]);
		if (!err)
			err = fb_layout_require(lists[i][1]);
		if (!err)
			err = is_set(finder, blocked, head - lists[i][0]->offset, &is, &absence);
		if (is) {
			*set_ret = head - lists[i][0]->offset;
			return NULL;
		}
		for (uint32_t k = 0; !err && k < MOST_SEMAPHORES; k++) {
			/* struct sem is aligned to cache lines. */
			uint64_t set = head - lists[i][1]->offset -
				       layout->semset_semaphores.offset -
				       (uint64_t)k * layout->sem.size;

			if (set % 64 == 0)
				err = is_set(finder, blocked, set, &is, &absence);
			if (is) {
				*set_ret = set;
				return NULL;
			}
		}
	}
	return err ? err
		   : fb_wait_none_error(&absence, "its semaphore set was not found",
					"a semaphore set has it in a list");
}

static struct fb_error *describe_set(const struct fb_ipc_object *set, struct fb_wait_object *object)
{
	char size[32] = "";
	struct fb_error *err;

	if (set->set_size)
		snprintf(size, sizeof(size), ", of %" PRIu32, set->set_size);
	object->others = true;
	err = fb_wait_text(&object->name, "semaphore set %" PRId32 ", key 0x%" PRIx32 "%s", set->id,
			   set->key, size);
	return err ? err
		   : fb_wait_text(&object->need,
				  "any process of its IPC namespace that may use the set");
}

struct fb_error *fb_wait_semop(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "semop");
	struct fb_ipc_object object = {0};
	uint64_t head, set = 0;
	bool fresh = false;
	struct fb_error *err;

	err = find_head(finder, blocked, &finder->layout->sem_queue_list,
			&finder->layout->sem_queue_task, &head);
	if (!err)
		err = find_set(finder, blocked, head, &set);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "semaphore set", set, 0, &wait.object,
					   &fresh);
	if (!err && fresh)
		err = read_object(finder, FB_IPC_SEMAPHORE_SET, set, &object);
	if (!err && fresh)
		err = describe_set(&object, &finder->graph.objects[wait.object]);
	fb_ipc_object_deinit(&object);
	wait.evidence = "the list that its structure on the kernel stack is in";
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

struct fb_error *fb_wait_posix_queue(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked)
{
	bool sends = fb_wait_descriptor(blocked, true) >= 0;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, sends ? "mq-send" : "mq-receive");
	int64_t fd = fb_wait_descriptor(blocked, sends);
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	uint64_t file, inode;
	char path[FB_WAIT_PATH];
	bool fresh;
	struct fb_error *err;

	if (fd < 0)
		return fb_error_create(FB_NOT_FOUND, "its system call names no message queue");
	err = fb_wait_fd(finder, blocked, (uint64_t)fd, &file);
	if (!err)
		err = fb_kernel_field(finder->kernel, file, &finder->layout->file_inode, &inode);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "posix queue", inode, sends,
					   &wait.object, &fresh);
	if (err)
		return err;
	wait.evidence = "its descriptor, and all open files of the queue";
	if (fresh) {
		struct fb_wait_object *object = &finder->graph.objects[wait.object];

		err = fb_wait_path(finder, blocked->task, file, path, &absence);
		object->others = true; /* any process may open it by its name */
		object->certain = true;
		if (!err)
			err = *path ? fb_wait_text(&object->name, "POSIX message queue %s", path)
				    : fb_wait_text(&object->name, "POSIX message queue 0x%" PRIx64,
						   inode);
		if (!err && !absence.known)
			err = fb_wait_append(&object->detail, "its path cannot be known: %s",
					     absence.because);
		if (!err)
			err = fb_wait_add_holders(finder, wait.object, 0, inode,
						  sends ? FB_FMODE_READ : FB_FMODE_WRITE);
	}
	if (!err)
		err = fb_wait_text(&wait.detail, "fd %" PRId64, fd);
	if (!err)
		return fb_wait_graph_add(&finder->graph, &wait);
	free(wait.detail);
	return err;
}
