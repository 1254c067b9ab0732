/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the output of one line of the shell goes: the screen, another program, or a file. Called by execute.c. */
#ifndef FB_CMD_SHELL_GOAL_H
#define FB_CMD_SHELL_GOAL_H

#include "base/files/outfile.h"
#include "cmd/shell/screen.h"
#include "cmd/shell/shell.h"

struct fb_goal {
	const struct fb_shell *shell;
	const struct fb_line *line;
	struct fb_screen screen; /* for the terminal, of stdout and of stderr */
	bool has_screen;
	int out_fd;    /* that the command shall write to; -1: a sink takes what it writes */
	pid_t program; /* behind '|'; 0: none */
	struct fb_outfile *outfile;
	struct fb_error *failed; /* of writing the file */
};

/* Prepares what line says: starts the program, or begins the file. FB_INVALID where the file exists (without ">|") or
 * is one of the input's; FB_OS. After an error there is nothing to end. */
FB_MUST_CHECK struct fb_error *fb_goal_begin(struct fb_goal *goal, const struct fb_shell *shell,
					     const struct fb_line *line);
/* How a command on the opened input writes there. */
void fb_goal_output(struct fb_goal *goal, struct fb_front_output *output_ret);
/* Takes bytes that the shell itself, or a command apart, has for the file. */
bool fb_goal_write(void *goal, const char *bytes, size_t length);

/* The command has ended: waits for the program, or puts the file in place where good. */
FB_MUST_CHECK struct fb_error *fb_goal_end(struct fb_goal *goal, bool good);

#endif
