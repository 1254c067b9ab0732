// SPDX-License-Identifier: GPL-2.0-or-later
/* Queues and timers of made sockets of each kind. Those of real ones are held by tests/truth/check. */
#include "kernel/net/socket_queues.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"

enum { ESTABLISHED = 1, TIME_WAIT = 6, CLOSE = 7, LISTEN = 10, NEW_SYN_RECV = 12 };

static void memory_members(struct made_kernel *made)
{
	MADE_FIELD(made, sock_receive_memory, 96, 4);
	MADE_FIELD(made, sock_send_memory, 100, 4);
	MADE_FIELD(made, sock_receive_limit, 104, 4);
	MADE_FIELD(made, sock_send_limit, 108, 4);
	MADE_FIELD(made, sock_drops, 112, 4);
	MADE_FIELD(made, sock_receive_queue, 128, 24);
	MADE_FIELD(made, skb_queue_length, 16, 4);
	MADE_FIELD(made, skb_length, 32, 4);
	MADE_FIELD(made, skb_control, 40, 48);
	MADE_FIELD(made, unix_skb_consumed, 28, 4);
	MADE_FIELD(made, sock_ack_backlog, 152, 4);
	MADE_FIELD(made, sock_max_ack_backlog, 156, 4);
}

static struct made_kernel *begin(void)
{
	struct made_kernel *made = made_kernel_create();

	made_files_members(made);
	made_sockets_members(made);
	memory_members(made);
	MADE_FIELD(made, tcp_sent, 200, 4);
	MADE_FIELD(made, tcp_acknowledged, 204, 4);
	MADE_FIELD(made, tcp_received, 208, 4);
	MADE_FIELD(made, tcp_unread_from, 212, 4);
	MADE_FIELD(made, tcp_written, 216, 4);
	MADE_FIELD(made, tcp_total_retransmits, 220, 4);
	MADE_FIELD(made, tcp_pending_timer, 224, 1);
	MADE_FIELD(made, tcp_retransmits, 225, 1);
	MADE_FIELD(made, tcp_probes, 226, 1);
	MADE_FIELD(made, tcp_half_open, 228, 4);
	MADE_FIELD(made, tcp_timeout, 232, 8);
	MADE_FIELD(made, tcp_keepalive_pending, 240, 8);
	MADE_FIELD(made, tcp_keepalive_expires, 248, 8);
	MADE_FIELD(made, tw_substate, 96, 1);
	MADE_FIELD(made, tw_expires, 104, 8);
	MADE_FIELD(made, request_expires, 104, 8);
	MADE_FIELD(made, request_timeouts, 112, 1);
	MADE_FIELD(made, udp_deficit, 200, 4);
	return made;
}

static uint64_t sock(struct made_kernel *made, unsigned family, unsigned type, unsigned protocol,
		     unsigned state)
{
	uint64_t address = made_sock(made, family, type, state);

	MADE_SET(made, address, sock_protocol, protocol);
	if (state == TIME_WAIT || state == NEW_SYN_RECV)
		return address;
	MADE_SET(made, address, sock_receive_memory, 5000);
	MADE_SET(made, address, sock_send_memory, 3001);
	MADE_SET(made, address, sock_receive_limit, 212992);
	MADE_SET(made, address, sock_send_limit, 425984);
	MADE_SET(made, address, sock_drops, 17);
	return address;
}

static struct fb_socket_queues read(struct made_kernel *made, uint64_t address)
{
	struct fb_socket socket;
	struct fb_socket_queues queues = {0};

	FB_OK_FATAL(fb_sock_read(&made->kernel, address, &socket));
	FB_OK(fb_socket_queues_read(&made->kernel, &socket, &queues));
	return queues;
}

