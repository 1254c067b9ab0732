/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the page data of the dump: the data areas of the input are copied unchanged,
 * then follow the pages that are compressed here. All threads copy and compress at the
 * same time. The descriptors of the pages are added to the tables (kdump_tables.h).
 * Called by bundle_writer.c.
 */
#ifndef FB_BUNDLE_KDUMP_DATA_H
#define FB_BUNDLE_KDUMP_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "bundle/merge/bundle_writer.h"
#include "bundle/merge/kdump_tables.h"
#include "bundle/merge/region_sums.h"
#include "bundle/merge/scratch.h"

struct fb_kdump_data {
	struct fb_region_sums *copied; /* owned; one for each part of the input */
	size_t copied_count;
	struct fb_region_sums added;
	uint32_t added_flags; /* how pages were compressed, FB_KDUMP_PAGE_*; 0: none was */
};

/* Writes all page data from offset `start` on, and finishes the tables. done(context, bytes) is called from the calling
 * thread with the number of further bytes of the input that were processed; it may be NULL. */
FB_MUST_CHECK struct fb_error *
fb_kdump_data_write(const struct fb_bundle_plan *plan, struct fb_outfile *outfile,
		    struct fb_scratches *scratches, struct fb_kdump_tables *tables, uint64_t start,
		    void (*done)(void *context, uint64_t bytes), void *done_context,
		    struct fb_kdump_data *data_ret);
void fb_kdump_data_deinit(struct fb_kdump_data *data);
/* The offset at which the page data end. */
uint64_t fb_kdump_data_end(const struct fb_kdump_data *data);

#endif
