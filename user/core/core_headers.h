/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF header and program headers of a process core. Called by core.c.
 * Format: System V ABI, chapters 4 and 5; PN_XNUM: fs/binfmt_elf.c, fill_elf_header().
 */
#ifndef FB_USER_CORE_HEADERS_H
#define FB_USER_CORE_HEADERS_H

#include "user/core/core.h"
#include "user/elf/elf_form.h"

struct fb_core_extent {
	uint64_t offset; /* in the file */
	uint64_t size;   /* bytes; offset + size does not overflow */
};

struct fb_core_headers {
	const struct fb_elf_form *form;
	struct fb_core_segment *segments; /* owned; in the order of the file */
	size_t segment_count;
	struct fb_core_extent *notes; /* owned; PT_NOTE, in the order of the file */
	size_t note_count;
	size_t note_room;
	uint64_t section_count; /* as the headers claim it */
	bool cut;               /* the program headers extend behind the end of the file */
};

/* Reads and checks the headers of file (borrowed). Errors as fb_core_open_file(). The caller frees the result with
 * fb_core_headers_deinit(). */
FB_MUST_CHECK struct fb_error *fb_core_headers_read(struct fb_file *file,
						    struct fb_warnings *warnings,
						    struct fb_core_headers *headers_ret);
void fb_core_headers_deinit(struct fb_core_headers *headers);

#endif
