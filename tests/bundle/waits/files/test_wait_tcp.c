// SPDX-License-Identifier: GPL-2.0-or-later
/* The other end of a TCP connection of a made kernel that has lost its table of sockets, or a part of it. */
#include "bundle/waits/files/wait_tcp.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "kernel/files/held_files.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_sockets.h"

#define LOST 0xffff800000001000ull /* an address that the dump does not have */
#define ESTABLISHED 1u
#define LISTEN 10u
#define QUEUE 32u /* of a struct socket: the list of its wait queue */
#define NET 0xffff888000f00000ull
#define BROKEN 0x1230u /* what a chain cannot lead to */

enum { WAITER, PEER };
enum { ESTABLISHED_BUCKET = 0, LISTEN_BUCKET = MADE_TCP_LISTENERS };

/* Two tables of one bucket each at marks[1], of which the one of connections is broken. */
static void put_tasks(struct made_waits *w)
{
	made_open_files_members(w);
	w->marks[1] = made_tcp_tables(w, &w->marks[2]);
	made_put(w->made, w->marks[1] + ESTABLISHED_BUCKET, BROKEN, 8);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "peer");
}

static uint64_t put_sock(struct made_waits *w, unsigned family, unsigned type, unsigned protocol,
			 uint16_t local, uint16_t peer)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	uint64_t sock = made_sock(w->made, family, type, peer ? ESTABLISHED : LISTEN);

	MADE_SET(w->made, sock, sock_protocol, protocol);
	made_sock_inet(w->made, sock, loopback, local, loopback, peer);
	MADE_SET(w->made, sock, sock_net, NET);
	return sock;
}

static uint64_t give(struct made_waits *w, int who, unsigned fd, uint64_t sock)
{
	uint64_t socket = made_socket(w->made, sock, 5 + fd);

	made_list_init(w->made, socket + QUEUE);
	made_open_fd(w, &w->list[who], fd, made_open_file(w, socket, S_IFSOCK | 0777, 3));
	return socket;
}

/* Waits at its end of a connection; PEER has a socket of the other's addresses open, of the sock marks[3], and an end
 * of a pipe. */
static struct fb_blocked waiting(struct made_waits *w, unsigned family, unsigned type,
				 unsigned protocol)
{
	struct fb_blocked blocked;

	put_tasks(w);
	w->marks[0] = give(w, WAITER, 3, put_sock(w, AF_INET, SOCK_STREAM, IPPROTO_TCP, 5000, 80));
	w->marks[3] = put_sock(w, family, type, protocol, 80, 5000);
	give(w, PEER, 6, w->marks[3]);
	made_open_fd(w, &w->list[PEER], 7,
		     made_open_file(w, made_pipe(w), S_IFIFO | 0600, FB_FMODE_READ));
	made_open_fd(w, &w->list[PEER], 8, made_open_file(w, 0, S_IFREG | 0600, FB_FMODE_READ));
	made_sleep_in(w, &w->list[WAITER], w->marks[0] + QUEUE);
	blocked = made_waits_blocked(w, &w->list[WAITER], "tcp-read");
	made_waits_call(&blocked, SYS_read, 3, 0, 0, 0);
	return blocked;
}

