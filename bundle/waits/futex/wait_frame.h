/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searches the page tables of a process for a page frame, at whatever address it is mapped. Called by wait_owner.c. */
#ifndef FB_BUNDLE_WAIT_FRAME_H
#define FB_BUNDLE_WAIT_FRAME_H

#include "bundle/waits/finder/wait_finder.h"

/* *maps_ret: whether the process has the frame mapped. False where it is not found in what can be read of its page
 * tables; it may still have it there where it was not touched. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_wait_maps_frame(const struct fb_wait_finder *finder,
						  const struct fb_task *task, uint64_t frame,
						  bool *maps_ret);

#endif
