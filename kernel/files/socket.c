// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads one socket: the members that all sockets have, then its addresses by family. Called by files.c and
 * kernel/net, and by waits.
 */
#include "kernel/files/socket.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/part.h"
#include "base/text.h"

enum { LOCAL, PEER };

static struct fb_error *read_ip(struct fb_kernel *kernel, uint64_t sock,
				const struct fb_field *field, size_t length, uint8_t *to)
{
	struct fb_error *err = fb_layout_require(field);

	if (!err && field->size != length)
		err = fb_error_create(FB_UNSUPPORTED, "%s has %u bytes", field->name, field->size);
	return err ? err : fb_space_read(fb_kernel_space(kernel), sock + field->offset, to, length);
}

static void format_ip(unsigned family, const uint8_t *ip, uint16_t port, char *to)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family == AF_INET6 ? AF_INET6 : AF_INET, ip, text, sizeof(text));
	snprintf(to, FB_SOCKET_ADDRESS, family == AF_INET6 ? "[%s]:%u" : "%s:%u", text, port);
}

static struct fb_error *read_inet(struct fb_kernel *kernel, struct fb_socket *socket)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	bool v6 = socket->family == AF_INET6;
	size_t length = v6 ? 16 : 4;
	uint64_t port, peer_port;
	struct fb_error *err;

	err = read_ip(kernel, socket->address, v6 ? &layout->sock_v6_local : &layout->sock_local,
		      length, socket->ip[LOCAL]);
	if (!err)
		err = read_ip(kernel, socket->address,
			      v6 ? &layout->sock_v6_peer : &layout->sock_peer, length,
			      socket->ip[PEER]);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->sock_num, &port);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->sock_peer_port, &peer_port);
	if (err)
		return err;
	socket->port[LOCAL] = (uint16_t)port;
	socket->port[PEER] = ntohs((uint16_t)peer_port);
	format_ip(socket->family, socket->ip[LOCAL], socket->port[LOCAL], socket->local);
	format_ip(socket->family, socket->ip[PEER], socket->port[PEER], socket->peer);
	return NULL;
}

/* What a unix socket is bound to: struct unix_address, whose len counts the family. */
static struct fb_error *read_unix_name(struct fb_kernel *kernel, uint64_t sock, char *to)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	char path[sizeof(struct sockaddr_un)] = "";
	uint64_t address, length;
	size_t size;
	struct fb_error *err;

	err = fb_kernel_field(kernel, sock, &layout->unix_addr, &address);
	if (err || !address)
		return err;
	err = fb_kernel_field(kernel, address, &layout->unix_address_length, &length);
	if (!err)
		err = fb_layout_require(&layout->unix_address_name);
	if (err)
		return err;
	if (length < sizeof(sa_family_t) || length > sizeof(struct sockaddr_un) + 1)
		return fb_error_create(FB_CORRUPT, "a unix address of %" PRIu64 " bytes", length);
	size = length - sizeof(sa_family_t);
	if (!size)
		return NULL; /* unnamed */
	if (size > sizeof(path))
		size = sizeof(path);
	err = fb_space_read(fb_kernel_space(kernel),
			    address + layout->unix_address_name.offset + sizeof(sa_family_t), path,
			    size);
	if (err)
		return err;
	if (path[0]) { /* in the file system: ends at its NUL */
		fb_text_escape(path, strnlen(path, size), to, FB_SOCKET_ADDRESS);
	} else { /* abstract: all of its bytes count */
		to[0] = '@';
		fb_text_escape(path + 1, size - 1, to + 1, FB_SOCKET_ADDRESS - 1);
	}
	return NULL;
}

static struct fb_error *read_netlink(struct fb_kernel *kernel, struct fb_socket *socket)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t port, peer, groups, words = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, socket->address, &layout->netlink_portid, &port);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->netlink_dst_portid, &peer);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->netlink_groups, &groups);
	if (err)
		return err;
	if (groups) /* a bitmap; the first word has the groups that nl_groups can name */
		err = fb_part_warn(fb_kernel_warnings(kernel),
				   fb_space_u64(fb_kernel_space(kernel), groups, &words),
				   "the groups of a netlink socket");
	snprintf(socket->local, sizeof(socket->local), "pid %u, groups 0x%" PRIx64, (uint32_t)port,
		 words);
	snprintf(socket->peer, sizeof(socket->peer), "pid %u", (uint32_t)peer);
	return err;
}

