/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running kernel as an input: its memory is read from /proc/kcore, and not changed.
 */
#ifndef FB_BUNDLE_LIVE_H
#define FB_BUNDLE_LIVE_H

#include "base/error.h"

#define FB_LIVE_WORD "live" /* for INPUT; a file of that name is ./live */
#define FB_LIVE_PATH "/proc/kcore"

/* Takes over err, with which FB_LIVE_PATH could not be opened. Where it is FB_OS, adds what is needed: root's rights, a
 * kernel that has the file, or one that is not locked down. Any other error, and NULL, is returned unchanged. root: the
 * folder with /proc and /sys; "" for this host. Where memory or descriptors do not suffice to look at the host, err is
 * replaced by that error. */
FB_MUST_CHECK struct fb_error *fb_live_explain(const char *root, struct fb_error *err);

#endif
