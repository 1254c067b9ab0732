// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait at a socket: for data, for room, for a connection. A UNIX socket is
 * linked with its peer; wait_tcp.c finds the peer of a TCP connection. Called through the table in
 * bundle/waits/recognisers.c.
 */
#include "bundle/waits/files/wait_socket.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/part.h"
#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_open_file.h"
#include "bundle/waits/files/wait_tcp.h"

/* The sock of the other end, which for one that waits for an answer to its SYN is the one that listens and whose queue
 * is full; 0 where there is none on this host. */
static struct fb_error *find_peer(struct fb_wait_finder *finder, const struct fb_socket *socket,
				  uint64_t *peer_ret, struct fb_wait_absence *absence)
{
	struct fb_error *err;

	*peer_ret = 0;
	if (socket->family == AF_UNIX)
		return fb_kernel_field(finder->kernel, socket->address, &finder->layout->unix_peer,
				       peer_ret);
	if ((socket->family != AF_INET && socket->family != AF_INET6) ||
	    socket->type != SOCK_STREAM || !socket->port[1])
		return NULL;
	err = fb_wait_tcp_peer(finder, socket, peer_ret, absence);
	if (!err && !*peer_ret && socket->sock_state == FB_TCP_SYN_SENT)
		err = fb_wait_tcp_listener(finder, socket, peer_ret);
	return err;
}

/* sock -> socket, and who has that open. One without a socket was closed by its process, or not
 * accepted yet. */
static struct fb_error *add_owners(struct fb_wait_finder *finder, size_t object, uint64_t peer)
{
	uint64_t socket = 0;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, peer, &finder->layout->sock_socket, &socket);
	if (!err && socket)
		return fb_wait_add_private_holders(finder, object, socket, 0);
	finder->graph.objects[object].others = true;
	return err;
}

struct fb_error *fb_wait_add_peer(struct fb_wait_finder *finder, size_t object, uint64_t socket,
				  struct fb_socket *read_ret, struct fb_wait_absence *absence_ret)
{
	struct fb_socket read;
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	uint64_t peer = 0;
	struct fb_error *err = fb_socket_read(finder->kernel, socket, 0, &read);

	if (err)
		return err;
	err = find_peer(finder, &read, &peer, &absence);
	if (!err && peer)
		err = add_owners(finder, object, peer);
	if (!err && !peer)
		finder->graph.objects[object].others = true;
	if (err && !fb_error_is_fatal(err)) {
		fb_wait_absence_unknown(&absence, "the other end cannot be read: %s",
					fb_error_message(err));
		fb_error_destroy(err);
		err = NULL;
	}
	if (!err && absence.known)
		err = fb_wait_holders_absence(finder, &absence);
	if (err)
		return err;
	if (read_ret)
		*read_ret = read;
	*absence_ret = absence;
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
				 const struct fb_wait_file *at, struct fb_socket *socket,
				 size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct fb_wait_absence absence;
	char text[FB_SOCKET_TEXT];
	struct fb_error *err = fb_wait_add_peer(finder, index, at->private_data, socket, &absence);

	if (err)
		return err;
	object->certain = true;
	err = fb_wait_text(&object->name, "%s", fb_socket_text(socket, text, sizeof(text)));
	if (err || object->owner_count)
		return err;
	if (!strcmp(blocked->site->kind, "accept"))
		return fb_wait_text(&object->need, "anybody who can reach the address may connect");
	if (socket->family == AF_UNIX)
		return fb_wait_say_none(object, &absence,
					"it is not connected, or the other end is closed or not "
					"accepted yet",
					"a process has the other end open");
	return fb_wait_say_none(object, &absence,
				"the other end is no socket of this host that a process has open",
				"a process of this host has the other end open");
}

struct fb_error *fb_wait_socket(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	bool writes = strstr(wait.kind, "write") || !strcmp(wait.kind, "connect");
	struct fb_socket socket = {0};
	struct fb_wait_file at;
	bool fresh;
	struct fb_error *err = fb_wait_file_find(finder, blocked, FB_WAIT_SOCKET, writes, &at);

	if (err)
		return err;
	wait.evidence = at.proven ? "the wait queue that it sleeps in, and the sockets of this host"
				  : "its descriptor, and the sockets of this host";
	err = fb_wait_graph_object(&finder->graph, "socket", at.private_data, 0, &wait.object,
				   &fresh);
	if (!err && fresh)
		err = describe(finder, blocked, &at, &socket, wait.object);
	else if (!err)
		err = fb_socket_read(finder->kernel, at.private_data, 0, &socket);
	wait.kind = kind_of(blocked, &socket);
	if (!err && at.fd >= 0)
		err = fb_wait_text(&wait.detail, "fd %" PRId64, at.fd);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}
