/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets in a made kernel. */
#ifndef FB_TESTS_KERNEL_MADE_SOCKETS_H
#define FB_TESTS_KERNEL_MADE_SOCKETS_H

#include "tests/kernel/made_kernel.h"

/* Puts the members of sockets somewhere; those of inodes are made_files_members(). */
void made_sockets_members(struct made_kernel *made);
uint64_t made_sock(struct made_kernel *made, unsigned family, unsigned type, unsigned state);
/* A struct socket_alloc of the sock (0: none); gives the struct socket. */
uint64_t made_socket(struct made_kernel *made, uint64_t sock, uint64_t inode);
void made_sock_inet(struct made_kernel *made, uint64_t sock, const uint8_t local[4],
		    uint16_t local_port, const uint8_t peer[4], uint16_t peer_port);
/* Binds a unix socket; length counts the name's bytes, a leading NUL included. */
void made_sock_bind(struct made_kernel *made, uint64_t sock, const char *name, size_t length);

#endif
