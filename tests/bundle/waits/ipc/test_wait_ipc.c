// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that wait at message queues. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/ipc/recognise.h"
#include "kernel/files/held_files.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"

#define RECEIVERS 64u
#define SENDERS 80u

static void put_perm_fields(struct made_kernel *made)
{
	MADE_FIELD(made, ipc_id, 4, 4);
	MADE_FIELD(made, ipc_key, 8, 4);
	MADE_FIELD(made, ipc_uid, 12, 4);
	MADE_FIELD(made, ipc_gid, 16, 4);
	MADE_FIELD(made, ipc_creator_uid, 20, 4);
	MADE_FIELD(made, ipc_creator_gid, 24, 4);
	MADE_FIELD(made, ipc_mode, 28, 2);
	MADE_FIELD(made, pid_numbers, 48, 0); /* an array without an end */
	MADE_FIELD(made, upid_nr, 4, 4);
}

/* list: where in a waiter's structure its list_head is; its task is behind it, or at 0. */
static void put_queue_fields(struct made_kernel *made, uint32_t list)
{
	uint32_t task = list ? 0 : 16;

	put_perm_fields(made);
	MADE_FIELD(made, msgq_perm, 0, 32);
	MADE_FIELD(made, msgq_sender_pid, 32, 8);
	MADE_FIELD(made, msgq_receiver_pid, 40, 8);
	MADE_FIELD(made, msgq_sent, 48, 8);
	MADE_FIELD(made, msgq_received, 56, 8);
	MADE_FIELD(made, msgq_receivers, RECEIVERS, 16);
	MADE_FIELD(made, msgq_senders, SENDERS, 16);
	MADE_FIELD(made, msgq_changed, 96, 8);
	MADE_FIELD(made, msgq_bytes, 104, 8);
	MADE_FIELD(made, msgq_messages, 112, 8);
	MADE_FIELD(made, msgq_most_bytes, 120, 8);
	MADE_FIELD(made, msg_receiver_list, list, 16);
	MADE_FIELD(made, msg_receiver_task, task, 8);
	MADE_FIELD(made, msg_sender_list, list, 16);
	MADE_FIELD(made, msg_sender_task, task, 8);
}

/* A thread whose structure is in the list, at the end of the part of its stack that is looked through. */
static struct fb_blocked queued(struct made_waits *w, uint64_t head, uint32_t list,
				const char *kind)
{
	struct fb_task *task = made_waits_task(w, 10, 10, "waiter");
	uint64_t waiter = made_waits_frame(task);
	struct fb_blocked blocked = made_waits_blocked(w, task, kind);

	made_put(w->made, waiter + (list ? 0 : 16), task->address, 8);
	made_list_add(w->made, head, waiter + list);
	blocked.high = waiter + 24;
	return blocked;
}

static uint64_t put_pid(struct made_waits *w, uint64_t number)
{
	uint64_t pid = made_alloc(w->made, 64);

	made_put(w->made, pid + 52, number, 4);
	return pid;
}

/* Message queue 3, marks[0]; sender and receiver: the last ones, 0: none. */
static struct fb_blocked at_queue(struct made_waits *w, const char *kind, uint32_t list,
				  uint64_t sender, uint64_t receiver)
{
	uint64_t queue = made_alloc(w->made, 128);

	put_queue_fields(w->made, list);
	w->marks[0] = queue;
	made_list_init(w->made, queue + RECEIVERS);
	made_list_init(w->made, queue + SENDERS);
	made_put(w->made, queue + 4, 3, 4);
	made_put(w->made, queue + 8, 0x3ab, 4);
	made_put(w->made, queue + 32, sender ? put_pid(w, sender) : 0, 8);
	made_put(w->made, queue + 40, receiver ? put_pid(w, receiver) : 0, 8);
	return queued(w, queue + (!strcmp(kind, "msgsnd") ? SENDERS : RECEIVERS), list, kind);
}

static struct fb_blocked receiving(struct made_waits *w)
{
	return at_queue(w, "msgrcv", 0, 4711, 0);
}

static struct fb_blocked receiving_list_second(struct made_waits *w)
{
	return at_queue(w, "msgrcv", 8, 0, 0);
}

static struct fb_blocked sending(struct made_waits *w)
{
	return at_queue(w, "msgsnd", 0, 4711, 12);
}

