/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process of a shell that reads the dump. It opens the input within the sandbox of single commands, and runs each
 * command in a child that is forked with all that is loaded: what a command breaks, leaks or takes long for ends with
 * its child. The children have the same sandbox. None of them has the terminal, the network or the user's files:
 * descriptors for output come from the terminal's process (front.h) with each command.
 */
#ifndef FB_CMD_SHELL_READER_H
#define FB_CMD_SHELL_READER_H

#include "cmd/shared/command.h"

/* Opens the input of context, whose options are parsed, replies by the channel (request.h), and answers requests until
 * the channel is closed; then the process ends. To be called in a fresh child of the terminal's process, whose stdout
 * and stderr are a pipe that gets what there is to say of the opening. prepare: load tasks and cores before the first
 * request, while the user types. */
_Noreturn void fb_reader_run(struct fb_context *context, int channel, bool prepare);

#endif
