/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of pages that no process maps, as page->page_type has them (include/linux/page-flags.h). Asked by
 * page_class.c and page_frame.c.
 */
#ifndef FB_KERNEL_PAGE_TYPE_H
#define FB_KERNEL_PAGE_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/image/kernel.h"

/* The page_type words of one type: those that are value within mask. mask 0: this kernel does not tell it so. */
struct fb_page_type {
	uint32_t mask, value;
};

/*
 * The type by its names: an enumerator of enum pagetype ("PGTY_slab"), and a number of VMCOREINFO
 * ("PAGE_SLAB_MAPCOUNT_VALUE"). Since 4ffca5a96678 (6.12) page_type has one type in its top byte, enum pagetype's
 * PGTY_*. Before it was a mask of which a bit was cleared for each type (PG_buddy and so on, macros that no type
 * information has), and VMCOREINFO says how the whole word then looks, as it still does.
 */
struct fb_page_type fb_page_type_find(const struct fb_kernel *kernel, const char *enumerator,
				      const char *number);

/* Whether a page_type word (which is _mapcount in pages that processes map) says so. */
static inline bool fb_page_type_is(const struct fb_page_type *type, uint32_t word)
{
	return type->mask && (word & type->mask) == type->value;
}

#endif
