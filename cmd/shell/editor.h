/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that a user types, by libedit: with history, which a file keeps, and completion by the Tab key. */
#ifndef FB_CMD_SHELL_EDITOR_H
#define FB_CMD_SHELL_EDITOR_H

#include "cmd/shell/shell.h"

struct fb_editor;

/* shell is borrowed. FB_NOMEM; FB_OS where the terminal cannot be used. */
FB_MUST_CHECK struct fb_error *fb_editor_create(struct fb_shell *shell,
						struct fb_editor **editor_ret);
/* Writes the history into its file, too. */
void fb_editor_destroy(struct fb_editor *editor);

/* Asks for a line; NULL at the end of the input (Ctrl-D). The line is the editor's, up to the next call. */
const char *fb_editor_read(struct fb_editor *editor);

/* Prints the lines that were typed, the oldest first. */
void fb_editor_print_history(void *editor);

#endif
