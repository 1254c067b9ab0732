/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bitmap 2 of a kdump-compressed file, which says of each page frame whether
 * its page is in the dump, and by the count of the bits before it, which page
 * descriptor it has. Blocks of the bitmap are read when they are needed; only
 * one count per block (128 MiB of memory) is kept. Safe for concurrent use.
 */
#ifndef FB_KERNEL_KDUMP_BITMAP_H
#define FB_KERNEL_KDUMP_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"

struct fb_kdump_bitmap;

/* The bits of [start_pfn, end_pfn) of the bitmap at offset of file (borrowed); the rest reads as
 * clear, and so does what lies behind the end of the file. Reads that range once. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_create(struct fb_file *file, uint64_t offset,
						      uint64_t start_pfn, uint64_t end_pfn,
						      struct fb_kdump_bitmap **bitmap_ret);
/* Takes NULL. */
void fb_kdump_bitmap_destroy(struct fb_kdump_bitmap *bitmap);

/* Bits set. */
uint64_t fb_kdump_bitmap_count(const struct fb_kdump_bitmap *bitmap);

/* Exclusive end of the frames whose bit is set; start_pfn where none is. Fails only where the file cannot
 * be read. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_end(struct fb_kdump_bitmap *bitmap,
						   uint64_t *pfn_ret);

/* Whether the bit is set; if so, and rank_ret is not NULL, how many set bits stand before it.
 * Fails only where the file cannot be read. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_test(struct fb_kdump_bitmap *bitmap, uint64_t pfn,
						    bool *set_ret, uint64_t *rank_ret);

/* The first frame at or behind pfn, and before end_pfn, whose bit is set (or clear); *pfn_ret
 * end_pfn if there is none. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_next(struct fb_kdump_bitmap *bitmap, uint64_t pfn,
						    bool set, uint64_t *pfn_ret);

/* Set bits of [start_pfn, end_pfn) of the bitmap at offset, without keeping anything. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_popcount(struct fb_file *file, uint64_t offset,
							uint64_t start_pfn, uint64_t end_pfn,
							uint64_t *count_ret);

#endif
