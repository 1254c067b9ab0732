/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the fiber section after the dump of a bundle. Called by bundle_writer.c. */
#ifndef FB_BUNDLE_FIBER_WRITER_H
#define FB_BUNDLE_FIBER_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "bundle/merge/bundle_writer.h"
#include "bundle/merge/region_sums.h"
#include "bundle/merge/scratch.h"

/* start: the offset at which the dump ends; regions cover it in order. done(context, bytes) is called with the number
 * of further bytes of the cores that were processed; it may be NULL. */
FB_MUST_CHECK struct fb_error *
fb_fiber_write(const struct fb_bundle_plan *plan, struct fb_outfile *outfile,
	       struct fb_scratches *scratches, uint64_t start,
	       const struct fb_region_sums *const *regions, size_t region_count,
	       void (*done)(void *context, uint64_t bytes), void *done_context);

#endif
