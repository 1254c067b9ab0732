/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of all recognisers of waits (finder/wait_sites.h). Called by waits.c. */
#ifndef FB_BUNDLE_WAIT_RECOGNISERS_H
#define FB_BUNDLE_WAIT_RECOGNISERS_H

#include "bundle/waits/finder/wait_sites.h"

/* All rows; static. */
const struct fb_wait_recogniser *fb_wait_recognisers(size_t *count_ret);

#endif
