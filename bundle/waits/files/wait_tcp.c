// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps all TCP sockets of the host in the order of their addresses and network namespaces, to find
 * the peer of a connection. Called by wait_socket.c.
 */
#include "bundle/waits/files/wait_tcp.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "bundle/waits/files/wait_holders.h"
#include "kernel/net/tcp_table.h"

/* What identifies one end; peer first is what the other end has. */
struct tcp_end {
	uint8_t ip[2][16];
	uint16_t port[2];
	uint16_t family;
	/* What the other end may have another one of. */
	uint64_t net;
	uint64_t sock;
};

/* The address and port at which a socket listens. */
struct listener {
	uint64_t net;
	uint16_t port, family;
	uint8_t ip[16];
	uint64_t sock;
};

/* The sockets of this host that a TCP connection's other end may be: the table is read once. */
struct tcp {
	struct tcp_end *ends; /* owned; ascending */
	size_t count, room;
	struct listener *listeners; /* owned; ascending */
	size_t listener_count, listener_room;
	bool loaded;
	/* once loaded: whether all of the kernel's tables was read */
	struct fb_wait_absence absence;
};

static void deinit(void *state)
{
	struct tcp *tcp = state;

	free(tcp->ends);
	free(tcp->listeners);
}

static const struct fb_wait_state TCP = {sizeof(struct tcp), deinit};

static int by_end(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct tcp_end, net));
}

/* IPv4 addresses mapped into IPv6 (::ffff:a.b.c.d) are those of the other family's sockets. */
static void set_end(struct tcp_end *end, const struct fb_socket *socket, bool swapped)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(end, 0, sizeof(*end));
	end->family = socket->family;
	for (unsigned i = 0; i < 2; i++) {
		unsigned from = swapped ? 1 - i : i;

		end->port[i] = socket->port[from];
		memcpy(end->ip[i], socket->ip[from], 16);
	}
	if (end->family == AF_INET6 && !memcmp(end->ip[0], mapped, 12) &&
	    !memcmp(end->ip[1], mapped, 12)) {
		end->family = AF_INET;
		for (unsigned i = 0; i < 2; i++) {
			memmove(end->ip[i], end->ip[i] + 12, 4);
			memset(end->ip[i] + 4, 0, 12);
		}
	}
	end->net = socket->net;
	end->sock = socket->address;
}

static struct fb_error *add_listener(struct tcp *tcp, const struct fb_socket *socket)
{
	struct fb_error *err =
		fb_grow_array(&tcp->listeners, &tcp->listener_room, tcp->listener_count,
			      sizeof(*tcp->listeners), FB_MAX_SOCKETS, "listening TCP sockets");

	if (!err) {
		struct listener *listener = &tcp->listeners[tcp->listener_count++];

		*listener = (struct listener){.net = socket->net,
					      .port = socket->port[0],
					      .family = socket->family,
					      .sock = socket->address};
		memcpy(listener->ip, socket->ip[0], sizeof(listener->ip));
	}
	return err;
}

static int by_listener(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	if (x->net != y->net)
		return x->net < y->net ? -1 : 1;
	return (x->port > y->port) - (x->port < y->port);
}

static bool is_tcp(const struct fb_socket *socket)
{
	return (socket->family == AF_INET || socket->family == AF_INET6) &&
	       socket->type == SOCK_STREAM && socket->protocol == IPPROTO_TCP && socket->address;
}

static struct fb_error *add_end(void *context, const struct fb_socket *socket)
{
	struct tcp *tcp = context;
	struct fb_error *err;

	if (socket->sock_state == FB_TCP_LISTEN)
		return add_listener(tcp, socket);
	err = fb_grow_array(&tcp->ends, &tcp->room, tcp->count, sizeof(*tcp->ends), FB_MAX_SOCKETS,
			    "TCP sockets");
	if (!err)
		set_end(&tcp->ends[tcp->count++], socket, false);
	return err;
}

/* Where the kernel's table or a part of it is lost: the sockets that processes have open. */
static struct fb_error *add_held(struct fb_wait_finder *finder, struct tcp *tcp)
{
	struct fb_held_files *held = NULL;
	const struct fb_held_file *entries;
	size_t count = 0;
	struct fb_error *err = fb_wait_held(finder, &held);

	entries = err ? NULL : fb_held_all(held, &count);
	for (size_t i = 0; i < count && !err; i++) {
		struct fb_socket socket;
		bool is = false;

		if (!entries[i].private_data ||
		    (i && entries[i].private_data == entries[i - 1].private_data))
			continue;
		err = fb_socket_is_at(finder->kernel, entries[i].private_data, &is);
		if (err || !is)
			continue;
		err = fb_socket_read(finder->kernel, entries[i].private_data, 0, &socket);
		if (err)
			err = fb_part_skip(err);
		else if (is_tcp(&socket))
			err = add_end(tcp, &socket);
	}
	return err;
}

static struct fb_error *load_tcp(struct fb_wait_finder *finder, struct tcp **tcp_ret)
{
	struct tcp *tcp;
	struct fb_error *err = fb_wait_state(finder, &TCP, &tcp);

	if (!err && !tcp->loaded) {
		bool whole = false;

		tcp->loaded = true;
		tcp->absence = FB_WAIT_ABSENCE_KNOWN;
		err = fb_wait_absence_of(&tcp->absence,
					 fb_tcp_each(finder->kernel, add_end, tcp, &whole));
		if (!whole)
			fb_wait_absence_unknown(&tcp->absence,
						"a part of the kernel's table of TCP sockets "
						"cannot be read");
		if (!err && !whole)
			err = fb_wait_absence_of(&tcp->absence, add_held(finder, tcp));
		if (!err && tcp->count)
			qsort(tcp->ends, tcp->count, sizeof(*tcp->ends), by_end);
		if (!err && tcp->listener_count)
			qsort(tcp->listeners, tcp->listener_count, sizeof(*tcp->listeners),
			      by_listener);
	}
	if (!err)
		*tcp_ret = tcp;
	return err;
}

