/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other end of a TCP connection, where it is on this host: the socket with the same addresses and
 * ports the other way round, in the same network namespace. Two containers may both have a connection
 * between the same addresses; a socket of another namespace is the other end only where the sequence
 * numbers agree, which are drawn at random for each connection.
 */
#ifndef FB_BUNDLE_WAIT_TCP_H
#define FB_BUNDLE_WAIT_TCP_H

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_finder.h"
#include "kernel/files/socket.h"

/* The struct sock of the other end; 0 where there is none on this host, as far as *absence_ret says
 * that can be known. A socket may be connected to itself. */
FB_MUST_CHECK struct fb_error *fb_wait_tcp_peer(struct fb_wait_finder *finder,
						const struct fb_socket *socket, uint64_t *peer_ret,
						struct fb_wait_absence *absence_ret);

/* Whether the socket is the end that accepted its connection: somebody in its network namespace listens at its own
 * port. */
FB_MUST_CHECK struct fb_error *fb_wait_tcp_accepted(struct fb_wait_finder *finder,
						    const struct fb_socket *socket,
						    bool *accepted_ret);

#endif
