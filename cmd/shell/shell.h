/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The prompt of fbundle: many commands on an input that is opened once. docs/architecture.md describes its processes.
 *
 *     shell.c     the command `shell`: where lines come from
 *     execute.c   what one line does
 *     apart.c     commands that the opened input cannot serve, in a process of their own
 *     editor.c    lines that are typed, their history and completion (complete.c, names.c)
 *     line.c      cuts a line into words; alias.c puts fbundle's in the place of crash's
 *     goal.c      where the output of a line goes: a file, a program, or the terminal (screen.c)
 *     front.c     the terminal's process asks the reader of the dump, reader.c; relay.c passes on what is printed
 */
#ifndef FB_CMD_SHELL_SHELL_H
#define FB_CMD_SHELL_SHELL_H

#include "cmd/shared/command.h"
#include "cmd/shell/front.h"
#include "cmd/shell/line.h"

struct fb_shell {
	struct fb_context *context; /* borrowed */
	struct fb_front front;
	bool interactive; /* a user types the lines, and Ctrl-C ends one of them; else it ends the script */
	bool at_terminal; /* stdout is one */
	bool quit;
	int32_t current; /* TID of the current task; -1: none */
	unsigned depth;  /* of files of commands that call others */
	int status;      /* the worst of the commands so far, enum fb_exit */
	/* Prints the history, where there is one; NULL: there is none. */
	void (*print_history)(void *editor);
	void *editor;
};

/* The worse of two exit statuses: wrong usage, no usable output, a part missing, complete. */
int fb_shell_worse(int one, int other);

/* Runs the command of a line. What fails is told and noted in shell->status; no error ends the shell. */
void fb_shell_execute(struct fb_shell *shell, const char *text);

/* Runs the commands of a file, of standard input where path is "-". */
void fb_shell_run_file(struct fb_shell *shell, const char *path);

/* Whether the words of a command have an option about the input (--core, --sysroot...), so that it needs one of its
 * own. */
bool fb_apart_needed(const char *const *words, size_t count);
/* Starts such a command, or one of struct fb_command.apart, in a process of its own, with the shell's input and
 * options. out_fd: its standard output, borrowed. Returns the PID, or -1: errno. */
pid_t fb_apart_start(const struct fb_shell *shell, const struct fb_command *command,
		     const struct fb_line *line, int out_fd);

#endif
