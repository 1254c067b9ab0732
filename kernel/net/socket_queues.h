/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waits in a socket's queues, its memory, and the timer of a TCP connection, in the words of ss(8) and /proc/net.
 * Called by the command net.
 */
#ifndef FB_KERNEL_SOCKET_QUEUES_H
#define FB_KERNEL_SOCKET_QUEUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/files/socket.h"
#include "kernel/image/kernel.h"

enum fb_socket_timer {
	FB_SOCKET_TIMER_NONE,
	FB_SOCKET_TIMER_ON,        /* to retransmit, or to find out what was lost */
	FB_SOCKET_TIMER_KEEPALIVE, /* or FIN_WAIT2's */
	FB_SOCKET_TIMER_TIMEWAIT,
	FB_SOCKET_TIMER_PERSIST, /* to probe a peer that takes no more data */
};

struct fb_socket_queues {
	/* Bytes that were received and not read, and that were sent or written and not taken by the peer (or by the
	 * device, where the protocol has no such peer). Of a listening socket the number of connections that wait for
	 * accept(), and how many may. */
	uint64_t receive, send;
	/* The rest is 0 for half-open and time-wait sockets, which have neither memory nor a listener's queue. */
	uint64_t receive_memory, send_memory; /* bytes of the kernel's, with its overhead */
	uint64_t receive_limit, send_limit;   /* SO_RCVBUF, SO_SNDBUF as the kernel doubled them */
	uint64_t drops;     /* packets that were dropped for want of room, or as bad */
	uint64_t half_open; /* of a listening TCP socket: connections that are being made */
	/* TCP alone: */
	enum fb_socket_timer timer;
	uint64_t expires;     /* jiffies; valid where timer is not none */
	uint32_t retransmits; /* in a row, without an answer; of a half-open one, of its SYN-ACK */
	uint32_t probes;      /* in a row, without an answer: for room, or that the peer is there */
	uint64_t retransmitted; /* segments, in the connection's whole life */
	uint8_t state; /* as /proc/net/tcp shows it: of time-wait FIN_WAIT2 or TIME_WAIT, half open SYN_RECV */
};

/* socket: as fb_sock_read() gave it. Errors of fb_space_read(), FB_NOT_FOUND where a member is missing; FB_CORRUPT
 * where a queue has no end. */
FB_MUST_CHECK struct fb_error *fb_socket_queues_read(struct fb_kernel *kernel,
						     const struct fb_socket *socket,
						     struct fb_socket_queues *queues_ret);

/* "on", "keepalive", "timewait", "persist", as ss -o has them; NULL for none. Static. */
const char *fb_socket_timer_name(enum fb_socket_timer timer);

#endif
