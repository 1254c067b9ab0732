/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows the output of one command on the terminal. The command has no access to the terminal itself: its bytes come
 * through here, and of control characters only line ends, tabs, colours and what erases a line get through, so that an
 * input that took over the command cannot make the terminal do anything else. What is longer than the screen goes to a
 * pager, as git does it: the program in FBUNDLE_PAGER or PAGER, or less; "" or "cat" for none.
 */
#ifndef FB_CMD_SHELL_SCREEN_H
#define FB_CMD_SHELL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "cmd/shell/sink.h"

struct fb_screen {
	int fd;               /* the terminal */
	const char *pager;    /* for sh(1); NULL: none */
	unsigned width, rows; /* of the terminal */
	struct fb_buf line;   /* what came behind the last line end */
	struct fb_buf held;   /* lines that are not shown yet, while they fit on the screen */
	unsigned held_rows;
	pid_t pager_pid; /* 0: it is not running */
	int pager_fd;
	bool over; /* the pager has ended, or the terminal cannot be written */
};

/* rows: of the terminal, 0 where nothing shall be paged. */
void fb_screen_init(struct fb_screen *screen, int fd, unsigned width, unsigned rows);
/* Shows what is left, waits for the pager to end, and frees. */
void fb_screen_end(struct fb_screen *screen);
/* A sink that shows bytes; context is the screen. It wants no more when the user has left the pager. */
bool fb_screen_write(void *screen, const char *bytes, size_t length);

/* The pager that the environment asks for; NULL: none. */
const char *fb_screen_pager(void);

/* Appends a text of length bytes to `to`, each harmful byte as \xHH. FB_NOMEM, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_screen_filter(const char *bytes, size_t length,
						struct fb_buf *to);

/* How many rows of a terminal of this width a line takes, of filtered text. */
unsigned fb_screen_rows(const char *line, size_t length, unsigned width);

#endif
