// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps ranges of the memory of one process by walking its page tables. Called by keep.c and
 * keep_objects.c.
 */
#include "bundle/dump/keep_memory.h"

#include <string.h>

#include "base/part.h"

/* The most that is kept of a range that is no whole mapping. The largest such range is the
 * unwind table of an object (FB_MAX_UNWIND_TABLE); a damaged mapping may claim to be as large as
 * all memory. */
#define MOST_RANGE (64u << 20)

struct fb_error *fb_keep_memory_init(struct fb_keep_memory *memory, struct fb_kernel *kernel,
				     uint64_t mm, struct fb_keep_budget *budget)
{
	struct fb_error *err;

	memset(memory, 0, sizeof(*memory));
	memory->kernel = kernel;
	memory->budget = budget;
	memory->mm = mm;
	err = fb_kernel_mm_page_tables(kernel, mm, &memory->tables);
	if (!err)
		err = fb_pt_visits_create(fb_dump_info(fb_kernel_dump(kernel))->pages_dumped,
					  &memory->visits);
	if (!err)
		err = fb_mapped_space_create(&memory->tables, "process memory", &memory->space);
	if (!err)
		err = fb_vmas_load(kernel, mm, &memory->vmas);
	if (err)
		fb_keep_memory_deinit(memory);
	return err;
}

void fb_keep_memory_deinit(struct fb_keep_memory *memory)
{
	fb_vmas_deinit(&memory->vmas);
	fb_mapped_space_destroy(memory->space);
	fb_pt_visits_destroy(memory->visits);
	memset(memory, 0, sizeof(*memory));
}

static struct fb_error *keep_run(void *context, const struct fb_pt_run *run)
{
	struct fb_keep_budget *budget = context;
	struct fb_error *err = NULL;

	if (run->state != FB_PT_PRESENT && run->state != FB_PT_PROTNONE)
		return NULL;
	for (uint64_t i = 0; i < (run->end - run->start) / FB_PAGE_SIZE && !err; i++) {
		uint64_t pfn = (run->physical >> FB_PAGE_SHIFT) + i;

		if (fb_frame_set_count(budget->set) < budget->most_pages)
			err = fb_frame_set_add(budget->set, pfn, NULL);
		else
			budget->refused += !fb_frame_set_has(budget->set, pfn);
	}
	return err;
}

struct fb_error *fb_keep_all(struct fb_keep_memory *memory)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < memory->vmas.count && !err; i++) {
		const struct fb_vma *vma = &memory->vmas.vma[i];

		if (!(vma->flags & (FB_VM_IO | FB_VM_PFNMAP)))
			err = fb_part_skip(fb_pt_for_each(&memory->tables, vma->start, vma->end,
							  memory->visits, keep_run,
							  memory->budget));
	}
	return err;
}

struct fb_error *fb_keep_range(struct fb_keep_memory *memory, uint64_t start, uint64_t end)
{
	start &= FB_PAGE_MASK;
	if (end > UINT64_MAX - FB_PAGE_SIZE)
		return NULL;
	end = (end + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
	if (start >= end)
		return NULL;
	if (end - start > MOST_RANGE)
		end = start + MOST_RANGE;
	return fb_part_skip(
		fb_pt_for_each(&memory->tables, start, end, NULL, keep_run, memory->budget));
}
