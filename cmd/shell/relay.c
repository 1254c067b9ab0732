// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the pipes and the channel of a command at once. Called by front.c. */
#include "cmd/shell/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/isolation/packet.h"

enum { OUT, ERR, CHANNEL, INTERRUPTS, POLLED };

static void close_pipe(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void cancel(struct fb_relay *relay)
{
	struct fb_request request;

	if (relay->cancelled)
		return;
	relay->cancelled = true;
	if (fb_request_fill(&request, FB_REQUEST_CANCEL, NULL, 0))
		(void)fb_packet_send(relay->channel, &request, fb_request_size(&request), NULL, 0);
}

/* Reads what a pipe has now, which is at most 64 KiB, but no more of one that is filled again and again. At its end, or
 * where no more is wanted, it is closed. */
static void drain(struct fb_relay *relay, int *fd, const struct fb_sink *sink)
{
	char bytes[65536];

	for (unsigned reads = 0; *fd >= 0 && reads < 16; reads++) {
		const ssize_t got = read(*fd, bytes, sizeof(bytes));

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got > 0 && sink->write(sink->context, bytes, (size_t)got))
			continue;
		if (got > 0)
			cancel(relay);
		close_pipe(fd);
	}
}

static void drain_all(struct fb_relay *relay)
{
	drain(relay, &relay->out_fd, &relay->out);
	drain(relay, &relay->err_fd, &relay->err);
}

/* Ctrl-C: ends the command. Returns whether it was typed before. */
static bool take_interrupt(struct fb_relay *relay)
{
	struct signalfd_siginfo info;
	const bool again = relay->interrupted;

	if (read(relay->interrupts, &info, sizeof(info)) != sizeof(info))
		return false;
	relay->interrupted = true;
	cancel(relay);
	return again;
}

void fb_relay_forget_interrupts(int interrupts)
{
	struct signalfd_siginfo info;

	while (read(interrupts, &info, sizeof(info)) == sizeof(info))
		;
}

static struct fb_error *take_reply(struct fb_relay *relay, struct fb_reply *reply_ret)
{
	int fds[FB_PACKET_DESCRIPTORS];
	struct fb_reply reply;
	size_t count;
	const ssize_t got = fb_packet_receive(relay->channel, &reply, sizeof(reply), fds, &count);

	while (count)
		(void)close(fds[--count]);
	if (got <= 0)
		return fb_error_create(FB_OS, "the process that reads the dump has ended");
	if (!fb_reply_good(&reply, got))
		return fb_error_create(FB_OS, "the process that reads the dump answers wrongly");
	*reply_ret = reply;
	return NULL;
}

/* Waits for one thing to happen. *done_ret: the reply has come. */
static struct fb_error *step(struct fb_relay *relay, bool *done_ret, struct fb_reply *reply_ret)
{
	struct pollfd polled[POLLED] = {
		[OUT] = {.fd = relay->out_fd, .events = POLLIN},
		[ERR] = {.fd = relay->err_fd, .events = POLLIN},
		[CHANNEL] = {.fd = relay->channel, .events = POLLIN},
		[INTERRUPTS] = {.fd = relay->interrupts, .events = POLLIN},
	};

	if (poll(polled, POLLED, -1) < 0)
		return errno == EINTR ? NULL : fb_error_os(errno, "cannot wait for the command");
	if (polled[INTERRUPTS].revents && take_interrupt(relay))
		return fb_error_create(FB_OS, "the process that reads the dump was ended");
	if (polled[CHANNEL].revents) {
		struct fb_error *err = take_reply(relay, reply_ret);

		*done_ret = !err;
		/* What was written before the reply, or before the end, is in the pipes. */
		drain_all(relay);
		return err;
	}
	if (polled[OUT].revents || polled[ERR].revents)
		drain_all(relay);
	return NULL;
}

struct fb_error *fb_relay_run(struct fb_relay *relay, struct fb_reply *reply_ret)
{
	struct fb_error *err = NULL;
	bool done = false;

	if (relay->out_fd >= 0)
		(void)fcntl(relay->out_fd, F_SETFL, O_NONBLOCK);
	if (relay->err_fd >= 0)
		(void)fcntl(relay->err_fd, F_SETFL, O_NONBLOCK);
	while (!err && !done)
		err = step(relay, &done, reply_ret);
	close_pipe(&relay->out_fd);
	close_pipe(&relay->err_fd);
	return err;
}