/* Of one end of a connection. */
struct sequence {
	uint32_t sent, acknowledged, received;
};

static struct fb_error *read_sequence(struct fb_wait_finder *finder, uint64_t sock,
				      struct sequence *to)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t sent, acknowledged, received;
	struct fb_error *err = fb_kernel_field(finder->kernel, sock, &layout->tcp_sent, &sent);

	if (!err)
		err = fb_kernel_field(finder->kernel, sock, &layout->tcp_acknowledged,
				      &acknowledged);
	if (!err)
		err = fb_kernel_field(finder->kernel, sock, &layout->tcp_received, &received);
	if (err)
		return err;
	*to = (struct sequence){(uint32_t)sent, (uint32_t)acknowledged, (uint32_t)received};
	return NULL;
}

/* What one end has received lies between what the other end sent that was acknowledged, and all that
 * it sent; modulo 2^32. */
static bool receives(const struct sequence *receiver, const struct sequence *sender)
{
	return receiver->received - sender->acknowledged <= sender->sent - sender->acknowledged;
}

/* Whether two sockets are the ends of one connection; false where that cannot be told. */
static struct fb_error *are_ends(struct fb_wait_finder *finder, uint64_t one, uint64_t other,
				 bool *are_ret)
{
	struct sequence x, y;
	struct fb_error *err = read_sequence(finder, one, &x);

	if (!err)
		err = read_sequence(finder, other, &y);
	*are_ret = !err && receives(&x, &y) && receives(&y, &x);
	return fb_part_skip(err);
}

struct fb_error *fb_wait_tcp_peer(struct fb_wait_finder *finder, const struct fb_socket *socket,
				  uint64_t *peer_ret, struct fb_wait_absence *absence_ret)
{
	struct tcp_end key;
	struct tcp *tcp;
	uint64_t peer = 0;
	bool are = false;
	size_t first, end;
	struct fb_error *err = load_tcp(finder, &tcp);

	if (err)
		return err;
	set_end(&key, socket, true);
	first = FB_LOWER_BOUND(at, tcp->count, by_end(&tcp->ends[at], &key) < 0);
	end = FB_LOWER_BOUND(at, tcp->count, by_end(&tcp->ends[at], &key) <= 0);
	for (size_t i = first; i < end && !peer; i++)
		if (tcp->ends[i].net == socket->net)
			peer = tcp->ends[i].sock;
	for (size_t i = first; i < end && !peer && !err; i++) {
		err = are_ends(finder, socket->address, tcp->ends[i].sock, &are);
		if (are)
			peer = tcp->ends[i].sock;
	}
	if (err)
		return err;
	*absence_ret = tcp->absence;
	*peer_ret = peer;
	return NULL;
}

struct fb_error *fb_wait_tcp_accepted(struct fb_wait_finder *finder, const struct fb_socket *socket,
				      bool *accepted_ret)
{
	const struct listener own = {.net = socket->net, .port = socket->port[0]};
	struct tcp *tcp;
	struct fb_error *err = load_tcp(finder, &tcp);

	if (!err)
		*accepted_ret =
			tcp->listener_count && bsearch(&own, tcp->listeners, tcp->listener_count,
						       sizeof(own), by_listener);
	if (!err && !*accepted_ret && !tcp->absence.known)
		err = fb_error_create(FB_ABSENT, "%s", tcp->absence.because);
	return err;
}

/* Whether connections to the peer of the socket come to this listener: to its address, or to any of this host, of which
 * those are certain that are the socket's own or of the loopback device. */
static bool is_reached(const struct listener *listener, const struct fb_socket *socket)
{
	static const uint8_t any[16];
	const uint8_t *to = socket->ip[1];
	const bool loops = (socket->family == AF_INET && to[0] == 127) ||
			   !memcmp(socket->ip[0], to, sizeof(any));

	if (listener->family == socket->family && !memcmp(listener->ip, to, sizeof(any)))
		return true;
	return loops && !memcmp(listener->ip, any, sizeof(any)) &&
	       (listener->family == socket->family || listener->family == AF_INET6);
}

/* As sk_acceptq_is_full(). */
static struct fb_error *is_full(struct fb_wait_finder *finder, uint64_t sock, bool *full_ret)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t queued = 0, limit = 0;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, sock, &layout->sock_ack_backlog, &queued);

	if (!err)
		err = fb_kernel_field(finder->kernel, sock, &layout->sock_max_ack_backlog, &limit);
	*full_ret = !err && queued > limit;
	return err;
}

struct fb_error *fb_wait_tcp_listener(struct fb_wait_finder *finder, const struct fb_socket *socket,
				      uint64_t *listener_ret)
{
	const struct listener key = {.net = socket->net, .port = socket->port[1]};
	struct tcp *tcp;
	bool full = false;
	size_t first;
	struct fb_error *err = load_tcp(finder, &tcp);

	*listener_ret = 0;
	if (err)
		return err;
	first = FB_LOWER_BOUND(at, tcp->listener_count, by_listener(&tcp->listeners[at], &key) < 0);
	for (size_t i = first;
	     i < tcp->listener_count && !err && !full && !by_listener(&tcp->listeners[i], &key);
	     i++) {
		if (!is_reached(&tcp->listeners[i], socket))
			continue;
		err = is_full(finder, tcp->listeners[i].sock, &full);
		if (full)
			*listener_ret = tcp->listeners[i].sock;
	}
	return err;
}
