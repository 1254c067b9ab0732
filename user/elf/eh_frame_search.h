/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The unwind tables of a mapped object whose headers name none, found by their form (eh_frame_chain.h) in those of
 * its segments that cannot be written.
 */
#ifndef FB_USER_EH_FRAME_SEARCH_H
#define FB_USER_EH_FRAME_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

struct fb_eh_frame {
	uint8_t *bytes;   /* owned: fb_eh_frame_deinit(); NULL: none was found */
	size_t size;      /* > 0 where there are any */
	uint64_t address; /* ELF address of the first byte */
	uint64_t
		missing; /* the first page of what was searched that cannot be read, in the process; 0: none */
};

/* base: where the ELF header is mapped. Of an object that has PT_GNU_EH_FRAME nothing is searched. Segments without
 * code come first, then, where they have none, those with code; of all together at most FB_MAX_UNWIND_SEARCH
 * bytes are searched, of a segment the last ones, for .eh_frame stands behind other constants. Errors are
 * those of reading the object's headers (elf_headers.h), and fatal ones. */
FB_MUST_CHECK struct fb_error *fb_eh_frame_search(struct fb_space *space, uint64_t base,
						  struct fb_eh_frame *frame_ret);
void fb_eh_frame_deinit(struct fb_eh_frame *frame);

#endif
