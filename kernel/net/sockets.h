/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All sockets of the host, as ss(8) lists them, found in two ways that know nothing of each other: in the tables of
 * each protocol (socket_tables.h), and among the open files of processes. Only the tables have connections that nobody
 * has accepted, that are half open, or whose process has closed them; only the files have those that are bound to
 * nothing, and families without a table that is known here. Where one way is broken, the other may still have the rest.
 * Called by the command net.
 */
#ifndef FB_KERNEL_SOCKETS_H
#define FB_KERNEL_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/files/held_files.h"
#include "kernel/image/kernel.h"
#include "kernel/net/net_namespaces.h"

/* Where a socket was found: bits. */
#define FB_SOCKET_IN_TABLE 1u
#define FB_SOCKET_IN_FILES 2u

struct fb_listed_socket {
	uint64_t sock; /* address of the struct sock, or of a smaller one: see fb_sock_read() */
	/* address of its struct socket, which is its file's private_data; 0: unknown or none */
	uint64_t socket;
	uint64_t net; /* address of its namespace; 0: unknown */
	uint16_t family, type, protocol;
	uint16_t port;    /* local; 0: none */
	uint8_t state;    /* TCP_* */
	uint8_t found_in; /* FB_SOCKET_IN_* */
};

struct fb_sockets {
	/* Owned; by protocol: TCP, UDP, raw, packet, unix, netlink, others; of each listening ones first, then by
	 * port. */
	struct fb_listed_socket *sockets;
	size_t count;
	bool whole; /* all tables were read to their ends */
};

/* held NULL: the open files are not known. A socket that cannot be read is missing, with a warning. The caller frees
 * the result with fb_sockets_deinit(). */
FB_MUST_CHECK struct fb_error *fb_sockets_load(struct fb_kernel *kernel, const struct fb_nets *nets,
					       const struct fb_held_files *held,
					       struct fb_sockets *sockets_ret);
void fb_sockets_deinit(struct fb_sockets *sockets);

/* What ss(8) calls it in its first column: "tcp", "udp", "raw", "u_str", "nl"... NULL where it has no name there. */
const char *fb_listed_socket_netid(const struct fb_listed_socket *socket);

#endif
