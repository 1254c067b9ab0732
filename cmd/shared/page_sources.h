/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the pages of a process by their source. Called by vm and report. */
#ifndef FB_CMD_PAGE_SOURCES_H
#define FB_CMD_PAGE_SOURCES_H

#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

struct fb_page_sources {
	uint64_t vmcore, core, file, zero, swap, absent;
};

/* Counts the pages of [start, end), both page-aligned, end exclusive, of a joined space. */
FB_MUST_CHECK struct fb_error *fb_page_sources_count(struct fb_space *space, uint64_t start,
						     uint64_t end,
						     struct fb_page_sources *sources_ret);
void fb_page_sources_add(struct fb_page_sources *total, const struct fb_page_sources *sources);

#endif
