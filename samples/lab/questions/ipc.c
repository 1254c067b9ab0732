// SPDX-License-Identifier: GPL-2.0-or-later
// Queues and semaphores that many wait for: a semaphore that one process holds, a message queue of System V that is
// full and one that is empty, a full POSIX queue.
#include "questions.h"

#include <fcntl.h>
#include <mqueue.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <unistd.h>

#define WAITERS 3
#define MESSAGE 1024

struct wait_for {
	const char *name;
	int id;
};

static void take(void *argument)
{
	const struct wait_for *want = argument;
	struct sembuf down = {.sem_num = 1, .sem_op = -1, .sem_flg = SEM_UNDO};

	note("wait actor=%s tid=%d kind=semop object=sem:%d owner=%d", want->name, host_tid(),
	     want->id, getppid());
	while (semop(want->id, &down, 1) != 0)
		;
}

static void hold_semaphore(const char *name)
{
	struct wait_for want = {name, semget(IPC_PRIVATE, 2, IPC_CREAT | 0600)};
	struct sembuf down = {.sem_num = 1, .sem_op = -1, .sem_flg = SEM_UNDO};

	name_self("sem-holder");
	need(want.id >= 0 && semctl(want.id, 1, SETVAL, 1) == 0, "semget");
	need(semop(want.id, &down, 1) == 0, "semop");
	for (int i = 0; i < WAITERS; i++)
		fork_child("sem-waiter", take, &want);
	settle(500);
	note("semaphore actor=%s id=%d number=1 value=0 holder=%d waiters=%d", name, want.id,
	     getpid(), WAITERS);
	ready(name);
}

struct message {
	long type;
	char text[MESSAGE];
};

static void put(void *argument)
{
	const struct wait_for *want = argument;
	struct message message = {.type = 1};

	note("wait actor=%s tid=%d kind=msgsnd object=msg:%d owner=-", want->name, host_tid(),
	     want->id);
	while (msgsnd(want->id, &message, MESSAGE, 0) != 0)
		;
}

static void get(void *argument)
{
	const struct wait_for *want = argument;
	struct message message;

	note("wait actor=%s tid=%d kind=msgrcv object=msg:%d owner=-", want->name, host_tid(),
	     want->id);
	while (msgrcv(want->id, &message, MESSAGE, 0, 0) < 0)
		;
}

static void fill_queue(const char *name)
{
	struct wait_for want = {name, msgget(IPC_PRIVATE, IPC_CREAT | 0600)};
	struct message message = {.type = 1};
	int messages = 0;

	name_self("queue-filler");
	need(want.id >= 0, "msgget");
	memset(message.text, 'q', sizeof(message.text));
	while (msgsnd(want.id, &message, MESSAGE, IPC_NOWAIT) == 0)
		messages++;
	for (int i = 0; i < WAITERS; i++)
		fork_child("msg-sender", put, &want);
	settle(500);
	note("queue actor=%s id=%d messages=%d bytes=%d senders=%d receivers=0", name, want.id,
	     messages, messages * MESSAGE, WAITERS);
	ready(name);
}

static void empty_queue(const char *name)
{
	struct wait_for want = {name, msgget(IPC_PRIVATE, IPC_CREAT | 0600)};

	name_self("queue-owner");
	need(want.id >= 0, "msgget");
	for (int i = 0; i < WAITERS; i++)
		fork_child("msg-receiver", get, &want);
	settle(500);
	note("queue actor=%s id=%d messages=0 bytes=0 senders=0 receivers=%d", name, want.id,
	     WAITERS);
	ready(name);
}

static void fill_posix_queue(const char *name)
{
	char message[64] = "";
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = sizeof(message)};
	mqd_t queue = mq_open("/questions", O_RDWR | O_CREAT, 0600, &attr);

	name_self("mq-sender");
	need(queue >= 0, "mq_open");
	for (int i = 0; i < 4; i++)
		need(mq_send(queue, message, sizeof(message), 0) == 0, "mq_send");
	note("wait actor=%s tid=%d kind=mq-send object=/questions owner=-", name, host_tid());
	note("posix-queue actor=%s name=/questions messages=4 senders=1", name);
	ready(name);
	while (mq_send(queue, message, sizeof(message), 0) != 0)
		;
}

const struct actor ipc_questions[] = {
	{"SEM", hold_semaphore},   {"MQS", fill_queue}, {"MQR", empty_queue},
	{"PMQ", fill_posix_queue}, {NULL, NULL},
};
