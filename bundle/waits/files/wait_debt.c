// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells by the times and sequence numbers of a TCP connection who is to speak next. Called by wait_poll.c. */
#include "bundle/waits/files/wait_debt.h"

#include <sys/socket.h>

#include "bundle/waits/files/wait_tcp.h"
#include "bundle/waits/finder/wait_types.h"
#include "kernel/files/files.h"

#define TCP_ESTABLISHED 1u
#define TCP_LISTEN 10u /* of UNIX sockets too */

/* When data were sent and received last (jiffies, modulo 2^32), and how many bytes are unread. Where none were yet, the
 * time is that of the connection itself, so that it alone does not tell who spoke first. */
struct traffic {
	uint32_t sent, received, unread;
	bool has_sent, has_received;
};

/* Whether any bytes went that way. Of kernels that do not count them (bytes_sent came with ba113c3aa79a, "tcp: add data
 * bytes sent stats", 4.19) that is taken for granted. */
static struct fb_error *any_bytes(struct fb_wait_finder *finder, uint64_t sock, const char *counter,
				  bool *any_ret)
{
	uint64_t bytes = 1;
	struct fb_error *err = fb_wait_value(finder, sock, "tcp_sock", counter, &bytes);

	if (err && !fb_error_is(err, FB_NOT_FOUND))
		return err;
	fb_error_destroy(err);
	*any_ret = bytes;
	return NULL;
}

static struct fb_error *read_traffic(struct fb_wait_finder *finder, uint64_t sock,
				     struct traffic *traffic)
{
	uint64_t sent, received, next, copied;
	bool has_sent, has_received;
	struct fb_error *err = fb_wait_value(finder, sock, "tcp_sock", "lsndtime", &sent);

	if (!err)
		err = fb_wait_value(finder, sock, "inet_connection_sock", "icsk_ack.lrcvtime",
				    &received);
	if (!err)
		err = fb_kernel_field(finder->kernel, sock, &finder->layout->tcp_received, &next);
	if (!err)
		err = fb_wait_value(finder, sock, "tcp_sock", "copied_seq", &copied);
	if (!err)
		err = any_bytes(finder, sock, "bytes_sent", &has_sent);
	if (!err)
		err = any_bytes(finder, sock, "bytes_received", &has_received);
	if (!err)
		*traffic = (struct traffic){
			.sent = (uint32_t)sent,
			.received = (uint32_t)received,
			.unread = (uint32_t)next - (uint32_t)copied,
			.has_sent = has_sent,
			.has_received = has_received,
		};
	return err;
}

/* Whether one time is after another that is less than half of all times away. */
static bool is_after(uint32_t one, uint32_t other)
{
	return (int32_t)(one - other) > 0;
}

static bool received_last(const struct traffic *traffic)
{
	return traffic->unread || is_after(traffic->received, traffic->sent) ||
	       (traffic->has_received && !traffic->has_sent);
}

static bool sent_last(const struct traffic *traffic)
{
	return !traffic->unread && (is_after(traffic->sent, traffic->received) ||
				    (traffic->has_sent && !traffic->has_received));
}

struct fb_error *fb_wait_debt_of(struct fb_wait_finder *finder, uint64_t file,
				 enum fb_wait_debt *debt_ret)
{
	struct fb_file_info info;
	struct fb_socket socket;
	struct traffic traffic;
	uint64_t address;
	bool accepted;
	struct fb_error *err = fb_file_info(finder->kernel, file, &info);

	*debt_ret = FB_WAIT_NO_DEBT;
	if (err || !fb_file_is_socket(&info))
		return err;
	err = fb_kernel_field(finder->kernel, file, &finder->layout->file_private_data, &address);
	if (!err)
		err = fb_socket_read(finder->kernel, address, 0, &socket);
	if (!err && socket.sock_state == TCP_LISTEN)
		*debt_ret = FB_WAIT_LISTENS;
	if (err || (socket.family != AF_INET && socket.family != AF_INET6) ||
	    socket.type != SOCK_STREAM || socket.sock_state != TCP_ESTABLISHED)
		return err;
	err = read_traffic(finder, socket.address, &traffic);
	if (!err)
		err = fb_wait_tcp_accepted(finder, &socket, &accepted);
	if (err)
		return err;
	if (accepted && received_last(&traffic))
		*debt_ret = FB_WAIT_OWES;
	else if (!accepted && sent_last(&traffic))
		*debt_ret = FB_WAIT_IS_OWED;
	return NULL;
}
