/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts other programs by sh(1), from the shell's own process, which is in no sandbox and reads no dump. */
#ifndef FB_CMD_SHELL_LAUNCH_H
#define FB_CMD_SHELL_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct fb_launch {
	const char *text; /* what sh(1) runs */
	bool for_pager; /* sets what less and lv need to show colours, unless the user has set it */
};

/* Runs text with in_fd as its standard input (-1: this process's). Returns the child's PID, or -1: errno. */
pid_t fb_launch_shell(const struct fb_launch *launch, int in_fd);

/* In a child after fork(): undoes what the shell's process did to its signals. */
void fb_launch_reset_signals(void);

/* Waits for a child to end. Returns its exit status, or 128 and the number of the signal that ended it, as sh(1)
 * does. */
int fb_launch_wait(pid_t pid);

#endif
