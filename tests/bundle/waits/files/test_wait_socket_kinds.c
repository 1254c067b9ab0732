// SPDX-License-Identifier: GPL-2.0-or-later
/* Each sort of wait at a socket of a made kernel, in all fields of the answer. */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_sockets.h"

#define ESTABLISHED 1u
#define SYN_SENT 2u
#define LISTEN 10u
#define QUEUE 32u /* of a struct socket: the list of its wait queue */
#define BY_QUEUE "the wait queue that it sleeps in, and the sockets of this host"
#define BY_DESCRIPTOR "its descriptor, and the sockets of this host"

enum { WAITER, PEER };

static void put_tasks(struct made_waits *w)
{
	made_open_files_members(w);
	w->marks[1] = made_tcp_tables(w, NULL);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "peer");
}

/* The sock's struct socket, open at a descriptor of the task. */
static uint64_t give(struct made_waits *w, int who, unsigned fd, uint64_t sock)
{
	uint64_t socket = made_socket(w->made, sock, 5 + fd);

	made_list_init(w->made, socket + QUEUE);
	made_open_fd(w, &w->list[who], fd, made_open_file(w, socket, S_IFSOCK | 0777, 3));
	return socket;
}

/* One end of a connection, or (peer 0) a listener, over 127.0.0.1, in its table. */
static uint64_t inet(struct made_waits *w, unsigned type, uint16_t local, uint16_t peer)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1}, none[4];
	uint64_t sock = made_sock(w->made, AF_INET, type, peer ? ESTABLISHED : LISTEN), first;
	uint64_t bucket = w->marks[1] + (peer ? 0 : 24);

	made_sock_inet(w->made, sock, loopback, local, peer ? loopback : none, peer);
	if (type != SOCK_STREAM)
		return sock;
	memcpy(&first, made_at(w->made, bucket), 8);
	made_put(w->made, sock + 64, first, 8);
	made_put(w->made, bucket, sock + 64, 8);
	return sock;
}

enum ip { MAPPED, OTHER_MAPPED, LOOPBACK };

/* The same of IPv6: ::ffff:127.0.0.1, ::ffff:127.0.0.2, or ::1. */
static uint64_t inet6(struct made_waits *w, enum ip local_ip, uint16_t local, enum ip peer_ip,
		      uint16_t peer)
{
	static const uint8_t ips[][16] = {
		[MAPPED] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1},
		[OTHER_MAPPED] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 2},
		[LOOPBACK] = {[15] = 1},
	};
	const struct fb_layout *layout = &w->made->kernel.layout;
	uint64_t sock = inet(w, SOCK_STREAM, local, peer);

	MADE_SET(w->made, sock, sock_family, AF_INET6);
	memcpy(made_at(w->made, sock + layout->sock_v6_local.offset), ips[local_ip], 16);
	memcpy(made_at(w->made, sock + layout->sock_v6_peer.offset), ips[peer_ip], 16);
	return sock;
}

/* Asleep in the queue of its socket, marks[0], which is that descriptor. */
static struct fb_blocked asleep_at(struct made_waits *w, unsigned fd, uint64_t sock,
				   const char *kind)
{
	struct fb_blocked blocked;

	w->marks[0] = give(w, WAITER, fd, sock);
	made_sleep_in(w, &w->list[WAITER], w->marks[0] + QUEUE);
	blocked = made_waits_blocked(w, &w->list[WAITER], kind);
	made_waits_call(&blocked, SYS_read, 9, 0, 0, 0);
	return blocked;
}

static struct fb_blocked asleep(struct made_waits *w, uint64_t sock, const char *kind)
{
	return asleep_at(w, 3, sock, kind);
}

static struct fb_blocked of_unix(struct made_waits *w, const char *kind, bool open)
{
	uint64_t own, other;

	put_tasks(w);
	own = made_sock(w->made, AF_UNIX, SOCK_STREAM, ESTABLISHED);
	other = made_sock(w->made, AF_UNIX, SOCK_STREAM, ESTABLISHED);
	MADE_SET(w->made, own, unix_peer, other);
	made_sock_bind(w->made, other, "/run/a\033b", 9);
	if (open)
		give(w, PEER, 6, other);
	return asleep(w, own, kind);
}

static struct fb_blocked unix_read(struct made_waits *w)
{
	return of_unix(w, "unix-read", true);
}

static struct fb_blocked unix_write(struct made_waits *w)
{
	return of_unix(w, "unix-write", true);
}

/* A datagram socket sleeps in a function that names no family. */
static struct fb_blocked unix_datagram(struct made_waits *w)
{
	return of_unix(w, "socket-read", true);
}

static struct fb_blocked unix_datagram_write(struct made_waits *w)
{
	return of_unix(w, "socket-write", true);
}

