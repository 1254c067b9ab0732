/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page descriptors of one kdump-compressed file. They are read one by one through a
 * small cache, or many at a time. Safe from many threads. Called by kdump.c and
 * kdump_open.c.
 */
#ifndef FB_KERNEL_KDUMP_PAGES_H
#define FB_KERNEL_KDUMP_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "kernel/dump/kdump_format.h"

struct fb_kdump_descs;

/* The count descriptors that begin at byte offset of file (borrowed). */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_create(struct fb_file *file, uint64_t offset,
						     uint64_t count,
						     struct fb_kdump_descs **descs_ret);
/* descs may be NULL. */
void fb_kdump_descs_destroy(struct fb_kdump_descs *descs);

/* The descriptor at index, which must be below the count given above; all zeros where the file ends before it. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_get(struct fb_kdump_descs *descs, uint64_t index,
						  struct fb_kdump_page_desc *desc_ret);
/* The same for count descriptors from index on, in one read that does not use the cache. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_read(struct fb_kdump_descs *descs, uint64_t index,
						   size_t count, struct fb_kdump_page_desc *list);

/* Checks a descriptor without reading its page: FB_TRUNCATED where the page's bytes are not in the file,
 * FB_CORRUPT where no page can have such a descriptor, else NULL. */
FB_MUST_CHECK struct fb_error *fb_kdump_desc_check(const struct fb_kdump_descs *descs,
						   const struct fb_kdump_page_desc *desc);
/* Whether that check would pass; makes no error object, so that it is cheap for counting. */
bool fb_kdump_desc_good(const struct fb_kdump_descs *descs, const struct fb_kdump_page_desc *desc);

/* Offset of the first byte behind the descriptors, where the data of pages can begin. */
uint64_t fb_kdump_descs_end(const struct fb_kdump_descs *descs);

struct fb_kdump_survey {
	uint64_t bad;      /* pages that cannot be read */
	uint64_t damaged;  /* those of them with a descriptor that leads to no page in the file */
	uint64_t good_end; /* index behind the last page that can be read */
	/* Offsets of the first byte of the data of all pages that can be read, and behind the last; both are the
	 * end of the descriptors where no page can be read. */
	uint64_t data_start;
	uint64_t data_end;
};
/* Reads all descriptors. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_survey(struct fb_kdump_descs *descs,
						     struct fb_kdump_survey *survey_ret);

/* Whether the data of pages lie behind the end of the file. Looks only at the last descriptors, because data are
 * written in the order of the descriptors, except pages that share one stored copy. */
FB_MUST_CHECK struct fb_error *fb_kdump_descs_cut_off(struct fb_kdump_descs *descs,
						      bool *cut_off_ret);

#endif
