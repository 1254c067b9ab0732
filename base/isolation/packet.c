// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends and receives packets with descriptors (unix(7), SCM_RIGHTS). Called by fetcher.c and by the shell.
 */
#include "base/isolation/packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for descriptors as the kernel lays them out. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(FB_PACKET_DESCRIPTORS * sizeof(int))];
};

bool fb_packet_send(int channel, const void *packet, size_t size, const int *fds, size_t count)
{
	union control control = {0};
	struct iovec bytes = {.iov_base = (void *)packet, .iov_len = size};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
	ssize_t sent;

	if (count) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	}
	do
		sent = sendmsg(channel, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)size;
}

/* How many descriptors came; they are in fds. */
static size_t take_descriptors(struct msghdr *message, int *fds)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	size_t count;

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return 0;
	count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	return count;
}

ssize_t fb_packet_receive(int channel, void *packet, size_t size, int *fds_ret, size_t *count_ret)
{
	union control control = {0};
	struct iovec bytes = {.iov_base = packet, .iov_len = size};
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	ssize_t got;

	*count_ret = 0;
	do
		got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	*count_ret = take_descriptors(&message, fds_ret);
	if (got > 0 && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return got;
	while (*count_ret)
		(void)close(fds_ret[--*count_ret]);
	return got == 0 ? 0 : -1;
}
