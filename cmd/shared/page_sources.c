// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the pages of a range by the source of their bytes. Called by vm and report.
 */
#include "cmd/shared/page_sources.h"

#include "base/attr.h"

static void add_run(struct fb_page_sources *sources, const struct fb_run *run)
{
	uint64_t pages = run->length / FB_PAGE_SIZE;

	switch (run->origin.source) {
	case FB_SOURCE_VMCORE:
		sources->vmcore += pages;
		break;
	case FB_SOURCE_CORE:
		sources->core += pages;
		break;
	case FB_SOURCE_FILE:
		sources->file += pages;
		break;
	case FB_SOURCE_ZERO:
		sources->zero += pages;
		break;
	case FB_SOURCE_ABSENT:
		if (run->origin.absence == FB_ABSENCE_SWAPPED)
			sources->swap += pages;
		else
			sources->absent += pages;
		break;
	}
}

struct fb_error *fb_page_sources_count(struct fb_space *space, uint64_t start, uint64_t end,
				       struct fb_page_sources *sources_ret)
{
	struct fb_page_sources sources = {0};

	while (start < end) {
		struct fb_run run;
		struct fb_error *err = fb_space_locate(space, start, end - start, &run);

		if (err)
			return err;
		add_run(&sources, &run);
		start += run.length;
	}
	*sources_ret = sources;
	return NULL;
}

void fb_page_sources_add(struct fb_page_sources *total, const struct fb_page_sources *sources)
{
	total->vmcore += sources->vmcore;
	total->core += sources->core;
	total->file += sources->file;
	total->zero += sources->zero;
	total->swap += sources->swap;
	total->absent += sources->absent;
}
