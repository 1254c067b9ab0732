/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the structure of a fiber section: trailer, mark, table of parts, and single
 * parts with their checksums. Everything is checked, because the file may be hostile.
 * Called by fiber.c and verify.c.
 */
#ifndef FB_BUNDLE_FIBER_TABLE_H
#define FB_BUNDLE_FIBER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "bundle/file/fiber_format.h"

/* The parts that make up a core; indexes in the table. */
struct fb_fiber_core_parts {
	size_t record, literals, extents;
};

struct fb_fiber_table {
	struct fb_file *file; /* borrowed */
	struct fb_fiber_trailer trailer;
	struct fb_fiber_part *parts; /* owned; they follow each other in the section without gaps */
	size_t count;
	struct fb_fiber_core_parts *cores; /* owned */
	size_t core_count;
};

/* FB_NOT_FOUND where the file does not end in a trailer, FB_UNSUPPORTED for another version,
 * FB_CORRUPT and FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_fiber_table_read(struct fb_file *file,
						   struct fb_fiber_table *table_ret);
void fb_fiber_table_deinit(struct fb_fiber_table *table);

/* The index of the first part of this type; table->count where there is none. */
size_t fb_fiber_table_find(const struct fb_fiber_table *table, uint32_t type);
/* Reads and decodes a part (by its index), and checks its checksum. FB_LIMIT where raw_size exceeds maximum. A NUL
 * follows the bytes; the caller frees them. */
FB_MUST_CHECK struct fb_error *fb_fiber_part_load(const struct fb_fiber_table *table, size_t part,
						  uint64_t maximum, void **raw_ret,
						  size_t *size_ret);
/* Decompresses stored_size bytes to `raw`, which they must fill: else FB_CORRUPT; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_fiber_unpack(const void *stored, size_t stored_size, void *raw,
					       size_t raw_size);
/* Writes the name of a part for messages, "extents of core 3", to `to` (size bytes). Returns `to`. */
char *fb_fiber_part_name(const struct fb_fiber_part *part, char *to, size_t size);

/* Whether the dump in the file has the mark of a bundle (struct fb_fiber_mark), and at which offset of the file the
 * fiber section begins, which may be cut off. False too where the mark is damaged or cannot be read. Only fatal errors
 * are returned. */
FB_MUST_CHECK struct fb_error *fb_fiber_mark_read(struct fb_file *file, bool *found_ret,
						  uint64_t *section_offset_ret);

#endif
