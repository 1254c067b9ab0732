/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal's side of a shell: starts the reader of the dump (reader.h), sends it requests, and takes what its
 * commands write. This process has the terminal, starts programs and writes files, and never looks into an input: what
 * comes from the reader is text that is filtered before it is shown.
 */
#ifndef FB_CMD_SHELL_FRONT_H
#define FB_CMD_SHELL_FRONT_H

#include "cmd/shared/command.h"
#include "cmd/shell/request.h"
#include "cmd/shell/sink.h"

struct fb_front {
	struct fb_context *context; /* borrowed; with the options of the shell */
	pid_t pid;                  /* of the reader; 0: it does not run */
	int channel;
	int interrupts;   /* a descriptor that can be read when Ctrl-C was typed (signalfd(2)) */
	bool prepare;     /* as in fb_reader_run(): not after the reader died of it */
	bool served;      /* the reader that runs has answered a request */
	bool interrupted; /* Ctrl-C was typed during the last request */
};

/* Where a command writes. */
struct fb_front_output {
	/* Descriptors that the command gets; -1: a pipe, and the sink gets the bytes. Borrowed. */
	int out_fd, err_fd;
	struct fb_sink out, err;
	unsigned terminal_width; /* of the terminal that the output comes to at last; 0: to none */
};

/* Blocks SIGINT in this process, which reads it from front->interrupts, and starts the reader. What there is to say of
 * the opening goes to err; *status_ret: FB_EXIT_OK or FB_EXIT_PARTIAL, or FB_EXIT_FAILURE where the input cannot be
 * opened. */
FB_MUST_CHECK struct fb_error *fb_front_start(struct fb_front *front, struct fb_context *context,
					      const struct fb_sink *err, int *status_ret);
void fb_front_end(struct fb_front *front);

/* Sends a request and passes on what is written until the reply has come. Ctrl-C ends the command; typed twice, it ends
 * the reader, which is started again with the next request. A reader that has died otherwise is started again at once,
 * and asked again. FB_OS where there is no reply: the message says why. */
FB_MUST_CHECK struct fb_error *fb_front_ask(struct fb_front *front, struct fb_request *request,
					    const struct fb_front_output *output,
					    struct fb_reply *reply_ret);

#endif