static struct fb_blocked not_accepted_yet(struct made_waits *w)
{
	return of_unix(w, "unix-read", false);
}

static struct fb_blocked of_tcp(struct made_waits *w, const char *kind, bool open)
{
	uint64_t own;

	put_tasks(w);
	own = inet(w, SOCK_STREAM, 5000, 80);
	if (open)
		give(w, PEER, 6, inet(w, SOCK_STREAM, 80, 5000));
	return asleep(w, own, kind);
}

static struct fb_blocked tcp_read(struct made_waits *w)
{
	return of_tcp(w, "tcp-read", true);
}

static struct fb_blocked tcp_write(struct made_waits *w)
{
	return of_tcp(w, "tcp-write", true);
}

static struct fb_blocked connecting(struct made_waits *w)
{
	return of_tcp(w, "connect", true);
}

/* The thread connects to port 80 of 127.0.0.1, where the other process listens, and has so many connections of at most
 * 3 that it has not accepted. */
static struct fb_blocked dialing(struct made_waits *w, uint64_t queued)
{
	uint64_t own, listener;

	put_tasks(w);
	MADE_FIELD(w->made, sock_ack_backlog, 400, 4);
	MADE_FIELD(w->made, sock_max_ack_backlog, 404, 4);
	own = inet(w, SOCK_STREAM, 5000, 80);
	MADE_SET(w->made, own, sock_state, SYN_SENT);
	listener = inet(w, SOCK_STREAM, 80, 0);
	MADE_SET(w->made, listener, sock_ack_backlog, queued);
	MADE_SET(w->made, listener, sock_max_ack_backlog, 2);
	give(w, PEER, 6, listener);
	return asleep(w, own, "connect");
}

static struct fb_blocked at_a_full_queue(struct made_waits *w)
{
	return dialing(w, 3);
}

static struct fb_blocked at_a_queue_with_room(struct made_waits *w)
{
	return dialing(w, 2);
}

static struct fb_blocked of_another_host(struct made_waits *w)
{
	return of_tcp(w, "tcp-read", false);
}

static struct fb_blocked udp_read(struct made_waits *w)
{
	put_tasks(w);
	return asleep(w, inet(w, SOCK_DGRAM, 5000, 53), "socket-read");
}

static struct fb_blocked udp_write(struct made_waits *w)
{
	put_tasks(w);
	return asleep(w, inet(w, SOCK_DGRAM, 5000, 53), "socket-write");
}

static struct fb_blocked at_standard_input(struct made_waits *w)
{
	put_tasks(w);
	give(w, PEER, 6, inet(w, SOCK_STREAM, 80, 5000));
	return asleep_at(w, 0, inet(w, SOCK_STREAM, 5000, 80), "socket-read");
}

static struct fb_blocked of_a_peer_of_ipv6(struct made_waits *w, enum ip local, enum ip peer)
{
	put_tasks(w);
	give(w, PEER, 6, inet6(w, local, 80, peer, 5000));
	return asleep(w, inet(w, SOCK_STREAM, 5000, 80), "tcp-write");
}

static struct fb_blocked of_a_mapped_peer(struct made_waits *w)
{
	return of_a_peer_of_ipv6(w, MAPPED, MAPPED);
}

/* Its own address is another, or the one that it is connected with. */
static struct fb_blocked of_another_mapped_peer(struct made_waits *w)
{
	return of_a_peer_of_ipv6(w, OTHER_MAPPED, MAPPED);
}

static struct fb_blocked of_a_peer_of_another(struct made_waits *w)
{
	return of_a_peer_of_ipv6(w, MAPPED, OTHER_MAPPED);
}

/* No address of IPv4 is one of IPv6 that is not mapped. */
static struct fb_blocked of_a_half_mapped_peer(struct made_waits *w)
{
	return of_a_peer_of_ipv6(w, MAPPED, LOOPBACK);
}

static struct fb_blocked of_a_peer_mapped_by_half(struct made_waits *w)
{
	return of_a_peer_of_ipv6(w, LOOPBACK, MAPPED);
}

static struct fb_blocked between_sockets_of_ipv6(struct made_waits *w)
{
	put_tasks(w);
	give(w, PEER, 6, inet6(w, LOOPBACK, 80, LOOPBACK, 5000));
	return asleep(w, inet6(w, LOOPBACK, 5000, LOOPBACK, 80), "socket-write");
}

static struct fb_blocked accepting(struct made_waits *w)
{
	put_tasks(w);
	return asleep(w, inet(w, SOCK_STREAM, 80, 0), "accept");
}

