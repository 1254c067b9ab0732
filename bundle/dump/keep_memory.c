// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps ranges of the memory of one process by walking its page tables, and by looking up in the page cache what
 * they do not lead to. Called by keep.c, keep_whole.c, keep_objects.c and keep_runtimes.c.
 */
#include "bundle/dump/keep_memory.h"

#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/mappings/vma_cached.h"

/* The most that is kept of a range that is no whole mapping. The largest such range is the
 * unwind table of an object (FB_MAX_UNWIND_TABLE); a damaged mapping may claim to be as large as
 * all memory. */
#define MOST_RANGE (64u << 20)

void fb_keep_budget_deinit(struct fb_keep_budget *budget)
{
	fb_u64_map_deinit(&budget->whole);
	fb_u64_map_deinit(&budget->files);
	fb_u64_map_deinit(&budget->postgres);
}

struct fb_error *fb_keep_memory_init(struct fb_keep_memory *memory, struct fb_input *input,
				     const struct fb_task *task, struct fb_keep_budget *budget)
{
	static const struct fb_joined_options options = {.no_core = true};
	struct fb_error *err;

	memset(memory, 0, sizeof(*memory));
	memory->kernel = fb_input_kernel(input);
	fb_file_cache_init(memory->kernel, &memory->cache);
	memory->budget = budget;
	memory->mm = task->mm;
	err = fb_joined_create(input, task, &options, &memory->joined);
	if (err)
		return err;
	memory->space = fb_joined_space(memory->joined);
	memory->vmas = fb_joined_vmas(memory->joined);
	err = fb_pt_visits_create(fb_dump_info(fb_input_dump(input))->pages_dumped,
				  &memory->visits);
	if (err)
		fb_keep_memory_deinit(memory);
	return err;
}

void fb_keep_memory_deinit(struct fb_keep_memory *memory)
{
	fb_u64_map_deinit(&memory->in_stacks);
	fb_pt_visits_destroy(memory->visits);
	fb_joined_destroy(memory->joined);
	memset(memory, 0, sizeof(*memory));
}

static struct fb_error *keep_frame(struct fb_keep_budget *budget, uint64_t pfn)
{
	if (fb_frame_set_count(budget->set) < budget->most_pages)
		return fb_frame_set_add(budget->set, pfn, NULL);
	if (fb_frame_set_has(budget->set, pfn))
		return NULL;
	if (budget->filling) {
		budget->spent = true;
		return fb_error_create(FB_LIMIT, "the budget is spent");
	}
	budget->refused++;
	return NULL;
}

/* Addresses without a page-table entry: of mapped files what the page cache has there. */
static struct fb_error *keep_cached(struct fb_keep_memory *memory, uint64_t start, uint64_t end)
{
	const struct fb_vma *vma;
	struct fb_cached_run run = {0};
	struct fb_error *err = NULL;

	for (uint64_t at = start; at < end && !err; at += run.length) {
		vma = fb_vmas_next(memory->vmas, at);
		if (!vma || vma->start >= end)
			break;
		if (at < vma->start)
			at = vma->start;
		err = fb_vma_cached(&memory->cache, vma, at, (end < vma->end ? end : vma->end) - at,
				    &run);
		if (!err && run.cached)
			err = keep_frame(memory->budget, run.pfn);
	}
	return err;
}

/* Whether the page would take room of a budget that is filled for nothing, because the input lacks it. */
static bool is_in_vain(const struct fb_keep_memory *memory, uint64_t pfn)
{
	return memory->budget->filling &&
	       fb_dump_next_page(fb_kernel_dump(memory->kernel), pfn) != pfn;
}

/* One page of a run in the page tables. */
static struct fb_error *keep_present(struct fb_keep_memory *memory, uint64_t pfn)
{
	bool in_file = false;
	struct fb_error *err = NULL;

	if (is_in_vain(memory, pfn))
		return NULL;
	if (memory->left_to_file)
		err = fb_page_is_as_in_file(&memory->cache, memory->left_to_file, pfn, &in_file);
	if (err || !in_file)
		return err ? err : keep_frame(memory->budget, pfn);
	memory->budget->in_files += !fb_frame_set_has(memory->budget->set, pfn);
	return NULL;
}

static struct fb_error *keep_run(void *context, const struct fb_pt_run *run)
{
	struct fb_keep_memory *memory = context;
	struct fb_error *err = NULL;

	if (run->state == FB_PT_NONE && memory->with_cache)
		return keep_cached(memory, run->start, run->end);
	if (run->state != FB_PT_PRESENT && run->state != FB_PT_PROTNONE)
		return NULL;
	for (uint64_t i = 0; i < (run->end - run->start) / FB_PAGE_SIZE && !err; i++)
		err = keep_present(memory, (run->physical >> FB_PAGE_SHIFT) + i);
	return err;
}

struct fb_error *fb_keep_note_code(struct fb_keep_memory *memory, uint64_t address)
{
	const struct fb_vma *vma = fb_vmas_find(memory->vmas, address);
	uint64_t mapping;
	struct fb_error *err;

	if (!vma || !(vma->flags & FB_VM_EXEC) || !vma->file)
		return NULL;
	err = fb_vma_file_mapping(memory->kernel, vma, &mapping);
	return err || !mapping ? err
			       : fb_u64_set_add(&memory->in_stacks, mapping, FB_MAX_VMAS,
						"mapped files", NULL);
}

/* A mapping, whose file's own pages are left out as left_to_file says. */
static struct fb_error *keep_mapping(struct fb_keep_memory *memory, const struct fb_vma *vma)
{
	const struct fb_page_tables *tables = fb_joined_tables(memory->joined);
	const uint64_t left_to_file = memory->left_to_file;
	struct fb_error *err = NULL;

	if (left_to_file && !vma->pgoff) {
		memory->left_to_file = 0;
		err = fb_keep_range(memory, vma->start, vma->start + FB_PAGE_SIZE);
		memory->left_to_file = left_to_file;
	}
	if (!err)
		err = fb_part_skip(fb_pt_for_each(tables, vma->start, vma->end, memory->visits,
						  keep_run, memory));
	return err;
}

struct fb_error *fb_keep_all(struct fb_keep_memory *memory, bool with_files)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < memory->vmas->count && !err && !memory->budget->spent; i++) {
		const struct fb_vma *vma = &memory->vmas->vma[i];

		if (vma->flags & (FB_VM_IO | FB_VM_PFNMAP))
			continue;
		if (!with_files)
			err = fb_vma_file_mapping(memory->kernel, vma, &memory->left_to_file);
		if (!err)
			err = keep_mapping(memory, vma);
	}
	memory->left_to_file = 0;
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
	return fb_part_skip(fb_pt_for_each(fb_joined_tables(memory->joined), start, end, NULL,
					   keep_run, memory));
}
