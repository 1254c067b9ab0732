// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Enters the sandbox of commands, and the narrower one of children. Called by
 * cmd/shared/confine.c, fetcher.c and isolate_child.c.
 */
#include "base/isolation/sandbox.h"

#include <sys/prctl.h>

struct fb_sandbox fb_sandbox_enter(const struct fb_sandbox_options *options)
{
	struct fb_sandbox sandbox = {0};

	/* Without it, neither is for unprivileged processes. */
	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		sandbox.landlock = fb_sandbox_landlock(options);
		sandbox.seccomp = fb_sandbox_seccomp(options->network);
	}
	return sandbox;
}

void fb_sandbox_narrow(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* in the sandbox: refused, and set already */
	fb_sandbox_landlock_narrow();
	fb_sandbox_seccomp_narrow();
}
