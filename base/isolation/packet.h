/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets between processes, by a pair of sockets (AF_UNIX, SOCK_SEQPACKET): bytes, and open descriptors with them.
 * Called by the fetcher (fetcher.h), and by the shell's two processes (cmd/shell).
 */
#ifndef FB_BASE_ISOLATION_PACKET_H
#define FB_BASE_ISOLATION_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* More descriptors than this do not come with a packet. */
#define FB_PACKET_DESCRIPTORS 2u

/* Sends a packet with descriptors (count, at most FB_PACKET_DESCRIPTORS), which stay the caller's. False where it
 * cannot be sent; errno says why. */
bool fb_packet_send(int channel, const void *packet, size_t size, const int *fds, size_t count);

/* Waits for a packet and puts it into room for size bytes. Returns how many bytes came; 0 where the other end is
 * closed, -1 where receiving fails or the packet is longer than size. fds_ret (room for FB_PACKET_DESCRIPTORS) gets the
 * descriptors that came with it, which are then the caller's: *count_ret of them, none after 0 and -1. */
ssize_t fb_packet_receive(int channel, void *packet, size_t size, int *fds_ret, size_t *count_ret);

#endif
