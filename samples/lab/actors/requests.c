// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that wait for what a supervisor answers, and for requests that they gave to the kernel.
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/aio_abi.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>

#define GUARDED "/tmp/guarded"

static int parent_tid;

static void open_guarded(void *unused)
{
	(void)unused;
	settle(300);
	note("wait actor=FA tid=%d kind=fanotify object=- owner=%d path=%s", host_tid(), parent_tid,
	     GUARDED);
	open(GUARDED, O_RDONLY);
}

// Its parent has to allow each open() of a file, and does not.
static void permission(const char *name)
{
	int file = open(GUARDED, O_RDWR | O_CREAT, 0644);
	need(file >= 0, GUARDED);
	close(file);
	parent_tid = host_tid();
	fork_child("av-client", open_guarded, NULL);
	int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
	need(group >= 0 &&
		     fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, GUARDED) == 0,
	     "fanotify");
	name_self("av-daemon");
	note("idle actor=%s tid=%d", name, parent_tid);
	settle(800);
	ready(name);
}

static int listener_pipe[2];

static void ask_supervisor(void *unused)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	(void)unused;
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
	int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
	need(fd >= 0 && write(listener_pipe[1], &fd, sizeof(fd)) == sizeof(fd), "seccomp");
	settle(500);
	close(fd);
	note("wait actor=SC tid=%d kind=seccomp object=- owner=%d", host_tid(), parent_tid);
	syscall(SYS_getppid);
}

// Its child's getppid() is its own to answer, which it does not.
static void supervisor(const char *name)
{
	int fd = -1;

	parent_tid = host_tid();
	need(pipe(listener_pipe) == 0, "pipe");
	pid_t child = fork_child("sec-client", ask_supervisor, NULL);
	need(read(listener_pipe[0], &fd, sizeof(fd)) == sizeof(fd), "the listener's number");
	int of_child = (int)syscall(SYS_pidfd_open, child, 0);
	need(of_child >= 0 && syscall(SYS_pidfd_getfd, of_child, fd, 0) >= 0, "pidfd_getfd");
	close(of_child);
	close(listener_pipe[0]);
	close(listener_pipe[1]);
	name_self("sec-super");
	note("idle actor=%s tid=%d", name, parent_tid);
	settle(800);
	ready(name);
}

static volatile char *unserved;

static void touch_page(void *unused)
{
	(void)unused;
	note("wait actor=UF tid=%d kind=userfaultfd object=%p owner=%d", host_tid(),
	     (void *)(uintptr_t)unserved, parent_tid);
	(void)*unserved;
}

static void page_server(const char *name)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(fd >= 0 && ioctl(fd, UFFDIO_API, &api) == 0, "userfaultfd");
	range.range.start = (uintptr_t)page;
	range.range.len = 4096;
	need(page != MAP_FAILED && ioctl(fd, UFFDIO_REGISTER, &range) == 0, "UFFDIO_REGISTER");
	unserved = page;
	parent_tid = host_tid();
	name_self("page-server");
	note("idle actor=%s tid=%d", name, parent_tid);
	start_thread(&(struct thread){"faulter", touch_page, NULL});
	ready(name);
}

static int ends[2];

static void keep_writing_end(void *unused)
{
	(void)unused;
	close(ends[0]);
	wait_forever(0);
}

// A pipe whose only writer is a child that writes nothing; returns the child's PID.
static pid_t silent_pipe(const char *name)
{
	need(pipe(ends) == 0, "pipe");
	pid_t child = fork_child("silent", keep_writing_end, NULL);
	close(ends[1]);
	note("idle actor=%s tid=%d", name, child);
	return child;
}

static char room[16];

// A ring with one read() from a pipe that stays empty.
static void ring_waiter(const char *name)
{
	struct io_uring_params params = {0};
	int fd = (int)syscall(SYS_io_uring_setup, 4, &params);

	need(fd >= 0, "io_uring_setup");
	size_t size = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
	char *ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
			  IORING_OFF_SQ_RING);
	struct io_uring_sqe *entries =
		mmap(NULL, params.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	need(ring != MAP_FAILED && entries != MAP_FAILED, "mmap of the ring");
	pid_t child = silent_pipe(name);
	entries[0] = (struct io_uring_sqe){.opcode = IORING_OP_READ,
					   .fd = ends[0],
					   .addr = (uintptr_t)room,
					   .len = sizeof(room)};
	((uint32_t *)(void *)(ring + params.sq_off.array))[0] = 0;
	__atomic_store_n((uint32_t *)(void *)(ring + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	name_self("ring-waiter");
	note("wait actor=%s tid=%d kind=io-uring object=fd:%d owner=%d", name, host_tid(), fd,
	     child);
	ready(name);
	while (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		;
}

// An AIO context with one poll of a pipe that stays empty.
static void aio_waiter(const char *name)
{
	aio_context_t context = 0;
	struct io_event event;
	struct iocb request = {.aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN};
	struct iocb *requests[] = {&request};

	need(syscall(SYS_io_setup, 4, &context) == 0, "io_setup");
	pid_t child = silent_pipe(name);
	request.aio_fildes = (uint32_t)ends[0];
	need(syscall(SYS_io_submit, context, 1, requests) == 1, "io_submit");
	name_self("aio-waiter");
	note("wait actor=%s tid=%d kind=aio object=- owner=%d", name, host_tid(), child);
	ready(name);
	while (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		;
}

static void just_wait(void *unused)
{
	(void)unused;
	wait_forever(0);
}

static void pidfd_poller(const char *name)
{
	pid_t child = fork_child("pidfd-child", just_wait, NULL);
	struct pollfd poll_entry = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};

	need(poll_entry.fd >= 0, "pidfd_open");
	name_self("pidfd-poller");
	note("idle actor=%s tid=%d", name, child);
	note("wait actor=%s tid=%d kind=poll object=fd:%d owner=%d", name, host_tid(),
	     poll_entry.fd, child);
	ready(name);
	while (poll(&poll_entry, 1, -1) != 1)
		;
}

static void event_reader(const char *name)
{
	uint64_t value;
	int fd = eventfd(0, 0);

	need(fd >= 0, "eventfd");
	pid_t child = fork_child("event-writer", just_wait, NULL);
	name_self("event-reader");
	note("idle actor=%s tid=%d", name, child);
	note("wait actor=%s tid=%d kind=eventfd-read object=fd:%d owner=%d", name, host_tid(), fd,
	     child);
	ready(name);
	while (read(fd, &value, sizeof(value)) < 0)
		;
}

const struct actor request_actors[] = {
	{"FA", permission}, {"SC", supervisor},   {"UF", page_server},  {"UR", ring_waiter},
	{"AI", aio_waiter}, {"PF", pidfd_poller}, {"EV", event_reader}, {NULL, NULL},
};
