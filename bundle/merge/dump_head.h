/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header and sub-header blocks of a bundle's dump: those of the input, converted to
 * version 6, or new ones where the input has another format. Called by bundle_writer.c.
 */
#ifndef FB_BUNDLE_DUMP_HEAD_H
#define FB_BUNDLE_DUMP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/match/place.h"
#include "kernel/image/kernel.h"

struct fb_dump_head {
	uint8_t *blocks; /* owned */
	size_t size;     /* whole blocks; bitmap 1 follows */
	uint64_t max_pfn;
	uint64_t bitmap_size; /* bytes of each of the two bitmaps, whole blocks */
};

/* level: the dump level (makedumpfile's -d) of the dump that is written; -1: the input's. max_pfn: at most the
 * input's. */
FB_MUST_CHECK struct fb_error *fb_dump_head_create(struct fb_kernel *kernel,
						   const struct fb_placement *placement, int level,
						   uint64_t max_pfn, struct fb_dump_head *head_ret);
void fb_dump_head_deinit(struct fb_dump_head *head);
/* Fills in what is known only at the end: how added pages are compressed (FB_KDUMP_PAGE_*, which are flags of the
 * header too), whether pages are lost, and the offset at which the dump ends and the fiber section begins. */
void fb_dump_head_finish(struct fb_dump_head *head, uint32_t added_flags, bool lost,
			 uint64_t section_offset);

#endif
