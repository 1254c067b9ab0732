// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that wait at queues that no process owns: System V, POSIX, a FIFO without another end.
#include "actor.h"

#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void semaphore_set(const char *name)
{
	struct sembuf down = {.sem_num = 0, .sem_op = -1};
	int id = semget(0x3aa, 1, IPC_CREAT | 0600);

	need(id >= 0, "semget");
	name_self("semop-waiter");
	note("wait actor=%s tid=%d kind=semop object=sem:%d owner=-", name, host_tid(), id);
	ready(name);
	while (semop(id, &down, 1) != 0)
		;
}

static void message_queue(const char *name)
{
	struct {
		long type;
		char text[16];
	} message;
	int id = msgget(0x3ab, IPC_CREAT | 0600);

	need(id >= 0, "msgget");
	name_self("msgrcv-waiter");
	note("wait actor=%s tid=%d kind=msgrcv object=msg:%d owner=-", name, host_tid(), id);
	ready(name);
	while (msgrcv(id, &message, sizeof(message.text), 0, 0) < 0)
		;
}

static void posix_queue(const char *name)
{
	char message[64];
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = sizeof(message)};
	mqd_t queue = mq_open("/labmq", O_RDWR | O_CREAT, 0600, &attr);

	need(queue >= 0, "mq_open");
	name_self("mq-waiter");
	note("wait actor=%s tid=%d kind=mq-receive object=/labmq owner=-", name, host_tid());
	ready(name);
	while (mq_receive(queue, message, sizeof(message), NULL) < 0)
		;
}

static void fifo_opener(const char *name)
{
	need(mkfifo("/tmp/lone-fifo", 0600) == 0, "mkfifo");
	name_self("fifo-opener");
	note("wait actor=%s tid=%d kind=fifo-open object=- owner=- path=/tmp/lone-fifo", name,
	     host_tid());
	ready(name);
	open("/tmp/lone-fifo", O_RDONLY);
}

static void read_for_ever(int fd)
{
	char bytes[1024];

	need(fd >= 0, "a descriptor to read");
	while (read(fd, bytes, sizeof(bytes)) < 0)
		;
}

static void read_inotify(void *unused)
{
	int fd = inotify_init1(0);

	(void)unused;
	need(inotify_add_watch(fd, "/tmp", IN_DELETE_SELF) >= 0, "inotify");
	note("idle actor=IW tid=%d", host_tid());
	read_for_ever(fd);
}

static void read_timer(void *unused)
{
	struct itimerspec week = {.it_value.tv_sec = 604800};
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	(void)unused;
	need(timerfd_settime(fd, 0, &week, NULL) == 0, "timerfd_settime");
	note("idle actor=IW tid=%d", host_tid());
	read_for_ever(fd);
}

static void read_signal(void *unused)
{
	sigset_t set;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	note("idle actor=IW tid=%d", host_tid());
	read_for_ever(signalfd(-1, &set, 0));
}

// Threads that wait for nobody, each at another sort of descriptor.
static void idle_readers(const char *name)
{
	start_thread(&(struct thread){"inotify-reader", read_inotify, NULL});
	start_thread(&(struct thread){"timer-reader", read_timer, NULL});
	start_thread(&(struct thread){"signal-reader", read_signal, NULL});
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

const struct actor queue_actors[] = {
	{"SV", semaphore_set}, {"MR", message_queue}, {"MQ", posix_queue},
	{"FO", fifo_opener},   {"IW", idle_readers},  {NULL, NULL},
};
