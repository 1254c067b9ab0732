// SPDX-License-Identifier: GPL-2.0-or-later
/* Event loops of a made kernel over TCP connections: whom they work for, and whom they wait for. */
#include "bundle/waits/files/wait_debt.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_sockets.h"

#define EVIDENCE "the files in the epoll's tree, and who has their other ends"
#define ESTABLISHED 1u
#define LISTEN 10u
#define EPOLL_FD 3u
#define SERVER_PORT 80u
#define UPSTREAM_PORT 8000u
/* Of a struct sock in the tests. */
#define COPIED 116u
#define SENT_AT 120u
#define RECEIVED_AT 124u
#define BYTES_SENT 128u
#define BYTES_RECEIVED 136u

enum { CLIENT, SERVER, UPSTREAM };

struct end {
	uint32_t sent_at, received_at, unread;
	uint64_t sent, received; /* bytes */
};

/* What came in last, went out last, and neither; times may wrap. */
static const struct end asked = {1000, 1001, 0, 31, 31};
static const struct end answered = {1001, 1000, 0, 31, 31};
static const struct end silent = {1000, 1000, 0, 0, 0};
/* All that was ever said came with the connection. */
static const struct end asked_at_once = {1000, 1000, 0, 0, 31};
static const struct end asks_at_once = {1000, 1000, 0, 31, 0};
static const struct end answered_at_once = {1000, 1000, 0, 31, 31};
static const struct end wrapped = {4, 0xfffffff0u, 0, 31, 31};
static const struct end unread = {1001, 1000, 7, 31, 31};

/* Whether the made kernel counts bytes, as those from 4.19 on do. */
static bool counts = true;

static void put_types(struct made_waits *w)
{
	struct made_types *types = made_waits_types(w);
	uint32_t ack =
		made_struct(types, "made_ack", 4, MADE_MEMBERS_OF({"lrcvtime", types->half, 0}));

	made_struct(types, "tcp_sock", 144,
		    MADE_MEMBERS_OF({"lsndtime", types->half, SENT_AT},
				    {"copied_seq", types->half, COPIED},
				    {counts ? "bytes_sent" : "other", types->word, BYTES_SENT},
				    {"bytes_received", types->word, BYTES_RECEIVED}));
	made_struct(types, "inet_connection_sock", 128,
		    MADE_MEMBERS_OF({"icsk_ack", ack, RECEIVED_AT}));
	made_types_give(types, w->made);
}

/* A socket in its table, open at the descriptor of the task (NULL: of nobody's); gives its file. */
static uint64_t put_sock(struct made_waits *w, const struct fb_task *task, unsigned fd,
			 uint16_t local, uint16_t peer, const struct end *end)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	struct made_kernel *made = w->made;
	uint64_t sock = made_sock(made, AF_INET, SOCK_STREAM, end ? ESTABLISHED : LISTEN);
	uint64_t socket = made_socket(made, sock, 5), head = w->marks[1] + (end ? 0 : 24), first,
		 file;

	made_sock_inet(made, sock, loopback, local, loopback, peer);
	memcpy(&first, made_at(made, head), 8);
	made_put(made, sock + 64, first, 8);
	made_put(made, head, sock + 64, 8);
	made_list_init(made, socket + 32);
	if (end) {
		MADE_SET(made, sock, tcp_received, 500);
		made_put(made, sock + COPIED, 500 - end->unread, 4);
		made_put(made, sock + SENT_AT, end->sent_at, 4);
		made_put(made, sock + RECEIVED_AT, end->received_at, 4);
		made_put(made, sock + BYTES_SENT, end->sent, 8);
		made_put(made, sock + BYTES_RECEIVED, end->received, 8);
	}
	file = made_open_file(w, socket, S_IFSOCK | 0777, 3);
	if (task)
		made_open_fd(w, task, fd, file);
	return file;
}

/* One that listens or not, is connected with a client and an upstream server (NULL: not with that), and sleeps in
 * epoll_wait(). Its files are descriptors 5, 6 and 7; upstreams: of these connections. */
