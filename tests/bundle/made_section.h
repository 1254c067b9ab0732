/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fiber section made by hand at offset 0 of a file, for tests: right, or wrong
 * in one thing. Its dump has the frames below MADE_FRAMES, page n full of byte n.
 */
#ifndef FB_TESTS_BUNDLE_MADE_SECTION_H
#define FB_TESTS_BUNDLE_MADE_SECTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/files/file.h"
#include "bundle/merge/fiber_section.h"
#include "kernel/dump/dump.h"

#define MADE_FRAMES 64u

/* The extent of a kind. */
#define MADE_EXTENT(kind, length, what)                                                      \
	((struct fb_fiber_extent){(uint64_t)(kind) << FB_FIBER_EXTENT_KIND_SHIFT | (length), \
				  (what)})

struct made_section {
	struct fb_outfile *outfile;
	struct fb_section section;
	struct fb_fiber_group groups[4];
	size_t group_count;
	char *path; /* owned */
	struct fb_file *file;
	struct fb_dump *dump;
};

void made_section_begin(struct made_section *made);
/* A group of stored pages, page n of all full of byte 0x80 + n; plain. */
void made_section_group(struct made_section *made, uint32_t core, unsigned pages);
void made_section_record(struct made_section *made, uint32_t core, uint64_t size, const char *name);
void made_section_core(struct made_section *made, uint32_t core, uint64_t size,
		       const void *literals, size_t literals_size,
		       const struct fb_fiber_extent *extents, size_t extent_count);
/* The index of the groups that were made, table and trailer; opens file and dump. */
void made_section_end(struct made_section *made);
/* The same for a section that has its index. */
void made_section_seal(struct made_section *made);
void made_section_close(struct made_section *made);

/* A dump of MADE_FRAMES pages. */
struct fb_dump *made_frames(void);

#endif
