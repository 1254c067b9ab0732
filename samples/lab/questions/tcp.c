// SPDX-License-Identifier: GPL-2.0-or-later
// A server that accepts no connections: its queue is full, and who connects now gets no answer.
#include "questions.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7700
#define BACKLOG 2
#define LATE 2

static const struct sockaddr_in server = {.sin_family = AF_INET};

static int dial(void)
{
	struct sockaddr_in to = server;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_port = htons(PORT);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(fd >= 0, "socket");
	return connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 ? fd : -1;
}

static void dial_in_vain(void *unused)
{
	(void)unused;
	need(close_range(3, ~0u, 0) == 0, "close_range"); // the server is the parent alone
	note("wait actor=AQ tid=%d kind=connect object=- owner=%d", host_tid(), getppid());
	dial();
}

static void refuse_to_accept(const char *name)
{
	struct sockaddr_in to = server;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	name_self("no-acceptor");
	to.sin_port = htons(PORT);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(fd >= 0 && bind(fd, (const struct sockaddr *)&to, sizeof(to)) == 0, "bind");
	need(listen(fd, BACKLOG) == 0, "listen");
	// The kernel takes one more than the backlog says.
	for (int i = 0; i <= BACKLOG; i++)
		need(dial() >= 0, "connect");
	for (int i = 0; i < LATE; i++)
		fork_child("late-client", dial_in_vain, NULL);
	settle(500);
	note("listener actor=%s pid=%d local=127.0.0.1:%d backlog=%d queued=%d connecting=%d", name,
	     getpid(), PORT, BACKLOG, BACKLOG + 1, LATE);
	ready(name);
}

const struct actor tcp_questions[] = {{"AQ", refuse_to_accept}, {NULL, NULL}};
