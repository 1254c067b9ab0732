/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing an ELF core: segments as they come, in order of address, then the notes, the program headers and
 * the header. Cores built from dumps (bundle/process/core_builder.c) and of running processes
 * (bundle/capture/) are written so.
 */
#ifndef FB_USER_CORE_OUTPUT_H
#define FB_USER_CORE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/outfile.h"

struct fb_written_segment {
	uint64_t start, end; /* end exclusive */
	uint64_t file_offset;
	uint64_t file_size; /* bytes from start on; what is behind them has none in the file */
	uint32_t flags;     /* PF_R, PF_W, PF_X */
};

struct fb_core_output {
	struct fb_outfile *outfile;          /* borrowed */
	struct fb_written_segment *segments; /* owned; in order of address */
	size_t count, room;
};

/* outfile must be empty; the caller commits it. */
FB_MUST_CHECK struct fb_error *fb_core_output_init(struct fb_core_output *core,
						   struct fb_outfile *outfile);
void fb_core_output_deinit(struct fb_core_output *core);

/* Appends bytes of a mapping, which begins at mapping, at address; or length bytes that have none in the
 * file: never touched, or the mapped file's own. FB_LIMIT past FB_MAX_PHDRS segments. */
FB_MUST_CHECK struct fb_error *fb_core_output_bytes(struct fb_core_output *core, uint64_t mapping,
						    uint32_t flags, uint64_t address,
						    const void *bytes, size_t length);
FB_MUST_CHECK struct fb_error *fb_core_output_gap(struct fb_core_output *core, uint64_t mapping,
						  uint32_t flags, uint64_t address,
						  uint64_t length);

/* Behind all segments: notes, program headers, header. */
FB_MUST_CHECK struct fb_error *fb_core_output_finish(struct fb_core_output *core,
						     const struct fb_buf *notes);

/* Appends one note; owner "CORE" or another of up to 7 letters. */
FB_MUST_CHECK struct fb_error *fb_core_note(struct fb_buf *notes, const char *owner, uint32_t type,
					    const void *desc, size_t size);

#endif
