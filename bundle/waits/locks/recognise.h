/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognisers of waits for locks of the kernel; see struct fb_wait_recogniser. Called through
 * bundle/waits/recognisers.c. */
#ifndef FB_BUNDLE_WAIT_LOCKS_RECOGNISE_H
#define FB_BUNDLE_WAIT_LOCKS_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

struct fb_error *fb_wait_mutex(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_rwsem(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_semaphore(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* Usually a file system that is frozen. */
struct fb_error *fb_wait_percpu_rwsem(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked);

#endif
