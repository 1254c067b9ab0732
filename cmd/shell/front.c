// SPDX-License-Identifier: GPL-2.0-or-later
/* Starts the reader, and asks it. Called by the shell for each command that is run on the opened input. */
#include "cmd/shell/front.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/isolation/packet.h"
#include "cmd/shell/launch.h"
#include "cmd/shell/reader.h"
#include "cmd/shell/relay.h"

static struct fb_error *block_interrupts(struct fb_front *front)
{
	sigset_t interrupts;

	(void)sigemptyset(&interrupts);
	(void)sigaddset(&interrupts, SIGINT);
	if (sigprocmask(SIG_BLOCK, &interrupts, NULL))
		return fb_error_os(errno, "cannot block a signal");
	front->interrupts = signalfd(-1, &interrupts, SFD_CLOEXEC | SFD_NONBLOCK);
	/* A pager that is left, or a program that reads no more, is no reason to end. */
	(void)signal(SIGPIPE, SIG_IGN);
	return front->interrupts < 0 ? fb_error_os(errno, "cannot wait for a signal") : NULL;
}

/* In the reader's process: gives up the terminal, and sees that it ends when its parent does. What it says while it
 * opens the input goes to the pipe `said`. */
static void become_reader(struct fb_front *front, int channel, int said, pid_t parent)
{
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	fb_launch_reset_signals();
	if (setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != parent ||
	    nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(said, STDOUT_FILENO) < 0 ||
	    dup2(said, STDERR_FILENO) < 0)
		_exit(FB_EXIT_FAILURE);
	/* What this program was started with is not the reader's either. */
	if (channel > STDERR_FILENO + 1)
		(void)close_range(STDERR_FILENO + 1, (unsigned)channel - 1, 0);
	(void)close_range((unsigned)channel + 1, ~0u, 0);
	fb_reader_run(front->context, channel, front->prepare);
}

/* Ends the reader, whatever it does. */
static void end_reader(struct fb_front *front)
{
	if (!front->pid)
		return;
	(void)close(front->channel);
	(void)kill(front->pid, SIGKILL);
	(void)fb_launch_wait(front->pid);
	front->pid = 0;
}

static struct fb_error *fork_reader(struct fb_front *front, int *said_ret)
{
	const pid_t parent = getpid();
	int ends[2], said[2];

	if (pipe2(said, O_CLOEXEC))
		return fb_error_os(errno, "cannot make a pipe");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		(void)close(said[0]);
		(void)close(said[1]);
		return fb_error_os(errno, "cannot make a channel to the reader of the dump");
	}
	(void)fflush(NULL);
	front->pid = fork();
	if (front->pid == 0) {
		(void)close(ends[0]);
		(void)close(said[0]);
		become_reader(front, ends[1], said[1], parent);
	}
	(void)close(ends[1]);
	(void)close(said[1]);
	front->channel = ends[0];
	front->served = false;
	*said_ret = said[0];
	if (front->pid > 0)
		return NULL;
	front->pid = 0;
	(void)close(ends[0]);
	(void)close(said[0]);
	return fb_error_os(errno, "cannot make a process to read the dump in");
}

/* Starts the reader and waits until its input is open. */
static struct fb_error *start_reader(struct fb_front *front, const struct fb_sink *err_sink,
				     struct fb_reply *reply_ret)
{
	struct fb_relay relay = {.interrupts = front->interrupts, .out_fd = -1, .err = *err_sink};
	struct fb_error *err = fork_reader(front, &relay.err_fd);

	if (err)
		return err;
	relay.channel = front->channel;
	err = fb_relay_run(&relay, reply_ret);
	if (err || reply_ret->status == FB_EXIT_FAILURE || reply_ret->signal)
		end_reader(front);
	return err;
}

