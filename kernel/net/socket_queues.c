// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads queues and timers as tcp_diag_get_info(), get_tcp4_sock(), udp_diag and unix_diag do. Called by the command
 * net.
 */
#include "kernel/net/socket_queues.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/limits.h"

/* icsk_pending (include/net/inet_connection_sock.h) */
#define ICSK_TIME_RETRANS 1u
#define ICSK_TIME_PROBE0 3u
#define ICSK_TIME_LOSS_PROBE 5u
#define ICSK_TIME_REO_TIMEOUT 6u

#define TCP_SYN_RECV 3u

/* Members of a socket that have 32 bits at most. */
struct wanted {
	const struct fb_field *field;
	uint64_t *to;
};

static struct fb_error *read_all(struct fb_kernel *kernel, uint64_t sock,
				 const struct wanted *wanted, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++)
		err = fb_kernel_field(kernel, sock, wanted[i].field, wanted[i].to);
	return err;
}

/* The difference of two sequence numbers, which wrap around at 2^32; 0 where the second is ahead. */
static uint64_t ahead(uint64_t to, uint64_t from)
{
	int32_t difference = (int32_t)((uint32_t)to - (uint32_t)from);

	return difference > 0 ? (uint64_t)difference : 0;
}

static struct fb_error *read_drops(struct fb_kernel *kernel, uint64_t sock, uint64_t *drops_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t counters = 0, first = 0, second = 0;
	struct fb_error *err = fb_kernel_field(kernel, sock, &layout->sock_drops, drops_ret);

	if (err || !layout->sock_drop_counters.found)
		return err;
	err = fb_kernel_field(kernel, sock, &layout->sock_drop_counters, &counters);
	if (err || !counters)
		return err;
	err = fb_kernel_field(kernel, counters, &layout->numa_drops_0, &first);
	if (!err)
		err = fb_kernel_field(kernel, counters, &layout->numa_drops_1, &second);
	*drops_ret += first + second;
	return err;
}

/* What sockets of all protocols have. A sock holds one of the references that sk_wmem_alloc counts besides bytes. */
static struct fb_error *read_memory(struct fb_kernel *kernel, const struct fb_socket *socket,
				    struct fb_socket_queues *queues)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct wanted wanted[] = {
		{&layout->sock_receive_memory, &queues->receive_memory},
		{&layout->sock_send_memory, &queues->send_memory},
		{&layout->sock_receive_limit, &queues->receive_limit},
		{&layout->sock_send_limit, &queues->send_limit},
	};
	struct fb_error *err = read_all(kernel, socket->address, wanted, FB_ARRAY_SIZE(wanted));

	if (queues->send_memory)
		queues->send_memory--;
	queues->receive = queues->receive_memory;
	queues->send = queues->send_memory;
	return err ? err : read_drops(kernel, socket->address, &queues->drops);
}

/* Since when the kernel has had a listener's queue in these two members of any sock. */
static struct fb_error *read_listener(struct fb_kernel *kernel, const struct fb_socket *socket,
				      struct fb_socket_queues *queues)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err = NULL;

	if (socket->family == AF_UNIX)
		err = fb_kernel_field(kernel, socket->address + layout->sock_receive_queue.offset,
				      &layout->skb_queue_length, &queues->receive);
	else
		err = fb_kernel_field(kernel, socket->address, &layout->sock_ack_backlog,
				      &queues->receive);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->sock_max_ack_backlog,
				      &queues->send);
	if (!err && socket->family != AF_UNIX && socket->protocol == IPPROTO_TCP)
		err = fb_kernel_field(kernel, socket->address, &layout->tcp_half_open,
				      &queues->half_open);
	return err;
}

static struct fb_error *read_tcp_timer(struct fb_kernel *kernel, uint64_t sock,
				       struct fb_socket_queues *queues)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t pending = 0, keepalive = 0;
	struct fb_error *err = fb_kernel_field(kernel, sock, &layout->tcp_pending_timer, &pending);

	if (!err)
		err = fb_kernel_field(kernel, sock, &layout->tcp_keepalive_pending, &keepalive);
	if (err)
		return err;
	if (pending == ICSK_TIME_RETRANS || pending == ICSK_TIME_LOSS_PROBE ||
	    pending == ICSK_TIME_REO_TIMEOUT)
		queues->timer = FB_SOCKET_TIMER_ON;
	else if (pending == ICSK_TIME_PROBE0)
		queues->timer = FB_SOCKET_TIMER_PERSIST;
	else if (keepalive)
		queues->timer = FB_SOCKET_TIMER_KEEPALIVE;
	if (queues->timer == FB_SOCKET_TIMER_NONE)
		return NULL;
	return fb_kernel_field(kernel, sock,
			       queues->timer == FB_SOCKET_TIMER_KEEPALIVE
				       ? &layout->tcp_keepalive_expires
				       : &layout->tcp_timeout,
			       &queues->expires);
}

static struct fb_error *read_tcp(struct fb_kernel *kernel, const struct fb_socket *socket,
				 struct fb_socket_queues *queues)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t received = 0, read = 0, written = 0, acknowledged = 0, retransmits = 0, probes = 0;
	const struct wanted wanted[] = {
		{&layout->tcp_received, &received},
		{&layout->tcp_unread_from, &read},
		{&layout->tcp_written, &written},
		{&layout->tcp_acknowledged, &acknowledged},
		{&layout->tcp_retransmits, &retransmits},
		{&layout->tcp_probes, &probes},
		{&layout->tcp_total_retransmits, &queues->retransmitted},
	};
	struct fb_error *err = read_all(kernel, socket->address, wanted, FB_ARRAY_SIZE(wanted));

	if (err)
		return err;
	queues->receive = ahead(received, read);
	queues->send = ahead(written, acknowledged);
	queues->retransmits = (uint32_t)retransmits;
	queues->probes = (uint32_t)probes;
	return read_tcp_timer(kernel, socket->address, queues);
}