static struct fb_error *read_packet(struct fb_kernel *kernel, struct fb_socket *socket)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t interface, protocol;
	struct fb_error *err;

	err = fb_kernel_field(kernel, socket->address, &layout->packet_ifindex, &interface);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->packet_num, &protocol);
	if (!err)
		snprintf(socket->local, sizeof(socket->local), "interface %d, protocol 0x%04x",
			 (int32_t)interface, ntohs((uint16_t)protocol));
	return err;
}

/* A struct inet_timewait_sock or request_sock, which ends where sock_common does: the rest is as TCP's is,
 * which alone has such sockets, but for DCCP, which was removed in 6.16. */
static bool is_small(const struct fb_socket *socket)
{
	return (socket->family == AF_INET || socket->family == AF_INET6) &&
	       (socket->sock_state == FB_TCP_TIME_WAIT ||
		socket->sock_state == FB_TCP_NEW_SYN_RECV);
}

static struct fb_error *read_common(struct fb_kernel *kernel, struct fb_socket *socket)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t family, state, type = SOCK_STREAM, protocol = IPPROTO_TCP;
	struct fb_error *err;

	err = fb_kernel_field(kernel, socket->address, &layout->sock_family, &family);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->sock_state, &state);
	if (!err && layout->sock_net.found)
		err = fb_kernel_field(kernel, socket->address, &layout->sock_net, &socket->net);
	if (err)
		return err;
	socket->family = (uint16_t)family;
	socket->sock_state = (uint8_t)state;
	if (!is_small(socket))
		err = fb_kernel_field(kernel, socket->address, &layout->sock_type, &type);
	if (!err && !is_small(socket))
		err = fb_kernel_field(kernel, socket->address, &layout->sock_protocol, &protocol);
	if (err)
		return err;
	socket->type = (uint16_t)type;
	socket->protocol = (uint16_t)protocol;
	return NULL;
}

/* The file of a sock that has one: struct socket, whose inode stands behind it. */
static struct fb_error *read_inode(struct fb_kernel *kernel, struct fb_socket *socket)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t file_side;
	struct fb_error *err;

	err = fb_kernel_field(kernel, socket->address, &layout->sock_socket, &file_side);
	if (err || !file_side)
		return err;
	err = fb_layout_require(&layout->socket_alloc_inode);
	if (!err)
		err = fb_layout_require(&layout->socket_alloc_socket);
	if (err)
		return err;
	return fb_kernel_field(kernel,
			       file_side - layout->socket_alloc_socket.offset +
				       layout->socket_alloc_inode.offset,
			       &layout->inode_number, &socket->inode);
}

/* What the other end is bound to; of an unnamed one, as of a socketpair(), which socket it is. */
static struct fb_error *read_unix_peer(struct fb_kernel *kernel, uint64_t sock, char *to)
{
	struct fb_socket peer = {.address = sock};
	struct fb_error *err = read_unix_name(kernel, sock, to);

	if (err || *to)
		return err;
	err = read_inode(kernel, &peer);
	if (!err && peer.inode)
		snprintf(to, FB_SOCKET_ADDRESS, "socket:[%" PRIu64 "]", peer.inode);
	return err;
}

static struct fb_error *read_unix(struct fb_kernel *kernel, struct fb_socket *socket)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t peer;
	struct fb_error *err;

	err = read_unix_name(kernel, socket->address, socket->local);
	if (!err)
		err = fb_kernel_field(kernel, socket->address, &layout->unix_peer, &peer);
	return err || !peer ? err : read_unix_peer(kernel, peer, socket->peer);
}

static struct fb_error *read_addresses(struct fb_kernel *kernel, struct fb_socket *socket)
{
	switch (socket->family) {
	case AF_INET:
	case AF_INET6:
		return read_inet(kernel, socket);
	case AF_UNIX:
		return read_unix(kernel, socket);
	case AF_NETLINK:
		return read_netlink(kernel, socket);
	case AF_PACKET:
		return read_packet(kernel, socket);
	}
	return NULL;
}

struct fb_error *fb_sock_read(struct fb_kernel *kernel, uint64_t sock, struct fb_socket *socket_ret)
{
	struct fb_socket socket = {.address = sock};
	struct fb_error *err = NULL;

