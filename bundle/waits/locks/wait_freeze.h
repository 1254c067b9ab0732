/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out for how long file systems have been frozen. Called by waits.c. */
#ifndef FB_BUNDLE_WAIT_FREEZE_H
#define FB_BUNDLE_WAIT_FREEZE_H

#include "bundle/waits/finder/wait_finder.h"

/* Adds to each frozen file system in the graph for how long, at least, it has been frozen. To be called when all waits
 * are in the graph. */
FB_MUST_CHECK struct fb_error *fb_wait_date_freezes(struct fb_wait_finder *finder);

#endif
