/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long file systems have been frozen. */
#ifndef FB_BUNDLE_WAIT_FREEZE_H
#define FB_BUNDLE_WAIT_FREEZE_H

#include "bundle/waits/finder/wait_finder.h"

/* Adds to each frozen file system of the graph since when it is, at least; when all waits are in it. */
FB_MUST_CHECK struct fb_error *fb_wait_date_freezes(struct fb_wait_finder *finder);

#endif
