/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the peer of a socket, where it is on this host. Called by the recognisers of sockets, epoll and poll. */
#ifndef FB_BUNDLE_WAIT_SOCKET_H
#define FB_BUNDLE_WAIT_SOCKET_H

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_finder.h"
#include "kernel/files/socket.h"

/* Adds as owners of the object the processes that have the peer of the socket (the address of a struct socket) open;
 * sets `others` where the peer is not on this host. *read_ret (may be NULL) is the socket itself. *absence_ret: where
 * no owner was added, whether it is certain that there is none. */
FB_MUST_CHECK struct fb_error *fb_wait_add_peer(struct fb_wait_finder *finder, size_t object,
						uint64_t socket, struct fb_socket *read_ret,
						struct fb_wait_absence *absence_ret);

#endif
