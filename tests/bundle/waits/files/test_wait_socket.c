// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait at sockets of a made kernel: whose the other end is. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "kernel/files/held_files.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_sockets.h"

#define ESTABLISHED 1u
#define NET_A 0xffff888000100000ull
#define NET_B 0xffff888000200000ull

struct world {
	struct made_waits waits;
	struct made_kernel *made;
	uint64_t buckets; /* of established connections: one */
	struct fb_task *client, *server, *stranger;
};

static void begin(struct world *w)
{
	uint64_t info;

	made_waits_begin(&w->waits);
	made_open_files_members(&w->waits);
	w->made = w->waits.made;
	MADE_FIELD(w->made, hashinfo_ehash, 0, 8);
	MADE_FIELD(w->made, hashinfo_ehash_mask, 8, 4);
	MADE_FIELD(w->made, hashinfo_lhash2, 16, 8);
	MADE_FIELD(w->made, hashinfo_lhash2_mask, 24, 4);
	MADE_FIELD(w->made, listen_bucket_head, 8, 8);
	w->made->kernel.layout.inet_listen_hashbucket.size = 16;
	info = made_alloc(w->made, 64);
	w->buckets = made_alloc(w->made, 64);
	MADE_SET(w->made, info, hashinfo_ehash, w->buckets);
	MADE_SET(w->made, info, hashinfo_lhash2, w->buckets + 16);
	made_put(w->made, w->buckets, 1, 8);
	made_put(w->made, w->buckets + 24, 1, 8);
	made_symbols(w->made, (const char *const[]){"tcp_hashinfo", NULL}, &info);
	w->client = made_waits_task(&w->waits, 10, 10, "client");
	w->server = made_waits_task(&w->waits, 20, 20, "server");
	w->stranger = made_waits_task(&w->waits, 30, 30, "stranger");
}

static void give(struct world *w, const struct fb_task *task, uint64_t sock)
{
	uint64_t socket = made_socket(w->made, sock, 5);

	made_list_init(w->made, socket + 32);
	made_open_fd(&w->waits, task, 3, made_open_file(&w->waits, socket, S_IFSOCK | 0777, 3));
}

/* One end of a connection over 127.0.0.1, in the table, open at descriptor 3 of the task. */
static uint64_t tcp(struct world *w, const struct fb_task *task, uint64_t net, uint16_t local,
		    uint16_t peer)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	uint64_t sock = made_sock(w->made, AF_INET, SOCK_STREAM, ESTABLISHED), first;

	made_sock_inet(w->made, sock, loopback, local, loopback, peer);
	MADE_SET(w->made, sock, sock_net, net);
	memcpy(&first, made_at(w->made, w->buckets), 8);
	made_put(w->made, sock + 64, first, 8);
	made_put(w->made, w->buckets, sock + 64, 8);
	give(w, task, sock);
	return sock;
}

static void sequence(struct world *w, uint64_t sock, uint32_t acknowledged, uint32_t sent,
		     uint32_t received)
{
	MADE_SET(w->made, sock, tcp_acknowledged, acknowledged);
	MADE_SET(w->made, sock, tcp_sent, sent);
	MADE_SET(w->made, sock, tcp_received, received);
}

static const struct fb_wait_object *recognise(struct world *w)
{
	struct fb_blocked blocked = made_waits_blocked(&w->waits, w->client, "tcp-read");

	made_waits_call(&blocked, SYS_recvfrom, 3, 0, 0, 0);
	FB_OK_FATAL(fb_wait_socket(&w->waits.finder, &blocked));
	return made_waits_object(&w->waits, w->client);
}

static void finds_the_other_end_in_its_own_namespace(void)
{
	struct world w;

	begin(&w);
	/* Another container has the same addresses and ports. */
	tcp(&w, w.stranger, NET_B, 80, 5000);
	tcp(&w, w.client, NET_A, 5000, 80);
	tcp(&w, w.server, NET_A, 80, 5000);
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.client, 20));
	CU_ASSERT(made_waits_object(&w.waits, w.client)->certain);
	made_waits_end(&w.waits);
}

static void another_namespaces_socket_is_no_peer(void)
{
	const struct fb_wait_object *object;
	struct world w;

	begin(&w);
	sequence(&w, tcp(&w, w.stranger, NET_B, 80, 5000), 100, 200, 3000);
	sequence(&w, tcp(&w, w.client, NET_A, 5000, 80), 7000, 7100, 9000);
	object = recognise(&w);
	CU_ASSERT_EQUAL(object->owner_count, 0);
	CU_ASSERT(object->others);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "no socket of this host"));
	made_waits_end(&w.waits);
}