static struct fb_blocked loop(struct made_waits *w, bool listens, const struct end *to_client,
			      const struct end *to_upstream, int upstreams)
{
	uint64_t node = 0, file = 0;
	struct fb_blocked blocked;
	struct made_kernel *made = w->made;

	put_types(w);
	made_open_files_members(w);
	w->marks[1] = made_tcp_tables(w, NULL);
	MADE_FIELD(made, eventpoll_root, 16, 8);
	MADE_FIELD(made, epitem_node, 8, 24);
	MADE_FIELD(made, epitem_file, 32, 8);
	MADE_FIELD(made, epitem_fd, 40, 4);
	MADE_FIELD(made, rb_right, 8, 8);
	MADE_FIELD(made, rb_left, 16, 8);
	made_waits_task(w, 10, 10, "client");
	made_waits_task(w, 20, 20, "server");
	made_waits_task(w, 30, 30, "upstream");
	put_sock(w, &w->list[UPSTREAM], 4, UPSTREAM_PORT, 0, NULL);
	w->marks[0] = made_alloc(made, 64);
	made_open_fd(w, &w->list[SERVER], EPOLL_FD,
		     made_open_file(w, w->marks[0], S_IFREG | 0600, 3));
	for (int i = 0; i < 2 + upstreams; i++) {
		uint64_t at;

		if (i == 0 && listens)
			file = put_sock(w, &w->list[SERVER], 5, SERVER_PORT, 0, NULL);
		else if (i == 1 && to_client)
			file = put_sock(w, &w->list[SERVER], 6, SERVER_PORT, 5000, to_client);
		else if (i >= 2)
			file = put_sock(w, &w->list[SERVER], 5 + (unsigned)i, (uint16_t)(6000 + i),
					UPSTREAM_PORT, to_upstream);
		else
			file = made_open_file(w, made_alloc(made, 64), S_IFREG | 0600, 3);
		at = made_alloc(made, 64);
		MADE_SET(made, at, epitem_file, file);
		MADE_SET(made, at, epitem_fd, 5 + i);
		MADE_SET(made, at + 8, rb_left, node);
		node = at + 8;
	}
	if (to_client)
		put_sock(w, &w->list[CLIENT], 5, 5000, SERVER_PORT, &silent);
	for (int i = 0; i < upstreams; i++)
		put_sock(w, &w->list[UPSTREAM], 5 + (unsigned)i, UPSTREAM_PORT,
			 (uint16_t)(6002 + i), &silent);
	MADE_SET(made, w->marks[0], eventpoll_root, node);
	blocked = made_waits_blocked(w, &w->list[SERVER], "epoll");
	made_waits_call(&blocked, SYS_epoll_wait, EPOLL_FD, 0, 0, 0xffffffffu);
	return blocked;
}

static struct fb_blocked works(struct made_waits *w)
{
	return loop(w, true, &asked, &answered, 1);
}

/* As with a client that sends its one request in the tick in which it connects. */
static struct fb_blocked works_on_what_came_at_once(struct made_waits *w)
{
	return loop(w, true, &asked_at_once, &asks_at_once, 1);
}

static struct fb_blocked works_on_what_is_unread(struct made_waits *w)
{
	return loop(w, true, &unread, &wrapped, 1);
}

/* It has the answer, but has not read it. */
static struct fb_blocked has_the_answer(struct made_waits *w)
{
	return loop(w, true, &asked, &unread, 1);
}

static struct fb_blocked was_asked_by_nobody(struct made_waits *w)
{
	return loop(w, true, &answered, &answered, 1);
}

static struct fb_blocked has_answered(struct made_waits *w)
{
	return loop(w, true, &silent, &asked, 1);
}

static struct fb_blocked asked_two(struct made_waits *w)
{
	return loop(w, true, &asked, &answered, 2);
}

static struct fb_blocked asked_none(struct made_waits *w)
{
	return loop(w, true, &asked, NULL, 0);
}

static struct fb_blocked is_a_client(struct made_waits *w)
{
	return loop(w, false, NULL, &answered, 1);
}

#define LOOP .kind = "epoll", .object = "epoll {0} 0x0", .name = "fd 3", .evidence = EVIDENCE
#define ALL "watches fd 5, fd 6, fd 7"
#define FOLLOWS .owners = "30p", .flags = "others sure"
#define LOOSE .owners = "10p 30p", .flags = "others certain loose sure"

