// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that wait at a socket: for data, for room, for a connection. The peer
 * of a UNIX socket is linked to it; that of a TCP connection on this host is the
 * socket with the same two addresses the other way round.
 */
#include "bundle/waits/files/wait_socket.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_memory.h"
#include "kernel/files/files.h"

#define TCP_LISTEN 10u

/* What identifies one end; peer first is what the other end has. */
struct tcp_end {
	uint8_t ip[2][16];
	uint16_t port[2];
	uint16_t family;
	uint64_t sock;
};

/* The sockets of this host that a TCP connection's other end may be: the table is read once. */
struct tcp {
	struct tcp_end *ends; /* owned; ascending */
	size_t count, room;
	bool loaded;
};

static void deinit(void *state)
{
	struct tcp *tcp = state;

	free(tcp->ends);
}

static const struct fb_wait_state TCP = {sizeof(struct tcp), deinit};

static int by_end(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct tcp_end, sock));
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
	end->sock = socket->address;
}

static struct fb_error *add_end(void *context, const struct fb_socket *socket)
{
	struct tcp *tcp = context;
	struct fb_error *err;

	if (socket->sock_state == TCP_LISTEN)
		return NULL;
	err = fb_grow_array(&tcp->ends, &tcp->room, tcp->count, sizeof(*tcp->ends), FB_MAX_SOCKETS,
			    "TCP sockets");
	if (!err)
		set_end(&tcp->ends[tcp->count++], socket, false);
	return err;
}

static struct fb_error *load_tcp(struct fb_wait_finder *finder, struct tcp **tcp_ret)
{
	struct tcp *tcp;
	struct fb_error *err = fb_wait_state(finder, &TCP, &tcp);

	if (!err && !tcp->loaded) {
		tcp->loaded = true;
		err = fb_tcp_each(finder->kernel, add_end, tcp);
		if (!err && tcp->count)
			qsort(tcp->ends, tcp->count, sizeof(*tcp->ends), by_end);
	}
	if (!err)
		*tcp_ret = tcp;
	return err;
}

/* The sock of the other end; 0 where it is not on this host. */
static struct fb_error *find_tcp_peer(struct fb_wait_finder *finder, const struct fb_socket *socket,
				      uint64_t *peer_ret)
{
	struct tcp_end key;
	const struct tcp_end *found;
	struct tcp *tcp;
	struct fb_error *err = load_tcp(finder, &tcp);

	if (err)
		return err;
	set_end(&key, socket, true);
	found = tcp->count ? bsearch(&key, tcp->ends, tcp->count, sizeof(key), by_end) : NULL;
	*peer_ret = found && found->sock != socket->address ? found->sock : 0;
	return NULL;
}

static struct fb_error *find_peer(struct fb_wait_finder *finder, const struct fb_socket *socket,
				  uint64_t *peer_ret)
{
	*peer_ret = 0;
	if (socket->family == AF_UNIX)
		return fb_kernel_field(finder->kernel, socket->address, &finder->layout->unix_peer,
				       peer_ret);
	if ((socket->family == AF_INET || socket->family == AF_INET6) &&
	    socket->type == SOCK_STREAM && socket->port[1])
		return find_tcp_peer(finder, socket, peer_ret);
	return NULL;
}

/* sock -> socket -> file, and who has that open. */
static struct fb_error *add_owners(struct fb_wait_finder *finder, size_t object, uint64_t peer)
{
	uint64_t socket = 0, file = 0;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, peer, &finder->layout->sock_socket, &socket);
	if (!err && socket)
		err = fb_kernel_field(finder->kernel, socket, &finder->layout->socket_file, &file);
	if (err)
		return err;
	if (file)
		return fb_wait_add_holders(finder, object, file, 0, 0);
	finder->graph.objects[object].others = true;
	return NULL;
}

struct fb_error *fb_wait_add_peer(struct fb_wait_finder *finder, size_t object, uint64_t file,
				  struct fb_socket *socket_ret)
{
	struct fb_file_info info;
	struct fb_socket socket;
	uint64_t peer;
	struct fb_error *err;

	err = fb_file_info(finder->kernel, file, &info);
	if (!err)
		err = fb_file_socket(finder->kernel, file, &info, &socket);
	if (!err)
		err = find_peer(finder, &socket, &peer);
	if (err)
		return err;
	if (socket_ret)
		*socket_ret = socket;
	if (peer)
		return add_owners(finder, object, peer);
	finder->graph.objects[object].others = true;
	return NULL;
}

static const char *kind_of(const struct fb_blocked *blocked, const struct fb_socket *socket)
{
	const char *kind = blocked->site->kind;
	bool reads = strstr(kind, "read"), writes = strstr(kind, "write");

	if (!reads && !writes)
		return kind; /* accept, connect */
	if (socket->family == AF_UNIX)
		return reads ? "unix-read" : "unix-write";
	if ((socket->family == AF_INET || socket->family == AF_INET6) &&
	    socket->type == SOCK_STREAM)
		return reads ? "tcp-read" : "tcp-write";
	return reads ? "socket-read" : "socket-write";
}

static struct fb_error *describe(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 uint64_t file, struct fb_socket *socket, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	char text[FB_SOCKET_TEXT];
	struct fb_error *err = fb_wait_add_peer(finder, index, file, socket);

	if (err)
		return err;
	object->certain = true;
	err = fb_wait_text(&object->name, "%s", fb_socket_text(socket, text, sizeof(text)));
	if (err || object->owner_count)
		return err;
	if (!strcmp(blocked->site->kind, "accept"))
		return fb_wait_text(&object->need, "anybody who can reach the address may connect");
	if (socket->family == AF_UNIX)
		return fb_wait_text(&object->need, "it is not connected: anybody may send to it");
	return fb_wait_text(&object->need, "the peer is no socket of this host that a process has "
					   "open");
}

struct fb_error *fb_wait_socket(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	struct fb_socket socket = {0};
	uint64_t file, private_data = 0;
	bool fresh;
	struct fb_error *err;

	if (!blocked->has_regs)
		return fb_error_create(FB_ABSENT, "the thread's user registers are unknown");
	wait.evidence = "its descriptor, and the sockets of this host";
	err = fb_wait_fd(finder, blocked, blocked->args[0], &file);
	if (!err)
		err = fb_kernel_field(finder->kernel, file, &finder->layout->file_private_data,
				      &private_data);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "socket", private_data, 0, &wait.object,
					   &fresh);
	if (!err && fresh)
		err = describe(finder, blocked, file, &socket, wait.object);
	else if (!err)
		err = fb_socket_read(finder->kernel, private_data, 0, &socket);
	wait.kind = kind_of(blocked, &socket);
	if (!err)
		err = fb_wait_text(&wait.detail, "fd %u", (unsigned)blocked->args[0]);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}
