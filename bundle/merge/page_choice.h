/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of its input a dump that is written has: bundle/dump chooses them, a merge takes all.
 */
#ifndef FB_BUNDLE_PAGE_CHOICE_H
#define FB_BUNDLE_PAGE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fb_page_choice {
	/* The first frame at or behind pfn that is in the dump and chosen, UINT64_MAX where there is none.
	 * Called for ascending frames, from 0 on, once to count them and once to write them; both times
	 * the same ones must be chosen. */
	struct fb_error *(*next)(void *context, uint64_t pfn, uint64_t *pfn_ret);
	void *context;
	int dump_level; /* for the header: makedumpfile's -d */
	/* What became of the chosen pages; set by the writer. */
	uint64_t written; /* those of zeros, which share one stored page, among them */
	uint64_t zeros;
	uint64_t unread; /* could not be read: lost, and the dump is marked as incomplete */
};

#endif