static void follows_a_request_through_an_event_loop(void)
{
	static const struct made_scene scenes[] = {
		{works,
		 fb_wait_epoll,
		 {LOOP, FOLLOWS,
		  .detail = ALL "; owes an answer on 1 connection; sent last on fd 7, and has no "
				"answer"}},
		{works_on_what_is_unread,
		 fb_wait_epoll,
		 {LOOP, FOLLOWS,
		  .detail = ALL "; owes an answer on 1 connection; sent last on fd 7, and has no "
				"answer"}},
		{works_on_what_came_at_once,
		 fb_wait_epoll,
		 {LOOP, FOLLOWS,
		  .detail = ALL "; owes an answer on 1 connection; sent last on fd 7, and has no "
				"answer"}},
		{is_a_client,
		 fb_wait_epoll,
		 {LOOP, FOLLOWS, .detail = ALL "; sent last on fd 7, and has no answer"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

static void an_event_loop_without_a_request_is_idle(void)
{
	static const struct made_scene scenes[] = {
		{has_the_answer,
		 fb_wait_epoll,
		 {LOOP, LOOSE, .detail = ALL "; owes an answer on 1 connection"}},
		{was_asked_by_nobody, fb_wait_epoll, {LOOP, LOOSE, .detail = ALL}},
		{has_answered, fb_wait_epoll, {LOOP, LOOSE, .detail = ALL}},
		{asked_two,
		 fb_wait_epoll,
		 {LOOP, LOOSE, .detail = ALL ", fd 8; owes an answer on 1 connection"}},
		{asked_none,
		 fb_wait_epoll,
		 {LOOP, .owners = "10p", .flags = "others certain loose sure",
		  .detail = "watches fd 5, fd 6; owes an answer on 1 connection"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

static enum fb_wait_debt debt_of(struct made_waits *w, uint64_t file)
{
	enum fb_wait_debt debt = FB_WAIT_LISTENS;

	FB_OK(fb_wait_debt_of(&w->finder, file, &debt));
	return debt;
}

/* Who accepted a connection may owe, who made it may be owed; other sockets and files say nothing. */
static void tells_who_is_to_speak(void)
{
	static const struct {
		const struct end *end;
		enum fb_wait_debt accepted, connected;
	} cases[] = {
		{&asked, FB_WAIT_OWES, FB_WAIT_NO_DEBT},
		{&answered, FB_WAIT_NO_DEBT, FB_WAIT_IS_OWED},
		{&wrapped, FB_WAIT_NO_DEBT, FB_WAIT_IS_OWED},
		{&silent, FB_WAIT_NO_DEBT, FB_WAIT_NO_DEBT},
		{&unread, FB_WAIT_OWES, FB_WAIT_NO_DEBT},
		{&asked_at_once, FB_WAIT_OWES, FB_WAIT_NO_DEBT},
		{&asks_at_once, FB_WAIT_NO_DEBT, FB_WAIT_IS_OWED},
		{&answered_at_once, FB_WAIT_NO_DEBT, FB_WAIT_NO_DEBT},
	};
	struct made_waits w;
	uint64_t file, socket, sock;

	made_waits_begin(&w);
	loop(&w, true, NULL, NULL, 0);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		CU_ASSERT_EQUAL(debt_of(&w, put_sock(&w, NULL, 0, SERVER_PORT, 5, cases[i].end)),
				cases[i].accepted);
		CU_ASSERT_EQUAL(debt_of(&w, put_sock(&w, NULL, 0, 7000, 5, cases[i].end)),
				cases[i].connected);
	}
	CU_ASSERT_EQUAL(debt_of(&w, put_sock(&w, NULL, 0, 9, 0, NULL)), FB_WAIT_LISTENS);
	CU_ASSERT_EQUAL(debt_of(&w, made_open_file(&w, 0, S_IFREG | 0600, 3)), FB_WAIT_NO_DEBT);
	/* Of another type, family and state. */
	for (int i = 0; i < 3; i++) {
		file = put_sock(&w, NULL, 0, SERVER_PORT, 5, &asked);
		memcpy(&socket, made_at(w.made, file + 88), 8);
		memcpy(&sock, made_at(w.made, socket + 8), 8);
		if (i == 0)
			MADE_SET(w.made, sock, sock_type, SOCK_DGRAM);
		else if (i == 1)
			MADE_SET(w.made, sock, sock_family, AF_UNIX);
		else
			MADE_SET(w.made, sock, sock_state, 8);
		CU_ASSERT_EQUAL(debt_of(&w, file), FB_WAIT_NO_DEBT);
	}
	made_waits_end(&w);
}

/* Without the counters the times alone are known. */
static void tells_nothing_of_one_tick_without_counters(void)
{
	struct made_waits w;

	counts = false;
	made_waits_begin(&w);
	loop(&w, true, NULL, NULL, 0);
	CU_ASSERT_EQUAL(debt_of(&w, put_sock(&w, NULL, 0, SERVER_PORT, 5, &asked_at_once)),
			FB_WAIT_NO_DEBT);
	CU_ASSERT_EQUAL(debt_of(&w, put_sock(&w, NULL, 0, SERVER_PORT, 5, &asked)), FB_WAIT_OWES);
	CU_ASSERT_EQUAL(debt_of(&w, put_sock(&w, NULL, 0, 7000, 5, &answered)), FB_WAIT_IS_OWED);
	made_waits_end(&w);
	counts = true;
}

/* Somebody may listen at that port in another network namespace. */
static void a_listener_is_one_of_its_namespace(void)
{
	struct made_waits w;
	uint64_t file, socket, sock;

	made_waits_begin(&w);
	loop(&w, true, NULL, NULL, 0);
	file = put_sock(&w, NULL, 0, SERVER_PORT, 5, &answered);
	CU_ASSERT_EQUAL(debt_of(&w, file), FB_WAIT_NO_DEBT);
	memcpy(&socket, made_at(w.made, file + 88), 8);
	memcpy(&sock, made_at(w.made, socket + 8), 8);
	MADE_SET(w.made, sock, sock_net, w.marks[0]);
	CU_ASSERT_EQUAL(debt_of(&w, file), FB_WAIT_IS_OWED);
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_debt", FB_TEST(follows_a_request_through_an_event_loop),
	     FB_TEST(an_event_loop_without_a_request_is_idle), FB_TEST(tells_who_is_to_speak),
	     FB_TEST(tells_nothing_of_one_tick_without_counters),
	     FB_TEST(a_listener_is_one_of_its_namespace))
