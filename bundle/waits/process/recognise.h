/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognisers of waits for other processes; see struct fb_wait_recogniser. Called through
 * bundle/waits/recognisers.c. */
#ifndef FB_BUNDLE_WAIT_PROCESS_RECOGNISE_H
#define FB_BUNDLE_WAIT_PROCESS_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

/* The exit of children. */
struct fb_error *fb_wait_children(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_vfork(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_tracer(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

/* Held back by a control group. */
struct fb_error *fb_wait_memory_high(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked);
struct fb_error *fb_wait_memory_max(struct fb_wait_finder *finder,
				    const struct fb_blocked *blocked);
struct fb_error *fb_wait_freezer(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