static void tells_the_queue_of_a_message(void)
{
#define QUEUE                                                                                      \
	.object = "message queue {0} 0x0", .name = "message queue 3, key 0x3ab",                   \
	.need = "any process of its IPC namespace that may use the queue", .flags = "others sure", \
	.evidence = "the queue that its structure on the kernel stack is in"
	static const struct made_scene scenes[] = {
		{receiving,
		 fb_wait_message,
		 {QUEUE, .kind = "msgrcv", .detail = "last sent to by PID 4711"}},
		{receiving_list_second, fb_wait_message, {QUEUE, .kind = "msgrcv"}},
		{sending,
		 fb_wait_message,
		 {QUEUE, .kind = "msgsnd",
		  .detail = "last sent to by PID 4711; last received from by PID 12"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void receivers_of_a_queue_wait_together(void)
{
	struct fb_blocked blocked;
	struct made_waits w;

	made_waits_begin(&w);
	blocked = receiving(&w);
	FB_OK_FATAL(fb_wait_message(&w.finder, &blocked));
	FB_OK_FATAL(fb_wait_message(&w.finder, &blocked));
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
	CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].detail, "last sent to by PID 4711");
	made_waits_end(&w);
}

/* Queue /it, of which 10 has descriptor 3, 20 its reading end and 30 its writing end; 40 has another. */
static struct fb_blocked at_posix_queue(struct made_waits *w, int64_t syscall, uint64_t fd)
{
	struct fb_task *waiter = made_waits_task(w, 10, 10, "waiter");
	struct fb_task *reader = made_waits_task(w, 20, 20, "reader");
	struct fb_task *writer = made_waits_task(w, 30, 30, "writer");
	struct fb_task *other = made_waits_task(w, 40, 40, "other");
	struct fb_blocked blocked = made_waits_blocked(w, waiter, "mq-receive");
	uint64_t own, read, written;

	made_open_files_members(w);
	own = made_open_file(w, 0, S_IFREG | 0600, 0);
	memcpy(&w->marks[0], made_at(w->made, own + 32), 8);
	read = made_open_file(w, 0, S_IFREG | 0600, FB_FMODE_READ);
	written = made_open_file(w, 0, S_IFREG | 0600, FB_FMODE_WRITE);
	MADE_SET(w->made, read, file_inode, w->marks[0]);
	MADE_SET(w->made, written, file_inode, w->marks[0]);
	made_open_fd(w, waiter, 3, own);
	made_open_fd(w, reader, 3, read);
	made_open_fd(w, writer, 3, written);
	made_open_fd(w, other, 3, made_open_file(w, 0, S_IFREG | 0600, 3));
	made_waits_call(&blocked, syscall, fd, 0, 0, 0);
	return blocked;
}

static struct fb_blocked receiving_posix(struct made_waits *w)
{
	return at_posix_queue(w, SYS_mq_timedreceive, 3);
}

static struct fb_blocked sending_posix(struct made_waits *w)
{
	return at_posix_queue(w, SYS_mq_timedsend, 3);
}

static struct fb_blocked in_another_call(struct made_waits *w)
{
	return at_posix_queue(w, SYS_exit_group, 3);
}

static struct fb_blocked at_a_closed_one(struct made_waits *w)
{
	return at_posix_queue(w, SYS_mq_timedsend, 4);
}

static void tells_the_posix_queue(void)
{
#define POSIX                                                                              \
	.name = "POSIX message queue /it", .flags = "others certain sure", .wait = "fd 3", \
	.evidence = "its descriptor, and all open files of the queue"
	static const struct made_scene scenes[] = {
		{receiving_posix,
		 fb_wait_posix_queue,
		 {POSIX, .kind = "mq-receive", .object = "posix queue {0} 0x0", .owners = "30p"}},
		{sending_posix,
		 fb_wait_posix_queue,
		 {POSIX, .kind = "mq-send", .object = "posix queue {0} 0x1", .owners = "20p"}},
	};
	static const struct made_scene refused[] = {
		{in_another_call,
		 fb_wait_posix_queue,
		 {.code = FB_NOT_FOUND, .error = "its system call names no message queue"}},
		{at_a_closed_one, fb_wait_posix_queue, {.code = FB_NOT_FOUND, .error = "4"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

static void both_ways_of_a_posix_queue_are_two_objects(void)
{
	struct fb_blocked blocked;
	struct made_waits w;

	made_waits_begin(&w);
	blocked = receiving_posix(&w);
	for (int i = 0; i < 4; i++) {
		blocked.syscall = i % 2 ? SYS_mq_timedsend : SYS_mq_timedreceive;
		FB_OK_FATAL(fb_wait_posix_queue(&w.finder, &blocked));
	}
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 2);
	CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, 2);
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_ipc", FB_TEST(tells_the_queue_of_a_message),
	     FB_TEST(receivers_of_a_queue_wait_together), FB_TEST(tells_the_posix_queue),
	     FB_TEST(both_ways_of_a_posix_queue_are_two_objects))