	if (!fb_kernel_address_ok(sock))
		err = fb_error_create(FB_CORRUPT, "no address of a socket");
	if (!err)
		err = read_common(kernel, &socket);
	if (err)
		return fb_error_prefix(err, "sock 0x%" PRIx64, sock);
	if (!is_small(&socket))
		err = fb_part_warn(fb_kernel_warnings(kernel), read_inode(kernel, &socket),
				   "the file of a socket");
	if (!err)
		err = read_addresses(kernel, &socket);
	if (fb_error_is_fatal(err))
		return err;
	/* A family that is a module has its types elsewhere; what all have in common stands. */
	fb_warn_error(fb_kernel_warnings(kernel), err, "addresses of a socket");
	*socket_ret = socket;
	return NULL;
}

struct fb_error *fb_socket_is_at(struct fb_kernel *kernel, uint64_t address, bool *is_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t sock = 0, back = 0;
	struct fb_error *err = fb_kernel_field(kernel, address, &layout->socket_sk, &sock);

	if (!err && fb_kernel_address_ok(sock))
		err = fb_kernel_field(kernel, sock, &layout->sock_socket, &back);
	*is_ret = !err && back == address;
	return fb_part_skip(err);
}

struct fb_error *fb_socket_read(struct fb_kernel *kernel, uint64_t socket, uint64_t inode,
				struct fb_socket *socket_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_socket closed = {.inode = inode};
	uint64_t sock, type;
	struct fb_error *err;

	err = fb_kernel_field(kernel, socket, &layout->socket_sk, &sock);
	if (!err && sock)
		return fb_sock_read(kernel, sock, socket_ret);
	if (!err)
		err = fb_kernel_field(kernel, socket, &layout->socket_type, &type);
	if (err)
		return err;
	closed.type = (uint16_t)type;
	*socket_ret = closed;
	return NULL;
}

const char *fb_socket_family_name(unsigned family)
{
	static const struct {
		unsigned family;
		const char *name;
	} names[] = {{AF_UNIX, "unix"},     {AF_INET, "inet"},
		     {AF_INET6, "inet6"},   {AF_NETLINK, "netlink"},
		     {AF_PACKET, "packet"}, {AF_VSOCK, "vsock"},
		     {AF_ALG, "alg"},       {AF_BLUETOOTH, "bluetooth"},
		     {AF_CAN, "can"},       {AF_TIPC, "tipc"},
		     {AF_KEY, "key"},       {AF_XDP, "xdp"}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (names[i].family == family)
			return names[i].name;
	return NULL;
}

const char *fb_socket_type_name(unsigned type)
{
	switch (type) {
	case SOCK_STREAM:
		return "stream";
	case SOCK_DGRAM:
		return "dgram";
	case SOCK_RAW:
		return "raw";
	case SOCK_RDM:
		return "rdm";
	case SOCK_SEQPACKET:
		return "seqpacket";
	case SOCK_PACKET:
		return "packet";
	}
	return NULL;
}

const char *fb_socket_state_name(const struct fb_socket *socket)
{
	/* TCP_ESTABLISHED is 1 (include/net/tcp_states.h); unix sockets use the same numbers. */
	static const char *const names[] = {
		"UNKNOWN",   "ESTABLISHED", "SYN_SENT",     "SYN_RECV",   "FIN_WAIT1",
		"FIN_WAIT2", "TIME_WAIT",   "CLOSE",        "CLOSE_WAIT", "LAST_ACK",
		"LISTEN",    "CLOSING",     "NEW_SYN_RECV",
	};

	if (socket->sock_state == TCP_CLOSE &&
	    !(socket->type == SOCK_STREAM &&
	      (socket->family == AF_INET || socket->family == AF_INET6)))
		return "UNCONNECTED";
	return socket->sock_state < FB_ARRAY_SIZE(names) ? names[socket->sock_state] : names[0];
}

char *fb_socket_text(const struct fb_socket *socket, char *to, size_t size)
{
	const char *family = fb_socket_family_name(socket->family);
	const char *type = fb_socket_type_name(socket->type);

	snprintf(to, size, "%s%s%s%s%s%s%s", family ? family : "socket", type ? " " : "",
		 type ? type : "", *socket->local ? " " : "", socket->local,
		 *socket->peer ? " -> " : "", socket->peer);
	return to;
}
