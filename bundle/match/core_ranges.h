/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists where the whole pages of a core are in its file. A page that is cut, by the
 * segment's bounds or by the end of the file, is left out. Called by place_walk.c.
 */
#ifndef FB_BUNDLE_CORE_RANGES_H
#define FB_BUNDLE_CORE_RANGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "user/core/core.h"

struct fb_core_range {
	uint64_t address;     /* page-aligned */
	uint64_t file_offset; /* bytes; need not be page-aligned */
	uint64_t pages;       /* > 0 */
};

struct fb_core_ranges {
	struct fb_core_range *list; /* owned; in order of file_offset, disjoint in the file */
	size_t count;
	uint64_t pages; /* of all ranges together */
};

/* Makes the list for core (borrowed). Where several segments claim the same bytes of the file, the one that begins
 * first there gets them. The caller frees the result with fb_core_ranges_deinit(). FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_core_ranges_create(const struct fb_core *core,
						     struct fb_core_ranges *ranges_ret);
void fb_core_ranges_deinit(struct fb_core_ranges *ranges);

#endif