static struct fb_blocked with_a_broken_chain(struct made_waits *w)
{
	return waiting(w, AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static struct fb_blocked with_a_lost_table(struct made_waits *w)
{
	struct fb_blocked blocked = with_a_broken_chain(w);

	MADE_SET(w->made, w->marks[2], hashinfo_ehash, LOST);
	return blocked;
}

/* The table says how many chains it has by a number that no host has. */
static struct fb_blocked with_a_damaged_table(struct made_waits *w)
{
	struct fb_blocked blocked = with_a_broken_chain(w);

	MADE_SET(w->made, w->marks[2], hashinfo_ehash_mask, 0xffffffff);
	return blocked;
}

/* A socket that is in no chain of a whole table is not connected any more. */
static struct fb_blocked with_a_whole_table(struct made_waits *w)
{
	struct fb_blocked blocked = with_a_broken_chain(w);

	made_put(w->made, w->marks[1] + ESTABLISHED_BUCKET, 1, 8);
	return blocked;
}

static struct fb_blocked beside_udp(struct made_waits *w)
{
	return waiting(w, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
}

static struct fb_blocked beside_another_stream(struct made_waits *w)
{
	return waiting(w, AF_INET, SOCK_STREAM, IPPROTO_SCTP);
}

static struct fb_blocked beside_datagrams(struct made_waits *w)
{
	return waiting(w, AF_INET, SOCK_DGRAM, IPPROTO_TCP);
}

/* What looks like a socket of the other end is none: its sock is the waiter's own socket's. */
static struct fb_blocked beside_what_is_no_socket(struct made_waits *w)
{
	struct fb_blocked blocked = with_a_broken_chain(w);

	MADE_SET(w->made, w->marks[3], sock_socket, w->marks[0]);
	return blocked;
}

static struct fb_blocked beside_unix(struct made_waits *w)
{
	return waiting(w, AF_UNIX, SOCK_STREAM, IPPROTO_TCP);
}

#define TCP                                                             \
	.kind = "tcp-read", .object = "socket {0} 0x0", .wait = "fd 3", \
	.name = "inet stream 127.0.0.1:5000 -> 127.0.0.1:80",           \
	.evidence = "the wait queue that it sleeps in, and the sockets of this host"
#define FOUND                                                 \
	{                                                     \
		TCP, .owners = "20p", .flags = "certain sure" \
	}
#define CANNOT "it cannot be known whether a process of this host has the other end open: "
#define PART "a part of the kernel's table of TCP sockets cannot be read"
#define NOT_FOUND                                                        \
	{                                                                \
		TCP, .flags = "others certain sure", .need = CANNOT PART \
	}

static void finds_the_other_end_among_open_sockets(void)
{
	static const struct made_scene scenes[] = {
		{with_a_broken_chain, fb_wait_socket, FOUND},
		{with_a_lost_table, fb_wait_socket, FOUND},
		{with_a_damaged_table, fb_wait_socket, FOUND},
	};
	static const struct made_scene whole = {
		with_a_whole_table,
		fb_wait_socket,
		{TCP, .flags = "others certain sure",
		 .need = "the other end is no socket of this host that a process has open"}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	made_scene_check(&whole);
}

static void takes_no_other_sort_of_socket(void)
{
	static const struct made_scene scenes[] = {
		{beside_udp, fb_wait_socket, NOT_FOUND},
		{beside_another_stream, fb_wait_socket, NOT_FOUND},
		{beside_datagrams, fb_wait_socket, NOT_FOUND},
		{beside_what_is_no_socket, fb_wait_socket, NOT_FOUND},
		{beside_unix, fb_wait_socket, NOT_FOUND},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* A listener that is in no chain is found among open sockets where a part of the table is lost; that nobody listens is
 * then not known. */
static void tells_who_accepted(void)
{
	for (int whole = 0; whole < 2; whole++) {
		struct fb_socket socket = {.net = NET, .port = {80}};
		bool accepted = false;
		struct made_waits w;

		made_waits_begin(&w);
		put_tasks(&w);
		give(&w, PEER, 3, put_sock(&w, AF_INET, SOCK_STREAM, IPPROTO_TCP, 80, 0));
		if (whole)
			made_put(w.made, w.marks[1] + ESTABLISHED_BUCKET, 1, 8);
		FB_OK(fb_wait_tcp_accepted(&w.finder, &socket, &accepted));
		CU_ASSERT_EQUAL(accepted, !whole);
		socket.port[0] = 81;
		if (whole)
			FB_OK(fb_wait_tcp_accepted(&w.finder, &socket, &accepted));
		else
			FB_FAILS_WITH(fb_wait_tcp_accepted(&w.finder, &socket, &accepted),
				      FB_ABSENT, PART);
		CU_ASSERT_FALSE(accepted);
		made_waits_end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_tcp", FB_TEST(finds_the_other_end_among_open_sockets),
	     FB_TEST(takes_no_other_sort_of_socket), FB_TEST(tells_who_accepted))
