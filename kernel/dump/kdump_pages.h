/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page descriptors of one kdump-compressed file: read when needed through
 * a small cache, or many at a time. Safe for concurrent use.
 */
#ifndef FB_KERNEL_KDUMP_PAGES_H
#define FB_KERNEL_KDUMP_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "kernel/dump/kdump_format.h"

struct fb_kdump_descs;

/* count descriptors from offset of file (borrowed) on. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_create(struct fb_file *file, uint64_t offset,
						     uint64_t count,
						     struct fb_kdump_descs **descs_ret);
/* Takes NULL. */
void fb_kdump_descs_destroy(struct fb_kdump_descs *descs);

/* The index-th descriptor, index < count; all zeros where the file ends before it. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_get(struct fb_kdump_descs *descs, uint64_t index,
						  struct fb_kdump_page_desc *desc_ret);
/* The same of count descriptors, in one read and past the cache. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_read(struct fb_kdump_descs *descs, uint64_t index,
						   size_t count, struct fb_kdump_page_desc *list);

/* What can be said of a page without reading it: NULL, or FB_TRUNCATED where its bytes are not in
 * the file, FB_CORRUPT where no page has such a descriptor. */
FB_MUST_CHECK struct fb_error *fb_kdump_desc_check(const struct fb_kdump_descs *descs,
						   const struct fb_kdump_page_desc *desc);
/* Whether that check would pass, for counting. */
bool fb_kdump_desc_good(const struct fb_kdump_descs *descs, const struct fb_kdump_page_desc *desc);

/* Offset of the first byte that can be a page's. */
uint64_t fb_kdump_descs_end(const struct fb_kdump_descs *descs);

struct fb_kdump_survey {
	uint64_t bad; /* pages that cannot be had */
	uint64_t
		damaged; /* of these: whose descriptor was written, but leads to no page in the file */
	uint64_t good_end; /* index behind the last that can */
	/* Offsets of the first byte of all that can, and behind the last; the end of the descriptors, both,
	 * if none can. */
	uint64_t data_start;
	uint64_t data_end;
};
/* Reads all descriptors. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_survey(struct fb_kdump_descs *descs,
						     struct fb_kdump_survey *survey_ret);

/* Whether pages stand behind the end of the file, by the last descriptors only: data are written
 * in the order of the descriptors, but for pages that share one stored copy. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_cut_off(struct fb_kdump_descs *descs,
						      bool *cut_off_ret);

#endif