static struct fb_error *read_time_wait(struct fb_kernel *kernel, uint64_t sock,
				       struct fb_socket_queues *queues)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t state = 0;
	struct fb_error *err = fb_kernel_field(kernel, sock, &layout->tw_substate, &state);

	queues->timer = FB_SOCKET_TIMER_TIMEWAIT;
	queues->state = (uint8_t)state;
	return err ? err : fb_kernel_field(kernel, sock, &layout->tw_expires, &queues->expires);
}

static struct fb_error *read_half_open(struct fb_kernel *kernel, uint64_t sock,
				       struct fb_socket_queues *queues)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t timeouts = 0;
	struct fb_error *err = fb_kernel_field(kernel, sock, &layout->request_timeouts, &timeouts);

	queues->timer = FB_SOCKET_TIMER_ON;
	queues->state = TCP_SYN_RECV;
	queues->retransmits = (uint32_t)timeouts;
	return err ? err
		   : fb_kernel_field(kernel, sock, &layout->request_expires, &queues->expires);
}

/* A datagram that is read returns its memory later, in batches: what is owed is no longer in the queue. */
static struct fb_error *read_udp(struct fb_kernel *kernel, const struct fb_socket *socket,
				 struct fb_socket_queues *queues)
{
	const struct fb_field *deficit = &fb_kernel_layout(kernel)->udp_deficit;
	uint64_t owed = 0;
	struct fb_error *err = fb_kernel_field(kernel, socket->address, deficit, &owed);

	if (!err)
		queues->receive = owed < queues->receive ? queues->receive - owed : 0;
	return err;
}

/* The bytes of one buffer of a unix socket that were not read. */
static struct fb_error *read_unix_buffer(struct fb_kernel *kernel, uint64_t buffer,
					 uint64_t *bytes_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t length = 0, consumed = 0;
	struct fb_error *err = fb_layout_require(&layout->skb_control);

	if (!err)
		err = fb_kernel_field(kernel, buffer, &layout->skb_length, &length);
	if (!err)
		err = fb_kernel_field(kernel, buffer + layout->skb_control.offset,
				      &layout->unix_skb_consumed, &consumed);
	*bytes_ret = consumed < length ? length - consumed : 0;
	return err;
}

/* unix_inq_len(): all bytes of a stream; of datagrams those of the first one. */
static struct fb_error *read_unix(struct fb_kernel *kernel, const struct fb_socket *socket,
				  struct fb_socket_queues *queues)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t head = socket->address + layout->sock_receive_queue.offset, buffer = head;
	uint64_t length = 0, bytes;
	struct fb_error *err = fb_layout_require(&layout->sock_receive_queue);

	queues->receive = 0;
	if (!err && socket->type == SOCK_STREAM && layout->unix_receive_length.found)
		return fb_kernel_field(kernel, socket->address, &layout->unix_receive_length,
				       &queues->receive);
	if (!err)
		err = fb_kernel_field(kernel, head, &layout->skb_queue_length, &length);
	if (!err && length && socket->type == SOCK_DGRAM)
		length = 1;
	if (!err && length > FB_MAX_SOCKET_BUFFERS)
		err = fb_error_create(FB_CORRUPT, "a queue of %u buffers", (uint32_t)length);
	for (uint64_t i = 0; i < length && !err; i++) {
		err = fb_space_u64(fb_kernel_space(kernel), buffer, &buffer); /* its first member */
		if (!err && (buffer == head || !fb_kernel_address_ok(buffer)))
			err = fb_error_create(FB_CORRUPT, "a queue ends before its last buffer");
		if (!err)
			err = read_unix_buffer(kernel, buffer, &bytes);
		if (!err)
			queues->receive += bytes;
	}
	return err;
}

struct fb_error *fb_socket_queues_read(struct fb_kernel *kernel, const struct fb_socket *socket,
				       struct fb_socket_queues *queues_ret)
{
	struct fb_socket_queues queues = {.state = socket->sock_state};
	bool inet = socket->family == AF_INET || socket->family == AF_INET6;
	struct fb_error *err = NULL;

	if (inet && socket->sock_state == FB_TCP_TIME_WAIT) {
		err = read_time_wait(kernel, socket->address, &queues);
	} else if (inet && socket->sock_state == FB_TCP_NEW_SYN_RECV) {
		err = read_half_open(kernel, socket->address, &queues);
	} else {
		err = read_memory(kernel, socket, &queues);
		if (!err && inet && socket->type == SOCK_STREAM && socket->protocol == IPPROTO_TCP)
			err = read_tcp(kernel, socket, &queues);
		else if (!err && inet && socket->type == SOCK_DGRAM &&
			 (socket->protocol == IPPROTO_UDP || socket->protocol == IPPROTO_UDPLITE))
			err = read_udp(kernel, socket, &queues);
		else if (!err && socket->family == AF_UNIX)
			err = read_unix(kernel, socket, &queues);
		if (!err && socket->sock_state == FB_TCP_LISTEN)
			err = read_listener(kernel, socket, &queues);
	}
	if (!err)
		*queues_ret = queues;
	return err;
}

const char *fb_socket_timer_name(enum fb_socket_timer timer)
{
	static const char *const names[] = {NULL, "on", "keepalive", "timewait", "persist"};

	return names[timer];
}
