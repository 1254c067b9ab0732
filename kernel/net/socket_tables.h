/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables by which the kernel finds its sockets: the hash tables of TCP, UDP, UDP-Lite, raw and ping sockets, which
 * all namespaces share or which each has, those of unix and netlink sockets, and each namespace's list of packet
 * sockets. Called by sockets.c.
 */
#ifndef FB_KERNEL_SOCKET_TABLES_H
#define FB_KERNEL_SOCKET_TABLES_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/net/net_namespaces.h"

/* Calls callback with the address of each sock, which is not checked; some may be met twice. What is broken is missing,
 * with a warning, and *whole_ret is false. Protocols that this kernel has not, or has as a module whose symbols are
 * missing, are no damage. The callback returns fatal errors alone (fb_error_is_fatal()), at the first of which the walk
 * ends. */
FB_MUST_CHECK struct fb_error *
fb_socket_tables_each(struct fb_kernel *kernel, const struct fb_nets *nets,
		      struct fb_error *(*callback)(void *context, uint64_t sock), void *context,
		      bool *whole_ret);

#endif
