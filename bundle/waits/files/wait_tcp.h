/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the other end of a TCP connection, where it is on this host: the socket with the same addresses and
 * ports the other way round, in the same network namespace. A socket of another namespace is the other end
 * only where the sequence numbers fit, which are random for each connection; without that check it could
 * be confused with a connection between the same addresses in another container.
 */
#ifndef FB_BUNDLE_WAIT_TCP_H
#define FB_BUNDLE_WAIT_TCP_H

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_finder.h"
#include "kernel/files/socket.h"

/* The address of the struct sock of the other end; 0 where none was found on this host, and *absence_ret then says
 * whether it is certain that there is none. A socket may be connected to itself. */
FB_MUST_CHECK struct fb_error *fb_wait_tcp_peer(struct fb_wait_finder *finder,
						const struct fb_socket *socket, uint64_t *peer_ret,
						struct fb_wait_absence *absence_ret);

/* The address of the struct sock that keeps a socket in SYN_SENT waiting: one of its network namespace that listens at
 * the address it connects to, and has more connections to be accepted than it may have, so that the kernel drops new
 * ones. 0: none is known. */
FB_MUST_CHECK struct fb_error *fb_wait_tcp_listener(struct fb_wait_finder *finder,
						    const struct fb_socket *socket,
						    uint64_t *listener_ret);

/* Whether the socket is the end that accepted its connection, that is, whether another socket of its network namespace
 * listens at its port. FB_ABSENT where none was found and a part of the kernel's table of sockets cannot be read. */
FB_MUST_CHECK struct fb_error *fb_wait_tcp_accepted(struct fb_wait_finder *finder,
						    const struct fb_socket *socket,
						    bool *accepted_ret);

#endif
