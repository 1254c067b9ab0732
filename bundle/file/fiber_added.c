// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which pages of a bundle came from cores.
 */
#include "bundle/file/fiber_format.h"
#include "bundle/file/fiber_private.h"

bool fb_fiber_page_added(struct fb_fiber *fiber, uint64_t pfn)
{
	struct fb_dump_stored stored;
	size_t count = 0;
	struct fb_error *err = fb_dump_stored(fiber->dump, pfn, &stored, 1, &count);

	fb_error_destroy(err);
	return count == 1 && stored.pfn == pfn && stored.page_flags == FB_FIBER_PAGE_FROM_CORE;
}
