/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes one core into the fiber section: its record, literals and extents; its pages
 * that have no frame go to the page store. Called by fiber_writer.c.
 */
#ifndef FB_BUNDLE_CORE_WRITER_H
#define FB_BUNDLE_CORE_WRITER_H

#include <stdint.h>

#include "base/error.h"
#include "bundle/match/place.h"
#include "bundle/merge/fiber_section.h"
#include "bundle/merge/page_store.h"

/* All parameters are borrowed. done(context, bytes) is called with the number of further bytes of the core that were
 * processed; it may be NULL. */
FB_MUST_CHECK struct fb_error *fb_core_write(struct fb_section *section,
					     struct fb_page_store *store, struct fb_core *core,
					     uint32_t index, const struct fb_core_frames *frames,
					     void (*done)(void *context, uint64_t bytes),
					     void *done_context);

#endif
