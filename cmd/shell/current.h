/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The current task of a shell, as crash's command `set` has it. */
#ifndef FB_CMD_SHELL_CURRENT_H
#define FB_CMD_SHELL_CURRENT_H

#include "bundle/input/input.h"

/* Prints on stdout, each on a line, the TID, the name, the address, the CPU and the state of a task, in crash's words.
 * text: its TID, or a name that one process has; NULL: the task that panicked. FB_NOT_FOUND; FB_INVALID where several
 * have the name. */
FB_MUST_CHECK struct fb_error *fb_current_print(struct fb_input *input, const char *text);

/* The TID in what fb_current_print() has printed, from the first line; -1: there is none. */
int32_t fb_current_tid(const char *text);

#endif
