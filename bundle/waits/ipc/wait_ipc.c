// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for System V and POSIX message queues. Queues are identified by their addresses, because
 * the same number can occur in two IPC namespaces. Every process that has the number may send, so that no owner is
 * certain. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_open_file.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/ipc/recognise.h"
#include "bundle/waits/ipc/wait_ipc_object.h"

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
	uint64_t waiter = 0, head = 0;
	bool fresh = false;
	struct fb_error *err = fb_layout_require(within);

	if (!err)
		err = sends ? fb_wait_ipc_queue(finder, blocked, &layout->msg_sender_list,
						&layout->msg_sender_task, &waiter, &head)
			    : fb_wait_ipc_queue(finder, blocked, &layout->msg_receiver_list,
						&layout->msg_receiver_task, &waiter, &head);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "message queue", head - within->offset,
					   0, &wait.object, &fresh);
	if (!err && fresh)
		err = fb_wait_ipc_read(finder, FB_IPC_MESSAGE_QUEUE, head - within->offset, &queue);
	if (!err && fresh)
		err = describe_message(&queue, &finder->graph.objects[wait.object]);
	fb_ipc_object_deinit(&queue);
	wait.evidence = "the queue that its structure on the kernel stack is in";
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