static void bytes_of_a_connection(void)
{
	struct made_kernel *made = begin();
	uint64_t tcp = sock(made, AF_INET, SOCK_STREAM, IPPROTO_TCP, ESTABLISHED);
	struct fb_socket_queues queues;

	MADE_SET(made, tcp, tcp_unread_from, 0xfffffff0u); /* the numbers wrap around */
	MADE_SET(made, tcp, tcp_received, 0x10);
	MADE_SET(made, tcp, tcp_acknowledged, 100);
	MADE_SET(made, tcp, tcp_written, 170);
	MADE_SET(made, tcp, tcp_retransmits, 3);
	MADE_SET(made, tcp, tcp_probes, 2);
	MADE_SET(made, tcp, tcp_total_retransmits, 44);
	queues = read(made, tcp);
	CU_ASSERT_EQUAL(queues.receive, 0x20);
	CU_ASSERT_EQUAL(queues.send, 70);
	CU_ASSERT_EQUAL(queues.retransmits, 3);
	CU_ASSERT_EQUAL(queues.probes, 2);
	CU_ASSERT_EQUAL(queues.retransmitted, 44);
	CU_ASSERT_EQUAL(queues.receive_memory, 5000);
	CU_ASSERT_EQUAL(queues.send_memory, 3000);
	CU_ASSERT_EQUAL(queues.receive_limit, 212992);
	CU_ASSERT_EQUAL(queues.send_limit, 425984);
	CU_ASSERT_EQUAL(queues.drops, 17);
	CU_ASSERT_EQUAL(queues.state, ESTABLISHED);
	CU_ASSERT_PTR_NULL(fb_socket_timer_name(queues.timer));
	/* One byte more than was received is read: a FIN. */
	MADE_SET(made, tcp, tcp_unread_from, 0x11);
	CU_ASSERT_EQUAL(read(made, tcp).receive, 0);
	made_kernel_destroy(made);
}

static void timers(void)
{
	static const struct {
		unsigned pending, keepalive;
		enum fb_socket_timer timer;
		const char *name;
		uint64_t expires;
	} rows[] = {
		{0, 0, FB_SOCKET_TIMER_NONE, NULL, 0},
		{1, 1, FB_SOCKET_TIMER_ON, "on", 111},
		{5, 0, FB_SOCKET_TIMER_ON, "on", 111},
		{6, 0, FB_SOCKET_TIMER_ON, "on", 111},
		{3, 1, FB_SOCKET_TIMER_PERSIST, "persist", 111},
		{2, 1, FB_SOCKET_TIMER_KEEPALIVE, "keepalive", 222},
	};
	struct made_kernel *made = begin();
	uint64_t tcp = sock(made, AF_INET6, SOCK_STREAM, IPPROTO_TCP, ESTABLISHED);

	MADE_SET(made, tcp, tcp_timeout, 111);
	MADE_SET(made, tcp, tcp_keepalive_expires, 222);
	for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++) {
		struct fb_socket_queues queues;

		MADE_SET(made, tcp, tcp_pending_timer, rows[i].pending);
		MADE_SET(made, tcp, tcp_keepalive_pending, rows[i].keepalive ? MADE_BASE : 0);
		queues = read(made, tcp);
		CU_ASSERT_EQUAL(queues.timer, rows[i].timer);
		CU_ASSERT_EQUAL(queues.expires, rows[i].expires);
		if (rows[i].name)
			CU_ASSERT_STRING_EQUAL(fb_socket_timer_name(queues.timer), rows[i].name);
	}
	made_kernel_destroy(made);
}