/* In no queue that can be seen: by the descriptor of the call. */
static struct fb_blocked by_descriptor(struct made_waits *w)
{
	struct fb_blocked blocked = of_tcp(w, "tcp-read", true);

	made_put(w->made, made_waits_frame(&w->list[WAITER]) + 8, 0, 8);
	blocked.args[0] = 3;
	return blocked;
}

#define SOCKET(sort, says) \
	.kind = sort, .object = "socket {0} 0x0", .name = says, .evidence = BY_QUEUE, .wait = "fd 3"
#define UNIX "unix stream -> /run/a\\x1bb"
#define TCP "inet stream 127.0.0.1:5000 -> 127.0.0.1:80"
#define PEERS .owners = "20p", .flags = "certain sure"

static void knows_a_peer_of_another_family(void)
{
	static const struct made_scene found[] = {
		{of_a_mapped_peer, fb_wait_socket, {SOCKET("tcp-write", TCP), PEERS}},
		{between_sockets_of_ipv6,
		 fb_wait_socket,
		 {SOCKET("tcp-write", "inet6 stream [::1]:5000 -> [::1]:80"), PEERS}},
	};
	static struct fb_blocked (*const others[])(struct made_waits * w) = {
		of_another_mapped_peer, of_a_peer_of_another, of_a_half_mapped_peer,
		of_a_peer_mapped_by_half};

	for (size_t i = 0; i < FB_ARRAY_SIZE(found); i++)
		made_scene_damage(&found[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++)
		made_scene_check(&(struct made_scene){
			others[i],
			fb_wait_socket,
			{SOCKET("tcp-write", TCP), .flags = "others certain sure",
			 .need = "the other end is no socket of this host that a process has "
				 "open"}});
}

static void tells_each_sort_of_socket(void)
{
	static const struct made_scene scenes[] = {
		{unix_read, fb_wait_socket, {SOCKET("unix-read", UNIX), PEERS}},
		{unix_write, fb_wait_socket, {SOCKET("unix-write", UNIX), PEERS}},
		{unix_datagram, fb_wait_socket, {SOCKET("unix-read", UNIX), PEERS}},
		{unix_datagram_write, fb_wait_socket, {SOCKET("unix-write", UNIX), PEERS}},
		{at_standard_input,
		 fb_wait_socket,
		 {.kind = "tcp-read",
		  .object = "socket {0} 0x0",
		  .name = TCP,
		  .evidence = BY_QUEUE,
		  .wait = "fd 0",
		  PEERS}},
		{udp_write,
		 fb_wait_socket,
		 {SOCKET("socket-write", "inet dgram 127.0.0.1:5000 -> 127.0.0.1:53"),
		  .flags = "others certain sure",
		  .need = "the other end is no socket of this host that a process has open"}},
		{not_accepted_yet,
		 fb_wait_socket,
		 {SOCKET("unix-read", UNIX), .flags = "others certain sure",
		  .need = "it is not connected, or the other end is closed or not accepted yet"}},
		{tcp_read, fb_wait_socket, {SOCKET("tcp-read", TCP), PEERS}},
		{tcp_write, fb_wait_socket, {SOCKET("tcp-write", TCP), PEERS}},
		{connecting, fb_wait_socket, {SOCKET("connect", TCP), PEERS}},
		{at_a_full_queue, fb_wait_socket, {SOCKET("connect", TCP), PEERS}},
		{at_a_queue_with_room,
		 fb_wait_socket,
		 {SOCKET("connect", TCP), .flags = "others certain sure",
		  .need = "the other end is no socket of this host that a process has open"}},
		{of_another_host,
		 fb_wait_socket,
		 {SOCKET("tcp-read", TCP), .flags = "others certain sure",
		  .need = "the other end is no socket of this host that a process has open"}},
		{udp_read,
		 fb_wait_socket,
		 {SOCKET("socket-read", "inet dgram 127.0.0.1:5000 -> 127.0.0.1:53"),
		  .flags = "others certain sure",
		  .need = "the other end is no socket of this host that a process has open"}},
		{accepting,
		 fb_wait_socket,
		 {SOCKET("accept", "inet stream 127.0.0.1:80 -> 0.0.0.0:0"),
		  .flags = "others certain sure",
		  .need = "anybody who can reach the address may connect"}},
	};
	static const struct made_scene named = {by_descriptor,
						fb_wait_socket,
						{.kind = "tcp-read",
						 .object = "socket {0} 0x0",
						 .name = TCP,
						 .evidence = BY_DESCRIPTOR,
						 .wait = "fd 3",
						 PEERS}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	made_scene_damage(&named);
}

FB_TEST_MAIN("bundle/wait_socket_kinds", FB_TEST(tells_each_sort_of_socket),
	     FB_TEST(knows_a_peer_of_another_family))
