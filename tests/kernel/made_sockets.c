// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_sockets.h. */
#include "tests/kernel/made_sockets.h"

#include <arpa/inet.h>
#include <string.h>

void made_sockets_members(struct made_kernel *made)
{
	MADE_FIELD(made, socket_sk, 8, 8);
	MADE_FIELD(made, socket_type, 0, 2);
	MADE_FIELD(made, socket_alloc_socket, 0, 64);
	MADE_FIELD(made, socket_alloc_inode, 64, 64);
	MADE_FIELD(made, sock_family, 0, 2);
	MADE_FIELD(made, sock_state, 2, 1);
	MADE_FIELD(made, sock_type, 4, 2);
	MADE_FIELD(made, sock_protocol, 6, 2);
	MADE_FIELD(made, sock_socket, 8, 8);
	MADE_FIELD(made, sock_local, 16, 4);
	MADE_FIELD(made, sock_peer, 20, 4);
	MADE_FIELD(made, sock_num, 24, 2);
	MADE_FIELD(made, sock_peer_port, 26, 2);
	MADE_FIELD(made, sock_v6_local, 32, 16);
	MADE_FIELD(made, sock_v6_peer, 48, 16);
	MADE_FIELD(made, sock_nulls_node, 64, 16);
	MADE_FIELD(made, unix_addr, 80, 8);
	MADE_FIELD(made, unix_peer, 88, 8);
	MADE_FIELD(made, unix_address_length, 4, 4);
	MADE_FIELD(made, unix_address_name, 8, 0);
	MADE_FIELD(made, netlink_portid, 80, 4);
	MADE_FIELD(made, netlink_dst_portid, 84, 4);
	MADE_FIELD(made, netlink_groups, 88, 8);
	MADE_FIELD(made, packet_ifindex, 80, 4);
	MADE_FIELD(made, packet_num, 84, 2);
}

uint64_t made_sock(struct made_kernel *made, unsigned family, unsigned type, unsigned state)
{
	uint64_t sock = made_alloc(made, 512);

	MADE_SET(made, sock, sock_family, family);
	MADE_SET(made, sock, sock_type, type);
	MADE_SET(made, sock, sock_state, state);
	return sock;
}

uint64_t made_socket(struct made_kernel *made, uint64_t sock, uint64_t inode)
{
	uint64_t socket = made_alloc(made, 128);

	MADE_SET(made, socket, socket_sk, sock);
	MADE_SET(made, socket, socket_type, 1);
	MADE_SET(made, socket + made->kernel.layout.socket_alloc_inode.offset, inode_number, inode);
	if (sock)
		MADE_SET(made, sock, sock_socket, socket);
	return socket;
}

void made_sock_inet(struct made_kernel *made, uint64_t sock, const uint8_t local[4],
		    uint16_t local_port, const uint8_t peer[4], uint16_t peer_port)
{
	memcpy(made_at(made, sock + made->kernel.layout.sock_local.offset), local, 4);
	memcpy(made_at(made, sock + made->kernel.layout.sock_peer.offset), peer, 4);
	MADE_SET(made, sock, sock_num, local_port);
	MADE_SET(made, sock, sock_peer_port, htons(peer_port));
}

void made_sock_bind(struct made_kernel *made, uint64_t sock, const char *name, size_t length)
{
	uint64_t address = made_alloc(made, 128);

	MADE_SET(made, sock, unix_addr, address);
	MADE_SET(made, address, unix_address_length, length + 2);
	memcpy(made_at(made, address + made->kernel.layout.unix_address_name.offset + 2), name,
	       length);
}
