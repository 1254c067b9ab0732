/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes an ELF core: first the contents of segments, in order of address, then the notes, the program headers and
 * the header. Called for cores that are built from dumps (bundle/process/core_builder.c) and cores of running
 * processes (bundle/capture).
 */
#ifndef FB_USER_CORE_OUTPUT_H
#define FB_USER_CORE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/files/outfile.h"

struct fb_written_segment {
	uint64_t start, end; /* end exclusive */
	uint64_t file_offset;
	uint64_t file_size; /* how many bytes from start on are in the file */
	uint32_t flags;     /* PF_R, PF_W, PF_X */
};

struct fb_core_output {
	struct fb_outfile *outfile;          /* borrowed */
	struct fb_written_segment *segments; /* owned; in order of address */
	size_t count, room;
	bool is_32bit;
};

/* outfile must be empty; the caller commits it. is_32bit: the core is one of i386. */
FB_MUST_CHECK struct fb_error *fb_core_output_init(struct fb_core_output *core,
						   struct fb_outfile *outfile, bool is_32bit);
void fb_core_output_deinit(struct fb_core_output *core);

/* fb_core_output_bytes() appends length bytes at address; fb_core_output_gap() appends a range of length bytes whose
 * contents are not in the core, because they were never touched or are those of the mapped file. mapping is the start
 * address of the mapping that has them: another mapping begins another segment. FB_LIMIT after FB_MAX_PHDRS segments;
 * errors of fb_outfile_write(). */
FB_MUST_CHECK struct fb_error *fb_core_output_bytes(struct fb_core_output *core, uint64_t mapping,
						    uint32_t flags, uint64_t address,
						    const void *bytes, size_t length);
FB_MUST_CHECK struct fb_error *fb_core_output_gap(struct fb_core_output *core, uint64_t mapping,
						  uint32_t flags, uint64_t address,
						  uint64_t length);

/* Writes the notes, program headers and header, after all segments. FB_LIMIT: a core of i386 that has 4
 * GiB or more, or memory above 4 GiB. */
FB_MUST_CHECK struct fb_error *fb_core_output_finish(struct fb_core_output *core,
						     const struct fb_buf *notes);

/* Appends one note with size bytes of desc to notes. owner: "CORE" or another name of up to 7 letters. FB_NOMEM,
 * FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_core_note(struct fb_buf *notes, const char *owner, uint32_t type,
					    const void *desc, size_t size);

#endif
