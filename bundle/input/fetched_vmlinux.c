// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/input/fetched_vmlinux.h"

#include <stdio.h>
#include <unistd.h>

struct fb_error *fb_fetched_vmlinux_find(void *context, const char *build_id, char **path_ret)
{
	struct fb_fetched_vmlinux *fetched = context;
	int channel = fb_fetcher_connect(fetched->fetcher);
	struct fb_error *err;

	fb_fetched_vmlinux_deinit(fetched);
	if (channel < 0)
		return fb_error_create(FB_NOT_FOUND, "nothing can be fetched from DEBUGINFOD_URLS");
	err = fb_fetch(channel, FB_FETCH_DEBUGINFO, build_id, &fetched->fd);
	(void)close(channel);
	if (fb_error_is(err, FB_OS)) { /* of the network or the fetcher, not of this program */
		struct fb_error *why = err;

		err = fb_error_create(FB_NOT_FOUND, "%s", fb_error_message(why));
		fb_error_destroy(why);
	}
	if (!err && asprintf(path_ret, "/dev/fd/%d", fetched->fd) < 0) {
		*path_ret = NULL;
		err = fb_error_nomem();
	}
	return err;
}

void fb_fetched_vmlinux_deinit(struct fb_fetched_vmlinux *fetched)
{
	if (fetched->fd > 0)
		(void)close(fetched->fd);
	fetched->fd = 0;
}
