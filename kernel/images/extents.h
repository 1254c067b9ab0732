/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bytes of a file stand at which logical address: pieces as a format
 * lists them, in any order and overlapping, made into a sorted list of
 * disjoint extents.
 */
#ifndef FB_KERNEL_EXTENTS_H
#define FB_KERNEL_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_extent {
	uint64_t start;  /* logical address */
	uint64_t length; /* bytes, > 0; start + length does not wrap */
	uint64_t source; /* offset in the file of the first byte */
};

struct fb_extents {
	struct fb_extent *list; /* owned; sorted by start, disjoint */
	size_t count;
};

/* Sorts pieces in place. Where pieces overlap, the one with the higher source wins; neighbours
 * that continue each other in both address and source become one. */
FB_MUST_CHECK struct fb_error *fb_extents_create(struct fb_extent *pieces, size_t count,
						 struct fb_extents *extents_ret);
void fb_extents_deinit(struct fb_extents *extents);

/* Index of the first extent that ends behind address, which may start behind it too; count if
 * there is none. */
size_t fb_extents_find(const struct fb_extents *extents, uint64_t address);

/* Exclusive end of the last extent; 0 if there is none. */
uint64_t fb_extents_end(const struct fb_extents *extents);

#endif
