// SPDX-License-Identifier: GPL-2.0-or-later
/* Joins the sockets of the kernel's tables with those that processes have open. Called by the command net. */
#include "kernel/net/sockets.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/files/socket.h"
#include "kernel/net/socket_tables.h"

struct listing {
	struct fb_kernel *kernel;
	struct fb_sockets sockets;
	size_t room;
	struct fb_u64_map indexes; /* of sockets, by sock */
	bool full;
};

/* Sorts of sockets, in the order in which they are listed. */
static const struct sort {
	uint16_t family;
	uint16_t family_6; /* a second family of the same sort; 0: none */
	uint16_t type;     /* 0: any */
	uint16_t protocol; /* 0: any */
	const char *name;
} sorts[] = {
	{AF_INET, AF_INET6, SOCK_STREAM, IPPROTO_TCP, "tcp"},
	{AF_INET, AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, "mptcp"},
	{AF_INET, AF_INET6, 0, IPPROTO_SCTP, "sctp"},
	{AF_INET, AF_INET6, SOCK_DGRAM, IPPROTO_UDP, "udp"},
	{AF_INET, AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE, "udplite"},
	{AF_INET, AF_INET6, SOCK_DGRAM, IPPROTO_ICMP, "icmp"},
	{AF_INET6, 0, SOCK_DGRAM, IPPROTO_ICMPV6, "icmp6"},
	{AF_INET, AF_INET6, SOCK_RAW, 0, "raw"},
	{AF_PACKET, 0, SOCK_RAW, 0, "p_raw"},
	{AF_PACKET, 0, SOCK_DGRAM, 0, "p_dgr"},
	{AF_UNIX, 0, SOCK_STREAM, 0, "u_str"},
	{AF_UNIX, 0, SOCK_SEQPACKET, 0, "u_seq"},
	{AF_UNIX, 0, SOCK_DGRAM, 0, "u_dgr"},
	{AF_VSOCK, 0, SOCK_STREAM, 0, "v_str"},
	{AF_VSOCK, 0, SOCK_SEQPACKET, 0, "v_seq"},
	{AF_VSOCK, 0, SOCK_DGRAM, 0, "v_dgr"},
	{AF_TIPC, 0, 0, 0, "tipc"},
	{AF_XDP, 0, 0, 0, "xdp"},
	{AF_NETLINK, 0, 0, 0, "nl"},
};

static size_t sort_of(const struct fb_listed_socket *socket)
{
	size_t i = 0;

	while (i < FB_ARRAY_SIZE(sorts) &&
	       !((socket->family == sorts[i].family ||
		  (sorts[i].family_6 && socket->family == sorts[i].family_6)) &&
		 (!sorts[i].type || socket->type == sorts[i].type) &&
		 (!sorts[i].protocol || socket->protocol == sorts[i].protocol)))
		i++;
	return i;
}

const char *fb_listed_socket_netid(const struct fb_listed_socket *socket)
{
	size_t sort = sort_of(socket);

	return sort < FB_ARRAY_SIZE(sorts) ? sorts[sort].name : NULL;
}

static struct fb_error *append(struct listing *listing, uint64_t sock, uint64_t socket,
			       const struct fb_socket *read, uint8_t found_in)
{
	struct fb_listed_socket listed = {
		.sock = sock,
		.socket = socket,
		.net = read->net,
		.family = read->family,
		.type = read->type,
		.protocol = read->protocol,
		.port = read->port[0],
		.state = read->sock_state,
		.found_in = found_in,
	};
	struct fb_error *err =
		fb_grow_array(&listing->sockets.sockets, &listing->room, listing->sockets.count,
			      sizeof(listed), FB_MAX_LISTED_SOCKETS, "sockets");

	if (!err)
		err = fb_u64_map_add(&listing->indexes, sock, listing->sockets.count,
				     FB_MAX_LISTED_SOCKETS, "sockets", NULL);
	if (!err)
		listing->sockets.sockets[listing->sockets.count++] = listed;
	listing->full |= fb_error_is(err, FB_LIMIT);
	return err;
}

