/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passes on what a command writes, until the reader of the dump has replied. Called by front.c. */
#ifndef FB_CMD_SHELL_RELAY_H
#define FB_CMD_SHELL_RELAY_H

#include <stdbool.h>

#include "base/error.h"
#include "cmd/shell/request.h"
#include "cmd/shell/sink.h"

struct fb_relay {
	int channel;
	int interrupts; /* as in struct fb_front */
	/* The ends of pipes that are read; -1: none. fb_relay_run() closes them. */
	int out_fd, err_fd;
	struct fb_sink out, err;
	bool cancelled; /* FB_REQUEST_CANCEL was sent: after Ctrl-C, or because a sink wants no more */
	bool interrupted; /* Ctrl-C was typed */
};

/* Standard output comes before what was written to standard error after it. FB_OS where the reader ends, where it
 * replies with what is no reply, or where Ctrl-C was typed a second time and the command has not ended yet: the reader
 * is then to be ended. */
FB_MUST_CHECK struct fb_error *fb_relay_run(struct fb_relay *relay, struct fb_reply *reply_ret);

/* Forgets each Ctrl-C that was typed before a command begins. */
void fb_relay_forget_interrupts(int interrupts);

#endif