/* Their structs end before the members of a sock: what would be there is not read. */
static void small_ones(void)
{
	struct made_kernel *made = begin();
	uint64_t wait = sock(made, AF_INET, 0, 0, TIME_WAIT);
	uint64_t half = sock(made, AF_INET6, 0, 0, NEW_SYN_RECV);
	struct fb_socket_queues queues;
	struct fb_socket socket;

	MADE_SET(made, wait, tw_substate, 5);
	MADE_SET(made, wait, tw_expires, 333);
	queues = read(made, wait);
	CU_ASSERT_EQUAL(queues.state, 5);
	CU_ASSERT_EQUAL(queues.timer, FB_SOCKET_TIMER_TIMEWAIT);
	CU_ASSERT_EQUAL(queues.expires, 333);
	CU_ASSERT_EQUAL(queues.receive_memory, 0);
	MADE_SET(made, half, request_expires, 444);
	MADE_SET(made, half, request_timeouts, 2);
	queues = read(made, half);
	CU_ASSERT_EQUAL(queues.state, 3);
	CU_ASSERT_EQUAL(queues.timer, FB_SOCKET_TIMER_ON);
	CU_ASSERT_EQUAL(queues.expires, 444);
	CU_ASSERT_EQUAL(queues.retransmits, 2);
	FB_OK(fb_sock_read(&made->kernel, half, &socket));
	CU_ASSERT_EQUAL(socket.protocol, IPPROTO_TCP);
	CU_ASSERT_EQUAL(socket.type, SOCK_STREAM);
	made_kernel_destroy(made);
}

static void listeners(void)
{
	struct made_kernel *made = begin();
	uint64_t tcp = sock(made, AF_INET, SOCK_STREAM, IPPROTO_TCP, LISTEN);
	uint64_t local = sock(made, AF_UNIX, SOCK_STREAM, 0, LISTEN);
	struct fb_socket_queues queues;

	MADE_SET(made, tcp, sock_ack_backlog, 129);
	MADE_SET(made, tcp, sock_max_ack_backlog, 128);
	MADE_SET(made, tcp, tcp_half_open, 7);
	queues = read(made, tcp);
	CU_ASSERT_EQUAL(queues.receive, 129);
	CU_ASSERT_EQUAL(queues.send, 128);
	CU_ASSERT_EQUAL(queues.half_open, 7);
	MADE_SET(made, local, sock_max_ack_backlog, 10);
	queues = read(made, local);
	CU_ASSERT_EQUAL(queues.receive, 0);
	CU_ASSERT_EQUAL(queues.send, 10);
	CU_ASSERT_EQUAL(queues.half_open, 0);
	made_kernel_destroy(made);
}

static void datagrams(void)
{
	struct made_kernel *made = begin();
	uint64_t udp = sock(made, AF_INET, SOCK_DGRAM, IPPROTO_UDP, CLOSE), counters;
	uint64_t raw = sock(made, AF_INET, SOCK_RAW, IPPROTO_ICMP, CLOSE);

	MADE_SET(made, udp, udp_deficit, 1000);
	CU_ASSERT_EQUAL(read(made, udp).receive, 4000);
	CU_ASSERT_EQUAL(read(made, udp).send, 3000);
	MADE_SET(made, udp, udp_deficit, 6000); /* seen while it is paid back */
	CU_ASSERT_EQUAL(read(made, udp).receive, 0);
	MADE_SET(made, raw, udp_deficit, 1000); /* something else */
	CU_ASSERT_EQUAL(read(made, raw).receive, 5000);
	/* Counters by node besides that of the socket. */
	MADE_FIELD(made, sock_drop_counters, 160, 8);
	MADE_FIELD(made, numa_drops_0, 0, 4);
	MADE_FIELD(made, numa_drops_1, 64, 4);
	CU_ASSERT_EQUAL(read(made, udp).drops, 17);
	counters = made_alloc(made, 128);
	MADE_SET(made, udp, sock_drop_counters, counters);
	MADE_SET(made, counters, numa_drops_0, 100);
	MADE_SET(made, counters, numa_drops_1, 1000);
	CU_ASSERT_EQUAL(read(made, udp).drops, 1117);
	made_kernel_destroy(made);
}

/* A buffer behind the last one of the queue. */
static uint64_t add_buffer(struct made_kernel *made, uint64_t local, uint64_t behind,
			   unsigned length, unsigned consumed)
{
	const struct fb_layout *layout = &made->kernel.layout;
	uint64_t buffer = made_alloc(made, 128), head = local + layout->sock_receive_queue.offset;
	uint32_t count;

	MADE_SET(made, buffer, skb_length, length);
	MADE_SET(made, buffer + layout->skb_control.offset, unix_skb_consumed, consumed);
	made_put(made, buffer, head, 8);
	made_put(made, behind, buffer, 8);
	FB_OK_FATAL(fb_space_u32(&made->space, head + layout->skb_queue_length.offset, &count));
	MADE_SET(made, head, skb_queue_length, count + 1);
	return buffer;
}

