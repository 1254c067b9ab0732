/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the frame of the fiber section: parts one behind the other, then the
 * table of parts and the trailer.
 */
#ifndef FB_BUNDLE_FIBER_SECTION_H
#define FB_BUNDLE_FIBER_SECTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outfile.h"
#include "bundle/file/fiber_format.h"
#include "bundle/merge/scratch.h"

struct fb_section {
	struct fb_outfile *outfile; /* borrowed */
	uint64_t start;
	uint64_t end;                /* where the next bytes go */
	struct fb_fiber_part *parts; /* owned */
	size_t count, room;
};

void fb_section_init(struct fb_section *section, struct fb_outfile *outfile, uint64_t start);
void fb_section_deinit(struct fb_section *section);

/* A part of raw bytes; with a scratch as one zstd frame where that is smaller. */
FB_MUST_CHECK struct fb_error *fb_section_part(struct fb_section *section, uint32_t type,
					       uint32_t core, const void *raw, size_t size,
					       struct fb_scratch *scratch);
/* Bytes of a part that fb_section_groups() then adds: those written since `start`. */
FB_MUST_CHECK struct fb_error *fb_section_bytes(struct fb_section *section, const void *bytes,
						size_t size);
FB_MUST_CHECK struct fb_error *fb_section_groups(struct fb_section *section, uint32_t core,
						 uint64_t start, uint64_t raw_size);
/* The table and the trailer. */
FB_MUST_CHECK struct fb_error *fb_section_finish(struct fb_section *section);

#endif
