/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the unwind tables of a mapped object whose program headers have none, by their form (eh_frame_chain.h), in the
 * object's read-only segments. Called by object_cache.c and bundle/dump/keep_objects.c.
 */
#ifndef FB_USER_EH_FRAME_SEARCH_H
#define FB_USER_EH_FRAME_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

struct fb_eh_frame {
	uint8_t *bytes;   /* owned; NULL: none was found */
	size_t size;      /* of bytes */
	uint64_t address; /* ELF address of the first byte */
	/* The address in the process of the first page that could not be read during the search; 0: none. */
	uint64_t missing;
};

/* base: the address at which the ELF header is mapped. An object with PT_GNU_EH_FRAME is not searched. Segments without
 * code are searched first, and those with code where that found nothing. At most FB_MAX_UNWIND_SEARCH bytes are
 * searched in all, and of a segment that is larger the last ones, because .eh_frame follows other constants. Errors of
 * fb_elf_headers_read(), and fatal ones. */
FB_MUST_CHECK struct fb_error *fb_eh_frame_search(struct fb_space *space, uint64_t base,
						  struct fb_eh_frame *frame_ret);
void fb_eh_frame_deinit(struct fb_eh_frame *frame);

#endif