/* From a container to its host: the sequence numbers prove it, around the wrap of 2^32 too. */
static void sequence_numbers_join_namespaces(void)
{
	struct world w;

	begin(&w);
	sequence(&w, tcp(&w, w.stranger, NET_B, 80, 5000), 100, 200, 3000);
	sequence(&w, tcp(&w, w.client, NET_A, 5000, 80), 0xfffffff0, 0x10, 9000);
	sequence(&w, tcp(&w, w.server, NET_B, 80, 5000), 8900, 9100, 0x8);
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.client, 20));
	made_waits_end(&w.waits);

	begin(&w);
	/* All that was sent has been received, and not been acknowledged. */
	sequence(&w, tcp(&w, w.client, NET_A, 5000, 80), 100, 200, 9100);
	sequence(&w, tcp(&w, w.server, NET_B, 80, 5000), 8900, 9100, 200);
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 1);
	made_waits_end(&w.waits);

	begin(&w);
	/* One direction alone agrees by chance. */
	sequence(&w, tcp(&w, w.client, NET_A, 5000, 80), 100, 200, 9000);
	sequence(&w, tcp(&w, w.server, NET_B, 80, 5000), 8900, 9100, 201);
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 0);
	made_waits_end(&w.waits);

	begin(&w);
	/* One byte more was received than was ever sent. */
	sequence(&w, tcp(&w, w.client, NET_A, 5000, 80), 0xfffffff0, 0x10, 9101);
	sequence(&w, tcp(&w, w.server, NET_B, 80, 5000), 8900, 9100, 0x8);
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 0);
	made_waits_end(&w.waits);
}

/* A socket that connected to its own port is its own peer. */
static void a_socket_may_be_its_own_peer(void)
{
	struct world w;

	begin(&w);
	tcp(&w, w.client, NET_A, 5000, 5000);
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.client, 10));
	made_waits_end(&w.waits);
}

static void a_broken_table_leaves_the_peer_open(void)
{
	const struct fb_wait_object *object;
	struct world w;

	begin(&w);
	tcp(&w, w.client, NET_A, 5000, 80);
	made_put(w.made, w.buckets, 0x1230, 8);
	object = recognise(&w);
	CU_ASSERT_EQUAL(object->owner_count, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "cannot be known"));
	made_waits_end(&w.waits);
}

/* splice() from a pipe to a socket: its first argument is a pipe, which is no socket. */
static void takes_the_socket_of_splice(void)
{
	struct world w;
	struct fb_blocked blocked;

	begin(&w);
	tcp(&w, w.client, NET_A, 5000, 80);
	tcp(&w, w.server, NET_A, 80, 5000);
	made_open_fd(&w.waits, w.client, 4,
		     made_open_file(&w.waits, made_pipe(&w.waits), S_IFIFO | 0600, 1));
	blocked = made_waits_blocked(&w.waits, w.client, "tcp-write");
	made_waits_call(&blocked, SYS_splice, 4, 0, 3, 0);
	FB_OK_FATAL(fb_wait_socket(&w.waits.finder, &blocked));
	CU_ASSERT(made_waits_owned_by(&w.waits, w.client, 20));
	CU_ASSERT_STRING_EQUAL(made_waits_of(&w.waits, w.client)->detail, "fd 3");
	made_waits_end(&w.waits);

	begin(&w);
	made_open_fd(&w.waits, w.client, 3,
		     made_open_file(&w.waits, made_pipe(&w.waits), S_IFIFO | 0600, 1));
	blocked = made_waits_blocked(&w.waits, w.client, "tcp-write");
	made_waits_call(&blocked, SYS_sendto, 3, 0, 0, 0);
	FB_FAILS_WITH(fb_wait_socket(&w.waits.finder, &blocked), FB_NOT_FOUND, "no socket");
	made_waits_end(&w.waits);
}

/* The two ends of a socketpair(), and one whose other end was closed. */
static void follows_unix_sockets(void)
{
	struct world w;
	uint64_t one, other;

	begin(&w);
	one = made_sock(w.made, AF_UNIX, SOCK_STREAM, ESTABLISHED);
	other = made_sock(w.made, AF_UNIX, SOCK_STREAM, ESTABLISHED);
	MADE_SET(w.made, one, unix_peer, other);
	give(&w, w.client, one);
	give(&w, w.server, other);
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.client, 20));
	CU_ASSERT_STRING_EQUAL(made_waits_of(&w.waits, w.client)->kind, "unix-read");
	made_waits_end(&w.waits);

	begin(&w);
	give(&w, w.client, made_sock(w.made, AF_UNIX, SOCK_STREAM, ESTABLISHED));
	CU_ASSERT_EQUAL(recognise(&w)->owner_count, 0);
	CU_ASSERT(made_waits_object(&w.waits, w.client)->others);
	made_waits_end(&w.waits);
}

FB_TEST_MAIN("bundle/wait_socket", FB_TEST(finds_the_other_end_in_its_own_namespace),
	     FB_TEST(another_namespaces_socket_is_no_peer),
	     FB_TEST(sequence_numbers_join_namespaces), FB_TEST(a_socket_may_be_its_own_peer),
	     FB_TEST(a_broken_table_leaves_the_peer_open), FB_TEST(takes_the_socket_of_splice),
	     FB_TEST(follows_unix_sockets))
