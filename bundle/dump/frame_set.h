/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of page frames: those that a filter keeps although their class is left out. Takes a bit for
 * each frame near one that is in it: 4 KiB for every 128 MiB of RAM that has any.
 */
#ifndef FB_BUNDLE_FRAME_SET_H
#define FB_BUNDLE_FRAME_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fb_frame_set;

/* limit: frames are below it. */
FB_MUST_CHECK struct fb_error *fb_frame_set_create(uint64_t limit, struct fb_frame_set **set_ret);
void fb_frame_set_destroy(struct fb_frame_set *set);

/* A frame that cannot be, beyond the limit, is passed over. *added_ret (may be NULL): it was not in the
 * set before. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_frame_set_add(struct fb_frame_set *set, uint64_t pfn,
						bool *added_ret);
bool fb_frame_set_has(const struct fb_frame_set *set, uint64_t pfn);
uint64_t fb_frame_set_count(const struct fb_frame_set *set);

#endif
