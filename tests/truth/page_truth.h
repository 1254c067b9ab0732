/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every page of memory held at the panic, by its hash: the file "pages" of a sample's truth,
 * "PFN XXH64" in hexadecimal (seed 0), a line for every page of the full dump.
 */
#ifndef FB_TESTS_TRUTH_PAGE_TRUTH_H
#define FB_TESTS_TRUTH_PAGE_TRUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/dump/dump.h"

struct page_truth {
	uint64_t *hashes; /* by page frame */
	bool *known;
	uint64_t count; /* of page frames */
};

/* Frames of [0, frames) are kept. Ends the program where the file cannot be read. */
void page_truth_load(const char *path, uint64_t frames, struct page_truth *truth);
void page_truth_free(struct page_truth *truth);

/* Whether the frame is known and held these bytes (FB_PAGE_SIZE of them). */
bool page_truth_is(const struct page_truth *truth, uint64_t pfn, const void *page);

/* Opens a dump of one or more parts, or ends the program. */
struct fb_dump *page_truth_open(const char *const *paths, size_t count);

#endif
