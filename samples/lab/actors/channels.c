// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that wait for what another end sends: pipes, sockets, event descriptors.
#include "actor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#define ACCEPT_PORT 8080
#define STREAM_PORT 9090

static int ends[2];

static void read_for_ever(int fd)
{
	char bytes[16];

	while (read(fd, bytes, sizeof(bytes)) < 0)
		;
}

static void keep_second_end(void *unused)
{
	(void)unused;
	close(ends[0]);
	wait_forever(0);
}

static void unix_pair(const char *name)
{
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
	pid_t peer = fork_child("unix-peer", keep_second_end, NULL);
	close(ends[1]);
	name_self("unix-reader");
	note("idle actor=%s tid=%d", name, peer);
	note("wait actor=%s tid=%d kind=unix-read object=fd:%d owner=%d", name, host_tid(), ends[0],
	     peer);
	ready(name);
	read_for_ever(ends[0]);
}

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	need(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		     listen(fd, 4) == 0,
	     "listen");
	return fd;
}

static void accept_tcp(const char *name)
{
	int fd = listen_on(ACCEPT_PORT);

	name_self("acceptor");
	note("wait actor=%s tid=%d kind=accept object=fd:%d owner=- local=127.0.0.1:%d", name,
	     host_tid(), fd, ACCEPT_PORT);
	ready(name);
	while (accept(fd, NULL, NULL) < 0)
		;
}

static void connect_and_idle(void *unused)
{
	struct sockaddr_in address = loopback(STREAM_PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)unused;
	close(ends[0]);
	need(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
	wait_forever(0);
}

static void read_tcp(const char *name)
{
	int listener = ends[0] = listen_on(STREAM_PORT);
	pid_t peer = fork_child("tcp-peer", connect_and_idle, NULL);
	int fd = accept(listener, NULL, NULL);

	need(fd >= 0, "accept");
	close(listener);
	name_self("tcp-reader");
	note("idle actor=%s tid=%d", name, peer);
	note("wait actor=%s tid=%d kind=tcp-read object=fd:%d owner=%d local=127.0.0.1:%d", name,
	     host_tid(), fd, peer, STREAM_PORT);
	ready(name);
	read_for_ever(fd);
}

static void epoll_events(const char *name)
{
	sigset_t set;
	int epoll = epoll_create1(0);

	need(pipe(ends) == 0, "pipe");
	pid_t writer = fork_child("epoll-writer", keep_second_end, NULL);
	close(ends[1]);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	int watched[] = {ends[0], eventfd(0, 0), timerfd_create(CLOCK_MONOTONIC, 0),
			 signalfd(-1, &set, 0)};
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.fd = watched[i]};
		need(watched[i] >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, watched[i], &event) == 0,
		     "epoll_ctl");
	}
	name_self("epoll-waiter");
	note("idle actor=%s tid=%d", name, writer);
	note("wait actor=%s tid=%d kind=epoll object=fd:%d owner=%d watches=fd:%d,fd:%d,fd:%d,fd:%d",
	     name, host_tid(), epoll, writer, watched[0], watched[1], watched[2], watched[3]);
	ready(name);
	for (;;) {
		struct epoll_event event;
		epoll_wait(epoll, &event, 1, -1);
	}
}

static void poll_pipe(const char *name)
{
	need(pipe(ends) == 0, "pipe");
	pid_t writer = fork_child("poll-writer", keep_second_end, NULL);
	close(ends[1]);
	name_self("poll-waiter");
	note("idle actor=%s tid=%d", name, writer);
	note("wait actor=%s tid=%d kind=poll object=fd:%d owner=%d", name, host_tid(), ends[0],
	     writer);
	ready(name);
	struct pollfd wanted = {.fd = ends[0], .events = POLLIN};
	while (poll(&wanted, 1, -1) < 0)
		;
}

static void select_pipe(const char *name)
{
	need(pipe(ends) == 0, "pipe");
	pid_t writer = fork_child("select-writer", keep_second_end, NULL);
	close(ends[1]);
	name_self("select-waiter");
	note("idle actor=%s tid=%d", name, writer);
	note("wait actor=%s tid=%d kind=select object=fd:%d owner=%d", name, host_tid(), ends[0],
	     writer);
	ready(name);
	for (;;) {
		fd_set set;
		FD_ZERO(&set);
		FD_SET(ends[0], &set);
		select(ends[0] + 1, &set, NULL, NULL, NULL);
	}
}

static void keep_reading_end(void *unused)
{
	(void)unused;
	close(ends[1]);
	wait_forever(0);
}

static void write_full_pipe(const char *name)
{
	static char block[4096];

	need(pipe(ends) == 0, "pipe");
	pid_t reader = fork_child("pipe-reader", keep_reading_end, NULL);
	close(ends[0]);
	name_self("pipe-writer");
	note("idle actor=%s tid=%d", name, reader);
	note("wait actor=%s tid=%d kind=pipe-write object=fd:%d owner=%d", name, host_tid(),
	     ends[1], reader);
	ready(name);
	for (;;)
		if (write(ends[1], block, sizeof(block)) < 0)
			continue;
}

// A path-bound datagram socket: anybody may send.
static void unix_datagram(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/datagram.sock");
	need(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
	name_self("unix-dgram");
	note("wait actor=%s tid=%d kind=unix-read object=fd:%d owner=- local=%s", name, host_tid(),
	     fd, address.sun_path);
	ready(name);
	read_for_ever(fd);
}

const struct actor channel_actors[] = {
	{"UX", unix_pair},   {"UD", unix_datagram},   {"AC", accept_tcp},
	{"TC", read_tcp},    {"EP", epoll_events},    {"PO", poll_pipe},
	{"SL", select_pipe}, {"PW", write_full_pipe}, {NULL, NULL},
};
