/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of page frames: those that a filter keeps whatever their class. It takes 4 KiB of memory for each 128 MiB of
 * RAM from which a frame is in it. Filled by keep.c, read by filter.c.
 */
#ifndef FB_BUNDLE_FRAME_SET_H
#define FB_BUNDLE_FRAME_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fb_frame_set;

/* limit: exclusive end of the frames that can be in the set. */
FB_MUST_CHECK struct fb_error *fb_frame_set_create(uint64_t limit, struct fb_frame_set **set_ret);
void fb_frame_set_destroy(struct fb_frame_set *set);

/* Adds a frame; one at or above the limit is ignored. *added_ret (may be NULL): it was not in the set before.
 * FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_frame_set_add(struct fb_frame_set *set, uint64_t pfn,
						bool *added_ret);
bool fb_frame_set_has(const struct fb_frame_set *set, uint64_t pfn);
uint64_t fb_frame_set_count(const struct fb_frame_set *set);

#endif
