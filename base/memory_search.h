/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searches what a memory space has for words or bytes, on all threads of a pool. Called by the command search. */
#ifndef FB_BASE_MEMORY_SEARCH_H
#define FB_BASE_MEMORY_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "base/space.h"

/* The longest text that can be searched for, in bytes. */
#define FB_MAX_SEARCH_TEXT 4096u

struct fb_memory_search {
	struct fb_space *space; /* borrowed, as all here; it must be able to fb_space_locate() */
	struct fb_pool *pool;   /* NULL: one thread */
	/* These bytes, 1 to FB_MAX_SEARCH_TEXT, at any address; NULL: words. */
	const void *text;
	size_t text_size;
	/* Words of 4 or 8 bytes, at addresses that are multiples of that, with a value from first to last. */
	size_t word;
	uint64_t first, last;
	/* Called for each place, in order of address, by the thread that searches. An error ends the search and is
	 * returned. */
	struct fb_error *(*found)(void *context, uint64_t address);
	void *context;
	uint64_t unread; /* set by searching: bytes that should be there and could not be read */
};

/* Searches [start, end), both multiples of FB_PAGE_SIZE; what begins in it may reach further. What the space does not
 * have is passed over. Fatal errors, and those of found(). */
FB_MUST_CHECK struct fb_error *fb_memory_search(struct fb_memory_search *search, uint64_t start,
						uint64_t end);

#endif
