/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map from logical addresses to places in a file. A format lists pieces in any order,
 * which may overlap; these become a sorted list of disjoint extents. Called by the
 * readers of ELF vmcores, flattened files and memory images.
 */
#ifndef FB_KERNEL_EXTENTS_H
#define FB_KERNEL_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"

struct fb_extent {
	uint64_t start;  /* logical address */
	uint64_t length; /* bytes, > 0; start + length does not wrap */
	uint64_t source; /* offset in the file of the first byte */
};

struct fb_extents {
	struct fb_extent *list; /* owned; sorted by start, disjoint */
	size_t count;
};

/* Sorts the count pieces in place (they remain the caller's) and makes extents of them. Where pieces overlap, the
 * one with the higher source is taken; neighbours that are contiguous in both address and source become one. The
 * caller frees the result with fb_extents_deinit(). FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_extents_create(struct fb_extent *pieces, size_t count,
						 struct fb_extents *extents_ret);
void fb_extents_deinit(struct fb_extents *extents);

/* Index of the first extent whose end is above address: it holds address, or begins above it. The list's count
 * if there is none. */
size_t fb_extents_find(const struct fb_extents *extents, uint64_t address);

/* Reads all of [address, address + length) from the file that the sources are offsets of; what no extent covers are
 * zeros. Errors as fb_file_read(). */
FB_MUST_CHECK struct fb_error *fb_extents_read(const struct fb_extents *extents,
					       struct fb_file *file, uint64_t address, void *to,
					       size_t length);

/* The exclusive end address of the last extent; 0 if there is none. */
uint64_t fb_extents_end(const struct fb_extents *extents);

#endif
