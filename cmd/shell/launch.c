// SPDX-License-Identifier: GPL-2.0-or-later
/* Starts and awaits children of the shell's own process. Called for '!', '|', pagers, and commands that run apart. */
#include "cmd/shell/launch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void fb_launch_reset_signals(void)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
}

/* As git sets them: less ends at once where all fits on the screen, shows colours, and leaves the text there. */
static void set_pager_options(void)
{
	(void)setenv("LESS", "FRX", 0);
	(void)setenv("LV", "-c", 0);
}

pid_t fb_launch_shell(const struct fb_launch *launch, int in_fd)
{
	const pid_t pid = fork();

	if (pid)
		return pid;
	fb_launch_reset_signals();
	if (launch->for_pager)
		set_pager_options();
	if (in_fd >= 0 && dup2(in_fd, STDIN_FILENO) < 0)
		_exit(127);
	(void)execl("/bin/sh", "sh", "-c", launch->text, (char *)NULL);
	_exit(127);
}

int fb_launch_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
