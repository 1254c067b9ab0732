// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entering the sandbox, and the narrower one of children.
 */
#include "base/isolation/sandbox.h"

#include <sys/prctl.h>

struct fb_error *fb_sandbox_enter(const struct fb_sandbox_options *options,
				  struct fb_sandbox *sandbox_ret)
{
	struct fb_sandbox sandbox = {0};
	struct fb_sandbox_filter *filter = NULL;
	struct fb_error *err = fb_sandbox_filter_create(
		options->network ? FB_SANDBOX_FETCHER : FB_SANDBOX_PROGRAM, &filter);

	if (err)
		return err;
	/* Without it, neither is for unprivileged processes. */
	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		sandbox.landlock = fb_sandbox_landlock(options);
		sandbox.seccomp = fb_sandbox_filter_apply(filter);
	}
	fb_sandbox_filter_destroy(filter);
	*sandbox_ret = sandbox;
	return NULL;
}

void fb_sandbox_narrow(const struct fb_sandbox_filter *filter)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* in the sandbox: refused, and set already */
	fb_sandbox_landlock_narrow();
	(void)fb_sandbox_filter_apply(filter);
}
