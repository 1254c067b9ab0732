/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the shell's own process puts bytes that a command has written: the screen, a file, or memory. */
#ifndef FB_CMD_SHELL_SINK_H
#define FB_CMD_SHELL_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct fb_sink {
	/* False: no more is wanted, and the command may end. */
	bool (*write)(void *context, const char *bytes, size_t length);
	void *context;
};

#endif
