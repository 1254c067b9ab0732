/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the structure of a fiber section: the parts one after the other, then the table
 * of parts and the trailer. Called by fiber_writer.c, core_writer.c and page_store.c.
 */
#ifndef FB_BUNDLE_FIBER_SECTION_H
#define FB_BUNDLE_FIBER_SECTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "bundle/file/fiber_format.h"
#include "bundle/merge/scratch.h"

struct fb_section {
	struct fb_outfile *outfile;  /* borrowed */
	uint64_t start;              /* offset in the file */
	uint64_t end;                /* offset at which the next bytes are written */
	struct fb_fiber_part *parts; /* owned */
	size_t count, room;
};

void fb_section_init(struct fb_section *section, struct fb_outfile *outfile, uint64_t start);
void fb_section_deinit(struct fb_section *section);

/* Writes a part with size bytes of raw. Where scratch is not NULL and it is smaller, the part is one zstd frame. */
FB_MUST_CHECK struct fb_error *fb_section_part(struct fb_section *section, uint32_t type,
					       uint32_t core, const void *raw, size_t size,
					       struct fb_scratch *scratch);
/* A part of type FB_FIBER_STORE is written piece by piece with fb_section_bytes(); fb_section_groups() then adds it to
 * the table. start is the value of section->end before the first piece. */
FB_MUST_CHECK struct fb_error *fb_section_bytes(struct fb_section *section, const void *bytes,
						size_t size);
FB_MUST_CHECK struct fb_error *fb_section_groups(struct fb_section *section, uint32_t core,
						 uint64_t start, uint64_t raw_size);
/* Writes the table and the trailer. */
FB_MUST_CHECK struct fb_error *fb_section_finish(struct fb_section *section);

#endif
