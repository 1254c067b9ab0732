// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that wait for file locks and frozen file systems, and one with open files of many kinds.
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

static int open_scratch(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT, 0644);

	need(fd >= 0, path);
	return fd;
}

#define FLOCK_PATH "/tmp/flock"
#define FLOCK_OWNER "/tmp/flock.owner"
#define RECORD_PATH "/tmp/record"

static void leave_tid(const char *path)
{
	FILE *file = fopen(path, "we");

	need(file != NULL, path);
	fprintf(file, "%d\n", host_tid());
	fclose(file);
}

static int take_tid(const char *path)
{
	int tid = 0;

	for (int tries = 0; tries < 500 && tid == 0; tries++) {
		FILE *file = fopen(path, "re");
		if (file != NULL) {
			if (fscanf(file, "%d", &tid) != 1)
				tid = 0;
			fclose(file);
		}
		if (tid == 0)
			settle(20);
	}
	need(tid > 0, path);
	return tid;
}

static void flock_first(const char *name)
{
	int fd = open_scratch(FLOCK_PATH);

	name_self("lock-first");
	need(flock(fd, LOCK_EX) == 0, "flock");
	note("idle actor=%s tid=%d holds=%s", name, host_tid(), FLOCK_PATH);
	leave_tid(FLOCK_OWNER);
	ready(name);
}

static void flock_second(const char *name)
{
	int owner = take_tid(FLOCK_OWNER);
	int fd = open_scratch(FLOCK_PATH);

	name_self("lock-second");
	note("wait actor=%s tid=%d kind=flock object=fd:%d owner=%d path=%s", name, host_tid(), fd,
	     owner, FLOCK_PATH);
	ready(name);
	while (flock(fd, LOCK_EX) != 0)
		;
}

static struct flock record(short type)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = 100, .l_len = 50};
}

static void want_record(void *owner)
{
	struct flock range = record(F_WRLCK);
	int fd = open_scratch(RECORD_PATH);

	note("wait actor=PL tid=%d kind=posix-lock object=fd:%d owner=%d path=%s", host_tid(), fd,
	     *(int *)owner, RECORD_PATH);
	while (fcntl(fd, F_SETLKW, &range) != 0)
		;
}

static void record_lock(const char *name)
{
	static int owner;
	struct flock range = record(F_WRLCK);
	int fd = open_scratch(RECORD_PATH);

	owner = host_tid();
	name_self("record-owner");
	need(fcntl(fd, F_SETLK, &range) == 0, "F_SETLK");
	fork_child("record-wanter", want_record, &owner);
	note("idle actor=%s tid=%d holds=%s", name, owner, RECORD_PATH);
	ready(name);
}

#define FROZEN_SIGN "/tmp/frozen"

// The guest freezes /fz once this has opened its file, and then makes FROZEN_SIGN: the write sleeps in D state.
static void write_frozen(const char *name)
{
	int fd = open("/fz/file", O_WRONLY);

	need(fd >= 0, "/fz/file");
	name_self("frozen");
	ready("FZ-open");
	while (access(FROZEN_SIGN, F_OK) != 0)
		settle(50);
	note("wait actor=%s tid=%d kind=frozen object=fd:%d owner=- path=/fz", name, host_tid(),
	     fd);
	ready(name);
	need(write(fd, "x", 1) == 1, "/fz/file");
}

#define DIR_OWNER "/tmp/dir.owner"

// /in lies on a loop device whose file is on the frozen /fz, and directories there are written at once (dirsync).
// So mkdir sleeps until the journal commits, which it never does, and holds the directory's i_rwsem all the while.
static void hold_directory(const char *name)
{
	name_self("dir-holder");
	note("wait actor=%s tid=%d kind=jbd2-commit object=- owner=- path=/in/d holds=i_rwsem:/in/d",
	     name, host_tid());
	leave_tid(DIR_OWNER);
	ready(name);
	mkdir("/in/d/first", 0755);
}

static void want_directory(const char *name)
{
	int owner = take_tid(DIR_OWNER);

	settle(500);
	name_self("dir-wanter");
	note("wait actor=%s tid=%d kind=rwsem object=i_rwsem:/in/d owner=%d path=/in/d", name,
	     host_tid(), owner);
	ready(name);
	mkdir("/in/d/second", 0755);
}

// One descriptor of each kind that a dump's reader has to name; all kept open.
static void many_files(const char *name)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/tmp/listen.sock"};
	struct sockaddr_un hidden = {.sun_family = AF_UNIX, .sun_path = "\0hidden"};
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(5353)};
	struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(5454)};
	struct itimerspec hour = {.it_value.tv_sec = 3600};
	sigset_t set;
	int fds[2];

	int deleted = open_scratch("/tmp/deleted file");
	need(write(deleted, "gone\n", 5) == 5 && unlink("/tmp/deleted file") == 0, "deleted file");
	int spaced = open_scratch("/tmp/with\nnewline");
	need(lseek(spaced, 4096, SEEK_SET) == 4096, "lseek");
	int memory = memfd_create("lab-memfd", MFD_CLOEXEC);
	need(memory >= 0 && ftruncate(memory, 8192) == 0, "memfd_create");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	need(timerfd_settime(timer, 0, &hour, NULL) == 0, "timerfd_settime");
	need(eventfd(42, 0) >= 0 && signalfd(-1, &set, SFD_CLOEXEC) >= 0, "eventfd, signalfd");
	int notify = inotify_init1(0);
	need(notify >= 0 && inotify_add_watch(notify, "/tmp", IN_DELETE_SELF) >= 0, "inotify");
	need(pipe(fds) == 0, "pipe");
	need(mkfifo("/tmp/fifo", 0600) == 0 && open("/tmp/fifo", O_RDWR) >= 0, "fifo");
	need(open("/tmp", O_RDONLY | O_DIRECTORY) >= 0 && open("/tmp", O_PATH) >= 0, "open /tmp");
	need(open("/proc/self/status", O_RDONLY) >= 0, "open /proc/self/status");
	need(open("/dev/zero", O_RDONLY | O_NONBLOCK) >= 0, "open /dev/zero");
	need(syscall(SYS_pidfd_open, getpid(), 0) >= 0, "pidfd_open");
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	need(bind(listener, (struct sockaddr *)&path, sizeof(path)) == 0 &&
		     listen(listener, 1) == 0,
	     "unix listen");
	int abstract = socket(AF_UNIX, SOCK_DGRAM, 0);
	need(bind(abstract, (struct sockaddr *)&hidden, sizeof(sa_family_t) + 7) == 0,
	     "unix abstract");
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	need(bind(udp, (struct sockaddr *)&any, sizeof(any)) == 0, "udp");
	int tcp6 = socket(AF_INET6, SOCK_STREAM, 0);
	// A kernel without IPv6 is no reason to do without the rest.
	if (tcp6 >= 0)
		need(bind(tcp6, (struct sockaddr *)&any6, sizeof(any6)) == 0 &&
			     listen(tcp6, 1) == 0,
		     "tcp6");
	need(socket(AF_NETLINK, SOCK_RAW, 0) >= 0, "netlink");
	need(dup2(deleted, 63) == 63, "dup2");
	name_self("many-files");
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

const struct actor file_actors[] = {
	{"L1", flock_first},    {"L2", flock_second},   {"PL", record_lock}, {"FZ", write_frozen},
	{"D1", hold_directory}, {"D2", want_directory}, {"FD", many_files},  {NULL, NULL},
};