struct fb_error *fb_front_start(struct fb_front *front, struct fb_context *context,
				const struct fb_sink *err_sink, int *status_ret)
{
	struct fb_reply reply;
	struct fb_error *err;

	*front = (struct fb_front){.context = context, .prepare = true};
	err = block_interrupts(front);
	if (!err)
		err = start_reader(front, err_sink, &reply);
	if (!err)
		*status_ret = reply.status;
	return err;
}

void fb_front_end(struct fb_front *front)
{
	end_reader(front);
	if (front->interrupts > 0)
		(void)close(front->interrupts);
}

/* Starts it again where it has died. */
static struct fb_error *revive(struct fb_front *front, const struct fb_sink *err_sink)
{
	struct fb_reply reply;
	struct fb_error *err;

	if (front->pid)
		return NULL;
	err = start_reader(front, err_sink, &reply);
	if (!err && !front->pid)
		err = fb_error_create(FB_OS, "the input cannot be opened again");
	return err;
}

/* Makes a pipe for what the command is given no descriptor for. */
static struct fb_error *open_output(int given, int *read_ret, int *write_ret)
{
	int ends[2];

	*read_ret = -1;
	*write_ret = given;
	if (given >= 0)
		return NULL;
	if (pipe2(ends, O_CLOEXEC))
		return fb_error_os(errno, "cannot make a pipe");
	*read_ret = ends[0];
	*write_ret = ends[1];
	return NULL;
}

/* Sends the request and relays. The pipes' ends that the command writes into are closed here, so that the reader's are
 * the last ones. */
static struct fb_error *converse(struct fb_front *front, const struct fb_request *request,
				 const struct fb_front_output *output, struct fb_relay *relay,
				 struct fb_reply *reply_ret)
{
	int fds[2] = {-1, -1};
	struct fb_error *err = open_output(output->out_fd, &relay->out_fd, &fds[0]);
	bool sent = false;

	if (!err)
		err = open_output(output->err_fd, &relay->err_fd, &fds[1]);
	if (!err)
		sent = fb_packet_send(front->channel, request, fb_request_size(request), fds, 2);
	if (fds[0] != output->out_fd)
		(void)close(fds[0]);
	if (fds[1] >= 0 && fds[1] != output->err_fd)
		(void)close(fds[1]);
	if (err || !sent) {
		if (relay->out_fd >= 0)
			(void)close(relay->out_fd);
		if (relay->err_fd >= 0)
			(void)close(relay->err_fd);
		return err ? err
			   : fb_error_create(FB_OS, "the process that reads the dump is gone");
	}
	return fb_relay_run(relay, reply_ret);
}

/* *again_ret: the reader has died, and not of Ctrl-C: the request can be sent to a new one. No command runs in the
 * reader itself, so that it is not this one of which it died. */
static struct fb_error *ask_once(struct fb_front *front, struct fb_request *request,
				 const struct fb_front_output *output, bool *again_ret,
				 struct fb_reply *reply_ret)
{
	struct fb_relay relay = {
		.interrupts = front->interrupts,
		.out_fd = -1,
		.err_fd = -1,
		.out = output->out,
		.err = output->err,
	};
	struct fb_error *err = revive(front, &output->err);

	*again_ret = false;
	if (err)
		return err;
	fb_relay_forget_interrupts(front->interrupts);
	relay.channel = front->channel;
	request->terminal_width = output->terminal_width;
	err = converse(front, request, output, &relay, reply_ret);
	front->interrupted = relay.interrupted;
	if (err) {
		end_reader(front);
		*again_ret = !relay.interrupted;
		/* It may have died while it loaded what nobody had asked for: it shall not load that again. */
		front->prepare = front->prepare && front->served;
	}
	front->served = !err;
	return err;
}

struct fb_error *fb_front_ask(struct fb_front *front, struct fb_request *request,
			      const struct fb_front_output *output, struct fb_reply *reply_ret)
{
	bool again;
	struct fb_error *err = ask_once(front, request, output, &again, reply_ret);

	if (!err || !again)
		return err;
	fb_error_destroy(err);
	return ask_once(front, request, output, &again, reply_ret);
}
