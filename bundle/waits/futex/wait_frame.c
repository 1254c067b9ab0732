// SPDX-License-Identifier: GPL-2.0-or-later
/* Searches page tables for a frame. Called by wait_owner.c. */
#include "bundle/waits/futex/wait_frame.h"

#include "base/part.h"
#include "kernel/paging/page_table_visits.h"

/* Where user space ends with five levels of page tables, and with four. */
#define USER_END_5 (1ull << 56)
#define USER_END_4 (1ull << 47)

struct search {
	uint64_t frame;
	bool found;
};

static struct fb_error *look(void *context, const struct fb_pt_run *run)
{
	struct search *search = context;
	uint64_t from_first = search->frame - (run->physical >> FB_PAGE_SHIFT);

	if (run->state == FB_PT_PRESENT && from_first < (run->end - run->start) >> FB_PAGE_SHIFT)
		search->found = true;
	return NULL;
}

struct fb_error *fb_wait_maps_frame(const struct fb_wait_finder *finder, const struct fb_task *task,
				    uint64_t frame, bool *maps_ret)
{
	struct search search = {.frame = frame};
	struct fb_pt_visits *visits = NULL;
	struct fb_page_tables tables;
	struct fb_error *err = fb_kernel_mm_page_tables(finder->kernel, task->mm, &tables);

	*maps_ret = false;
	if (!err)
		err = fb_pt_visits_create(fb_dump_info(fb_input_dump(finder->input))->pages_dumped,
					  &visits);
	if (!err)
		err = fb_pt_for_each(&tables, 0, tables.levels == 5 ? USER_END_5 : USER_END_4,
				     visits, look, &search);
	fb_pt_visits_destroy(visits);
	if (err)
		return fb_part_skip(err);
	*maps_ret = search.found;
	return NULL;
}
