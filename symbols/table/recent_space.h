/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window that moves upwards over a memory space and keeps what it read last:
 * who searches a range and then reads what was found, behind him, does not unpack
 * the same pages again. Pages that cannot be read are holes in it.
 */
#ifndef FB_SYMBOLS_RECENT_SPACE_H
#define FB_SYMBOLS_RECENT_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

/* At least this much stays readable without the space below. kallsyms has 2 to 6 MB. */
#define FB_RECENT_BYTES (16u << 20)
/* fb_recent_space_advance() reads this much in one call where all of it is there. */
#define FB_RECENT_CHUNK (64u * FB_PAGE_SIZE)

struct fb_recent_space {
	struct fb_space space;  /* reads from the window, else from below */
	struct fb_space *below; /* borrowed */
	uint8_t *data;          /* of [start, end) */
	uint8_t *holes;         /* one byte for each page from that of start on: 1 not read */
	size_t room;            /* in data; whole pages */
	uint64_t start;
	uint64_t end;
};

/* An empty window at the page of start, which will move to limit (exclusive) at most. */
FB_MUST_CHECK struct fb_error *fb_recent_space_init(struct fb_recent_space *recent,
						    struct fb_space *below, uint64_t start,
						    uint64_t limit);
/* Takes one that was zeroed, too. */
void fb_recent_space_deinit(struct fb_recent_space *recent);

/* Reads the next length bytes (at most FB_RECENT_CHUNK; all but the last call whole pages) behind
 * the window's end. Holes read as zeros in data. FB_NOMEM; FB_INVALID behind the limit. */
FB_MUST_CHECK struct fb_error *fb_recent_space_advance(struct fb_recent_space *recent,
						       size_t length);

#endif
