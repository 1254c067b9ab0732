/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running kernel as an input: its memory as /proc/kcore gives it, which is only read.
 */
#ifndef FB_BUNDLE_LIVE_H
#define FB_BUNDLE_LIVE_H

#include "base/error.h"

#define FB_LIVE_WORD "live" /* for INPUT; a file of that name is ./live */
#define FB_LIVE_PATH "/proc/kcore"

/* Takes why FB_LIVE_PATH cannot be opened (FB_OS; any other error stays as it is, and so does NULL), and says
 * what to do instead: root's rights, a kernel that has it, or one that is not locked down. root: the folder
 * that /proc and /sys are below, "" for this host. */
FB_MUST_CHECK struct fb_error *fb_live_explain(const char *root, struct fb_error *err);

#endif
