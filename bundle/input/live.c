// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/input/live.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/part.h"
#include "bundle/host/host_file.h"

/* Of "none [integrity] confidentiality": Linux since 5.4 (000d388ed3bb, "security: Add a static lockdown
 * policy LSM"); /proc/kcore is shut from confidentiality on. */
static struct fb_error *is_locked_down(const char *root, bool *locked_ret)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = fb_host_file_read(root, "/sys/kernel/security/lockdown", &text);
	*locked_ret = !err && strstr((char *)text.data, "[confidentiality]");
	return fb_part_skip(err);
}

static struct fb_error *is_there(const char *root, bool *there_ret)
{
	FB_CLEANUP(fb_free_at) char *name = NULL;
	struct fb_error *err = fb_host_path(root, FB_LIVE_PATH, &name);

	*there_ret = !err && access(name, F_OK) == 0;
	return err;
}

struct fb_error *fb_live_explain(const char *root, struct fb_error *err)
{
	bool there = false, locked_down = false;
	struct fb_error *failure;
	const char *why;

	if (!fb_error_is(err, FB_OS))
		return err; /* it could be opened */
	failure = is_there(root, &there);
	if (!failure)
		failure = is_locked_down(root, &locked_down);
	if (failure) {
		fb_error_destroy(err);
		return failure;
	}
	if (!there)
		why = "this kernel has no " FB_LIVE_PATH
		      " (CONFIG_PROC_KCORE), or the container does not see it";
	else if (geteuid() != 0)
		why = "the memory of the running kernel is root's alone: run it as root";
	else if (locked_down)
		why = "the kernel is locked down (confidentiality), so that nobody reads its memory: a "
		      "kdump is still possible (echo c >/proc/sysrq-trigger takes one and the host "
		      "down), and lockdown=integrity at boot lets it be read";
	else
		why = "it takes CAP_SYS_RAWIO, which containers do not have: run it on the host";
	return fb_error_prefix(err, "%s", why);
}
