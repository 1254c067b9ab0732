/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's hash tables of TCP sockets (include/net/inet_hashtables.h). Called for the list of sockets, by the
 * analysis of waits to find the peer of a connection, and by the check of full queues.
 */
#ifndef FB_KERNEL_TCP_TABLE_H
#define FB_KERNEL_TCP_TABLE_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/files/socket.h"
#include "kernel/image/kernel.h"

/* Calls callback with the address of each struct sock, inet_timewait_sock and request_sock in the hash tables, which
 * /proc/net/tcp and tcp6 list: listening ones first. A namespace may have a table of its own since 6.1
 * (net.ipv4.tcp_child_ehash_entries); these are walked too. Where a chain is broken, its rest is missing, with a
 * warning, and *whole_ret is false. Stops at the first error of the callback, and returns it. FB_NOT_FOUND where types
 * or symbols are missing, FB_CORRUPT where a size is impossible. */
FB_MUST_CHECK struct fb_error *fb_tcp_each_sock(struct fb_kernel *kernel,
						struct fb_error *(*callback)(void *context,
									     uint64_t sock),
						void *context, bool *whole_ret);
/* The same with what is read of each, time-wait and half-open ones left out. One that cannot be read is missing, with a
 * warning, and *whole_ret is false. */
FB_MUST_CHECK struct fb_error *
fb_tcp_each(struct fb_kernel *kernel,
	    struct fb_error *(*callback)(void *context, const struct fb_socket *socket),
	    void *context, bool *whole_ret);

#endif
