/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bitmap 2 of a kdump-compressed file. It has a bit for each page frame, which is set
 * where the dump has the page; the number of set bits before it is the index of the
 * page's descriptor. Blocks of the bitmap are read when they are needed; only one count
 * for each block (128 MiB of memory) is kept. Safe from many threads. Called by kdump.c
 * and kdump_open.c.
 */
#ifndef FB_KERNEL_KDUMP_BITMAP_H
#define FB_KERNEL_KDUMP_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"

struct fb_kdump_bitmap;

/* Opens the bitmap that begins at byte offset of file (borrowed), and counts its bits of [start_pfn, end_pfn).
 * Bits outside that range, and those behind the end of the file, count as clear. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_create(struct fb_file *file, uint64_t offset,
						      uint64_t start_pfn, uint64_t end_pfn,
						      struct fb_kdump_bitmap **bitmap_ret);
/* bitmap may be NULL. */
void fb_kdump_bitmap_destroy(struct fb_kdump_bitmap *bitmap);

/* How many bits are set. */
uint64_t fb_kdump_bitmap_count(const struct fb_kdump_bitmap *bitmap);

/* The frame behind the last one whose bit is set; start_pfn where none is set. Fails only where the file cannot
 * be read. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_end(struct fb_kdump_bitmap *bitmap,
						   uint64_t *pfn_ret);

/* Whether the bit of pfn is set; if so, *rank_ret (may be NULL) is how many bits are set before it. Fails only
 * where the file cannot be read. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_test(struct fb_kdump_bitmap *bitmap, uint64_t pfn,
						    bool *set_ret, uint64_t *rank_ret);

/* The first frame in [pfn, end_pfn) whose bit is set (clear, where set is false); end_pfn if there is none. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_next(struct fb_kdump_bitmap *bitmap, uint64_t pfn,
						    bool set, uint64_t *pfn_ret);

/* How many bits of [start_pfn, end_pfn) are set in the bitmap at byte offset of file. Keeps nothing in memory. */
FB_MUST_CHECK struct fb_error *fb_kdump_bitmap_popcount(struct fb_file *file, uint64_t offset,
							uint64_t start_pfn, uint64_t end_pfn,
							uint64_t *count_ret);

#endif
