// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for System V message queues and semaphore sets, and for POSIX message queues. Queues and
 * sets are identified by their addresses, because the same number can occur in two IPC namespaces. Every process that
 * has the number may send, so that no owner is certain. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_open_file.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/ipc/recognise.h"

/* Semaphores at the start of a set that a wait is looked for at: the kernel allows 32,000, programs use
 * few, and each costs a read for each waiter. */
#define MOST_SEMAPHORES 256u

/* The head of the list that the thread's structure of this type is in. */
static struct fb_error *find_head(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  const char *type, const char *list, const char *task,
				  uint64_t *head_ret)
{
	struct fb_wait_entry entry;
	uint64_t waiter;
	struct fb_error *err = fb_wait_member(finder, type, list, &entry.list);

	if (!err)
		err = fb_wait_member(finder, type, task, &entry.task);
	if (err)
		return err;
	entry.size = (entry.list + 8 > entry.task ? entry.list + 8 : entry.task) + 8;
	err = fb_wait_entry_find(finder->kernel, &entry, blocked->task->address, blocked->low,
				 blocked->high, &waiter);
	return err ? err : fb_wait_queue_head(finder, &entry, waiter, head_ret);
}

/* The host's number of a struct pid; 0: none, or not to be read. */
static struct fb_error *number_of(struct fb_wait_finder *finder, uint64_t base, const char *type,
				  const char *member, int32_t *number_ret)
{
	uint64_t pid = 0;
	struct fb_error *err = fb_wait_value(finder, base, type, member, &pid);

	*number_ret = 0;
	if (!err && pid)
		err = fb_wait_pid_number(finder, pid, number_ret);
	return fb_part_skip(err);
}

static struct fb_error *describe_message(struct fb_wait_finder *finder, uint64_t queue,
					 size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	uint64_t id, key;
	int32_t sender = 0, receiver = 0;
	struct fb_error *err = fb_wait_value(finder, queue, "msg_queue", "q_perm.id", &id);

	if (!err)
		err = fb_wait_value(finder, queue, "msg_queue", "q_perm.key", &key);
	if (!err)
		err = number_of(finder, queue, "msg_queue", "q_lspid", &sender);
	if (!err)
		err = number_of(finder, queue, "msg_queue", "q_lrpid", &receiver);
	if (err)
		return err;
	object->others = true;
	err = fb_wait_text(&object->name, "message queue %" PRId32 ", key 0x%" PRIx64, (int32_t)id,
			   key);
	if (!err && sender)
		err = fb_wait_append(&object->detail, "last sent to by PID %" PRId32, sender);
	if (!err && receiver)
		err = fb_wait_append(&object->detail, "last received from by PID %" PRId32,
				     receiver);
	return err ? err
		   : fb_wait_text(&object->need,
				  "any process of its IPC namespace that may use the queue");
}

struct fb_error *fb_wait_message(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	bool sends = !strcmp(blocked->site->kind, "msgsnd");
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	uint64_t head, queue;
	uint32_t list;
	bool fresh;
	struct fb_error *err;

	err = sends ? find_head(finder, blocked, "msg_sender", "list", "tsk", &head)
		    : find_head(finder, blocked, "msg_receiver", "r_list", "r_tsk", &head);
	if (!err)
		err = fb_wait_member(finder, "msg_queue", sends ? "q_senders" : "q_receivers",
				     &list);
	if (err)
		return err;
	queue = head - list;
	wait.evidence = "the queue that its structure on the kernel stack is in";
	err = fb_wait_graph_object(&finder->graph, "message queue", queue, 0, &wait.object, &fresh);
	if (!err && fresh)
		err = describe_message(finder, queue, wait.object);
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

/* Whether a semaphore set of the number that the call names is there. Notes in *absence where that cannot be
 * known. */
static struct fb_error *is_set(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
			       uint64_t set, bool *is_ret, struct fb_wait_absence *absence)
{
	uint64_t id = 0;
	struct fb_error *err = fb_wait_value(finder, set, "sem_array", "sem_perm.id", &id);

	*is_ret = !err && blocked->has_regs && (uint32_t)id == (uint32_t)blocked->args[0];
	return fb_wait_absence_of(absence, err);
}

/* A thread waits in a list of the whole set, or of one semaphore of it: which one is not known, so that
 * the set is looked for before it, and believed by its number. */
static struct fb_error *find_set(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 uint64_t head, uint64_t *set_ret)
{
	static const char *const lists[] = {"pending_alter", "pending_const"};
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	uint32_t offset, first, own;
	bool is = false;
	struct fb_error *err = fb_wait_member(finder, "sem_array", "sems", &first);

	for (size_t i = 0; i < FB_ARRAY_SIZE(lists) && !err; i++) {
		err = fb_wait_member(finder, "sem_array", lists[i], &offset);
		if (!err)
			err = is_set(finder, blocked, head - offset, &is, &absence);
		if (is) {
			*set_ret = head - offset;
			return NULL;
		}
		if (!err)
			err = fb_wait_member(finder, "sem", lists[i], &own);
		for (uint32_t k = 0; !err && k < MOST_SEMAPHORES; k++) {
			/* struct sem is aligned to cache lines. */
			uint64_t set = head - own - first - k * 64ull;

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

struct fb_error *fb_wait_semop(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "semop");
	uint64_t head, set = 0, key = 0, count = 0;
	bool fresh;
	struct fb_error *err;

	err = find_head(finder, blocked, "sem_queue", "list", "sleeper", &head);
	if (!err)
		err = find_set(finder, blocked, head, &set);
	if (!err)
		err = fb_wait_value(finder, set, "sem_array", "sem_perm.key", &key);
	if (!err)
		err = fb_wait_value(finder, set, "sem_array", "sem_nsems", &count);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "semaphore set", set, 0, &wait.object,
					   &fresh);
	if (err)
		return err;
	wait.evidence = "the list that its structure on the kernel stack is in";
	if (fresh) {
		struct fb_wait_object *object = &finder->graph.objects[wait.object];

		object->others = true;
		err = fb_wait_text(&object->name,
				   "semaphore set %" PRId32 ", key 0x%" PRIx64 ", of %" PRIu64,
				   (int32_t)blocked->args[0], key, count);
		if (!err)
			err = fb_wait_text(&object->need, "any process of its IPC namespace that "
							  "may use the set");
	}
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
