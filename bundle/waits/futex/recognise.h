/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognisers of waits in futex(); see struct fb_wait_recogniser. Called through bundle/waits/recognisers.c. */
#ifndef FB_BUNDLE_WAIT_FUTEX_RECOGNISE_H
#define FB_BUNDLE_WAIT_FUTEX_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

struct fb_error *fb_wait_futex(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* An rt_mutex of the kernel, or the one behind a priority-inheriting futex. */
struct fb_error *fb_wait_rt_mutex(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
