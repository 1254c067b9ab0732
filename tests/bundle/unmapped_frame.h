/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An input of which no page table leads to a frame any more: as if every process had its page unmapped. */
#ifndef FB_TESTS_BUNDLE_UNMAPPED_FRAME_H
#define FB_TESTS_BUNDLE_UNMAPPED_FRAME_H

#include "bundle/input/input.h"

struct unmapped_frame {
	struct fb_space space;
	struct fb_space *whole;
	struct fb_kernel *kernel;
	uint64_t pfn;
};

/* Until unmapped_frame_end(). */
void unmapped_frame_begin(struct unmapped_frame *unmapped, struct fb_input *input, uint64_t pfn);
void unmapped_frame_end(struct unmapped_frame *unmapped);

#endif
