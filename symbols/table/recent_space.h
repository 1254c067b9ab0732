/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window that moves upwards over a memory space and keeps the bytes that it read
 * last. A search through a range can so read again what it found a few megabytes
 * further down, without unpacking the same pages a second time. Pages that cannot be
 * read are holes in the window. Called by kallsyms.c and kallsyms_scan.c.
 */
#ifndef FB_SYMBOLS_RECENT_SPACE_H
#define FB_SYMBOLS_RECENT_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

/* At least so many bytes below the window's end are kept. kallsyms has 2 to 6 MB. */
#define FB_RECENT_BYTES (16u << 20)
/* The most bytes that one call of fb_recent_space_advance() reads. */
#define FB_RECENT_CHUNK (64u * FB_PAGE_SIZE)

struct fb_recent_space {
	struct fb_space space; /* reads from the window where that has the bytes, else from below */
	struct fb_space *below; /* borrowed; the space that the window moves over */
	uint8_t *data;          /* owned; the bytes of [start, end) */
	uint8_t *holes;         /* owned; one byte for each page from start on: 1 is a hole */
	size_t room;            /* bytes allocated for data, a multiple of the page size */
	uint64_t start;         /* address */
	uint64_t end;           /* address, exclusive */
};

/* An empty window at the page of the address start, which will move up to limit (exclusive) at most. */
FB_MUST_CHECK struct fb_error *fb_recent_space_init(struct fb_recent_space *recent,
						    struct fb_space *below, uint64_t start,
						    uint64_t limit);
/* A struct of zeros is allowed too. */
void fb_recent_space_deinit(struct fb_recent_space *recent);

/* Moves the window's end up by length bytes and reads them: at most FB_RECENT_CHUNK, and whole pages in
 * every call but the last. Holes are zeros in data. FB_NOMEM; FB_INVALID where the window is at its limit. */
FB_MUST_CHECK struct fb_error *fb_recent_space_advance(struct fb_recent_space *recent,
						       size_t length);

#endif
