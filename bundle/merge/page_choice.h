/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of its input a dump that is written shall have. bundle/dump chooses pages; a merge takes all of them.
 */
#ifndef FB_BUNDLE_PAGE_CHOICE_H
#define FB_BUNDLE_PAGE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fb_page_choice {
	/* Gives the first frame at or behind pfn that is in the dump and chosen, UINT64_MAX where there is
	 * none. Called for ascending frames from 0 on, once to count them and once to write them; it must
	 * choose the same frames both times. */
	struct fb_error *(*next)(void *context, uint64_t pfn, uint64_t *pfn_ret);
	void *context;
	int dump_level; /* for the header: makedumpfile's -d */
	uint64_t end; /* the dump's max_pfn: no frame from here on is chosen; at most the input's */
	/* The results for the chosen pages, set by the writer. */
	uint64_t written; /* pages, those of zeros included */
	uint64_t zeros;   /* pages of zeros, which share one stored page */
	uint64_t unread;  /* pages that could not be read: the dump is marked as incomplete */
};

#endif
