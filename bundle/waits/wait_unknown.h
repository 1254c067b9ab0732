/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds the waits of a blocked thread to the graph: those that its recogniser finds, or, where it finds none,
 * what the wait queue and the stack show. Called by waits.c.
 */
#ifndef FB_BUNDLE_WAIT_UNKNOWN_H
#define FB_BUNDLE_WAIT_UNKNOWN_H

#include "bundle/waits/finder/wait_blocked.h"

/* Adds the waits of the thread to the graph; none where it idles. A thread in state D always gets a wait, even where
 * nothing is known of it. */
FB_MUST_CHECK struct fb_error *fb_wait_recognise(struct fb_wait_finder *finder,
						 const struct fb_blocked *blocked);

#endif