static void unix_buffers(void)
{
	struct made_kernel *made = begin();
	uint64_t local = sock(made, AF_UNIX, SOCK_STREAM, 0, ESTABLISHED), head, first;
	struct fb_socket_queues queues = {0};
	struct fb_socket socket;

	head = local + made->kernel.layout.sock_receive_queue.offset;
	CU_ASSERT_EQUAL(read(made, local).receive, 0);
	first = add_buffer(made, local, head, 500, 200);
	(void)add_buffer(made, local, first, 70, 0);
	CU_ASSERT_EQUAL(read(made, local).receive, 370);
	MADE_SET(made, local, sock_type, SOCK_SEQPACKET);
	CU_ASSERT_EQUAL(read(made, local).receive, 370);
	MADE_SET(made, local, sock_type, SOCK_DGRAM); /* the first datagram's */
	CU_ASSERT_EQUAL(read(made, local).receive, 300);
	MADE_SET(made, local, sock_type, SOCK_STREAM);
	FB_OK_FATAL(fb_sock_read(&made->kernel, local, &socket));
	MADE_SET(made, head, skb_queue_length, 3);
	FB_FAILS_WITH(fb_socket_queues_read(&made->kernel, &socket, &queues), FB_CORRUPT,
		      "ends before its last");
	MADE_SET(made, head, skb_queue_length, FB_MAX_SOCKET_BUFFERS + 1);
	FB_FAILS_WITH(fb_socket_queues_read(&made->kernel, &socket, &queues), FB_CORRUPT,
		      "a queue of 1048577 buffers");
	made_put(made, first, 0x77, 8);
	MADE_SET(made, head, skb_queue_length, 2);
	FB_FAILS(fb_socket_queues_read(&made->kernel, &socket, &queues), FB_CORRUPT);
	/* A kernel that counts the bytes itself needs no buffers. */
	MADE_FIELD(made, unix_receive_length, 168, 4);
	MADE_SET(made, local, unix_receive_length, 369);
	CU_ASSERT_EQUAL(read(made, local).receive, 369);
	made_kernel_destroy(made);
}

struct question {
	struct made_kernel *made;
	struct fb_socket socket;
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	struct fb_socket_queues queues;

	return fb_socket_queues_read(&question->made->kernel, &question->socket, &queues);
}

static void errors_are_passed_on(void)
{
	struct question question = {.made = begin()};
	struct made_kernel *made = question.made;
	uint64_t tcp = sock(made, AF_INET, SOCK_STREAM, IPPROTO_TCP, LISTEN);
	uint64_t local = sock(made, AF_UNIX, SOCK_STREAM, 0, ESTABLISHED);

	MADE_SET(made, tcp, tcp_pending_timer, 1);
	FB_OK_FATAL(fb_sock_read(&made->kernel, tcp, &question.socket));
	CU_ASSERT(failing_made_must_pass(made, ask, &question) > 12);
	(void)add_buffer(made, local, local + made->kernel.layout.sock_receive_queue.offset, 5, 0);
	FB_OK_FATAL(fb_sock_read(&made->kernel, local, &question.socket));
	CU_ASSERT(failing_made_must_pass(made, ask, &question) > 7);
	made->kernel.layout.tcp_written.found = false;
	FB_OK_FATAL(fb_sock_read(&made->kernel, tcp, &question.socket));
	FB_FAILS_WITH(ask(&question), FB_NOT_FOUND, "tcp_written");
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/socket_queues", FB_TEST(bytes_of_a_connection), FB_TEST(timers),
	     FB_TEST(small_ones), FB_TEST(listeners), FB_TEST(datagrams), FB_TEST(unix_buffers),
	     FB_TEST(errors_are_passed_on))