/* The struct socket of a sock; 0 for one of the smaller structs, whose memory ends before. */
static struct fb_error *find_socket(struct fb_kernel *kernel, const struct fb_socket *read,
				    uint64_t *socket_ret)
{
	*socket_ret = 0;
	if ((read->family == AF_INET || read->family == AF_INET6) &&
	    (read->sock_state == FB_TCP_TIME_WAIT || read->sock_state == FB_TCP_NEW_SYN_RECV))
		return NULL;
	return fb_kernel_field(kernel, read->address, &fb_kernel_layout(kernel)->sock_socket,
			       socket_ret);
}

static struct fb_error *add(struct listing *listing, uint64_t sock, uint8_t found_in)
{
	uint64_t *index = fb_u64_map_find(&listing->indexes, sock), socket = 0;
	struct fb_socket read;
	struct fb_error *err;

	if (listing->full)
		return NULL;
	if (index) {
		listing->sockets.sockets[*index].found_in |= found_in;
		return NULL;
	}
	err = fb_sock_read(listing->kernel, sock, &read);
	if (!err)
		err = find_socket(listing->kernel, &read, &socket);
	if (!err)
		err = append(listing, sock, socket, &read, found_in);
	return fb_part_warn(fb_kernel_warnings(listing->kernel), err, "a socket");
}

static struct fb_error *add_of_table(void *context, uint64_t sock)
{
	return add(context, sock, FB_SOCKET_IN_TABLE);
}

static struct fb_error *add_held(struct listing *listing, const struct fb_held_files *held)
{
	const struct fb_layout *layout = fb_kernel_layout(listing->kernel);
	size_t count;
	const struct fb_held_file *files = fb_held_all(held, &count);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		uint64_t socket = files[i].private_data, sock;
		bool is = false;

		if (!socket || (i && socket == files[i - 1].private_data))
			continue;
		err = fb_socket_is_at(listing->kernel, socket, &is);
		if (err || !is)
			continue;
		err = fb_kernel_field(listing->kernel, socket, &layout->socket_sk, &sock);
		err = err ? fb_part_skip(err) : add(listing, sock, FB_SOCKET_IN_FILES);
	}
	return err;
}

static int by_sort(const void *a, const void *b)
{
	const struct fb_listed_socket *x = a, *y = b;
	size_t sort_x = sort_of(x), sort_y = sort_of(y);
	bool listens_x = x->state == FB_TCP_LISTEN, listens_y = y->state == FB_TCP_LISTEN;

	if (sort_x != sort_y)
		return sort_x < sort_y ? -1 : 1;
	if (listens_x != listens_y)
		return listens_x ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return x->sock < y->sock ? -1 : x->sock > y->sock;
}

struct fb_error *fb_sockets_load(struct fb_kernel *kernel, const struct fb_nets *nets,
				 const struct fb_held_files *held, struct fb_sockets *sockets_ret)
{
	struct listing listing = {.kernel = kernel};
	struct fb_error *err =
		fb_socket_tables_each(kernel, nets, add_of_table, &listing, &listing.sockets.whole);

	err = fb_part_warn(fb_kernel_warnings(kernel), err, "the tables of sockets");
	if (!err && held)
		err = add_held(&listing, held);
	fb_u64_map_deinit(&listing.indexes);
	if (err) {
		fb_sockets_deinit(&listing.sockets);
		return err;
	}
	if (listing.sockets.count)
		qsort(listing.sockets.sockets, listing.sockets.count,
		      sizeof(*listing.sockets.sockets), by_sort);
	*sockets_ret = listing.sockets;
	return NULL;
}

void fb_sockets_deinit(struct fb_sockets *sockets)
{
	free(sockets->sockets);
	*sockets = (struct fb_sockets){0};
}
