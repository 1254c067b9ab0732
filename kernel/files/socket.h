/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets: family, type, state and addresses (include/net/sock.h, inet_sock.h,
 * af_unix.h). Called for open files, the report, and the analysis of waits.
 */
#ifndef FB_KERNEL_SOCKET_H
#define FB_KERNEL_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* States (include/net/tcp_states.h) of socks that are smaller structs: of TCP and DCCP only. */
#define FB_TCP_TIME_WAIT 6u
#define FB_TCP_NEW_SYN_RECV 12u
/* A connection whose other end has not answered. */
#define FB_TCP_SYN_SENT 2u
/* Sockets that take connections, of any family. */
#define FB_TCP_LISTEN 10u

/* Bytes of the text of an address: the longest is "@" and 107 bytes escaped to \xHH. */
#define FB_SOCKET_ADDRESS 448

struct fb_socket {
	uint64_t address; /* of the struct sock; 0: the socket is being set up or closed */
	uint64_t inode; /* 0 for one that has no file: not accepted yet, or closed by its owner; and
			   * where it cannot be read, with a warning */
	uint16_t family; /* AF_* */
	uint16_t type;   /* SOCK_* */
	uint16_t protocol;
	uint8_t sock_state; /* skc_state: TCP_*, also for other families; 0 unknown */
	uint64_t net;       /* address of the struct net of the network namespace, within which
			     * addresses and ports are unique; 0: unknown */
	uint8_t ip[2][16];  /* local and peer of AF_INET (4 bytes) and AF_INET6, network order */
	uint16_t port[2];   /* local and peer, host order */
	/* Printable. "127.0.0.1:80", "[::1]:80", a path, "@name" (abstract), "pid 17, groups 0x1",
	 * "interface 2, protocol 0x0003"; "socket:[1576]" for an unnamed unix peer; "" where there
	 * is none. */
	char local[FB_SOCKET_ADDRESS];
	char peer[FB_SOCKET_ADDRESS];
};

/* socket: the address of a struct socket (file->private_data). inode: the inode number of its file. */
FB_MUST_CHECK struct fb_error *fb_socket_read(struct fb_kernel *kernel, uint64_t socket,
					      uint64_t inode, struct fb_socket *socket_ret);
/* Whether a struct socket is at the address: the sock that it points to points back. One that cannot be read is
 * none. FB_NOMEM, FB_OS. */
FB_MUST_CHECK struct fb_error *fb_socket_is_at(struct fb_kernel *kernel, uint64_t address,
					       bool *is_ret);
/* sock: the address of a struct sock, or of a struct inet_timewait_sock or request_sock (their states are
 * FB_TCP_TIME_WAIT and FB_TCP_NEW_SYN_RECV). */
FB_MUST_CHECK struct fb_error *fb_sock_read(struct fb_kernel *kernel, uint64_t sock,
					    struct fb_socket *socket_ret);

/* "inet", "inet6", "unix", "netlink", "packet"...; NULL where the number has no name here, so that the caller prints
 * the number. Static. */
const char *fb_socket_family_name(unsigned family);
/* "stream", "dgram", "raw", "seqpacket"...; NULL where the number has no name here. Static. */
const char *fb_socket_type_name(unsigned type);
/* "ESTABLISHED", "LISTEN", "CLOSE"..., as in ss(8) and netstat(8); "UNCONNECTED" for sockets without a connection.
 * Never NULL; static. */
const char *fb_socket_state_name(const struct fb_socket *socket);
/* "inet stream 127.0.0.1:80 -> 127.0.0.1:51234". Printable; `to` has size bytes, of which FB_SOCKET_TEXT always
 * suffice. Returns `to`. */
#define FB_SOCKET_TEXT (2 * FB_SOCKET_ADDRESS + 40)
char *fb_socket_text(const struct fb_socket *socket, char *to, size_t size);

#endif
