// SPDX-License-Identifier: GPL-2.0-or-later
/* Which frames a range of a process's memory keeps, at the bounds of pages and of what is kept at most. */
#include "bundle/dump/keep_memory.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/paging/page_table.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define PID 128
#define MOST_RANGE (64u << 20)

struct kept {
	struct sample_input sample;
	struct fb_keep_budget budget;
	struct fb_keep_memory memory;
	uint64_t max_pfn;
};

static void empty(struct kept *kept)
{
	fb_frame_set_destroy(kept->budget.set);
	FB_OK_FATAL(fb_frame_set_create(kept->max_pfn, &kept->budget.set));
}

static void open_kept(struct kept *kept)
{
	memset(kept, 0, sizeof(*kept));
	sample_open(&kept->sample, (const char *const[]){NULL});
	kept->max_pfn = fb_dump_info(fb_input_dump(kept->sample.input))->max_pfn;
	kept->budget.most_pages = UINT64_MAX;
	empty(kept);
	FB_OK_FATAL(fb_keep_memory_init(&kept->memory, kept->sample.input,
					sample_task(&kept->sample, PID), &kept->budget));
}

static void close_kept(struct kept *kept)
{
	fb_keep_memory_deinit(&kept->memory);
	fb_keep_budget_deinit(&kept->budget);
	fb_frame_set_destroy(kept->budget.set);
	sample_close(&kept->sample);
}

static uint64_t frame_at(const struct kept *kept, uint64_t address)
{
	uint64_t pfn = 0;

	FB_OK_FATAL(fb_pt_frame(fb_joined_tables(kept->memory.joined), address, &pfn));
	return pfn;
}

/* The first of three mapped pages. */
static uint64_t find_mapped(const struct kept *kept)
{
	const struct fb_vmas *vmas = kept->memory.vmas;

	for (size_t i = 0; i < vmas->count; i++)
		for (uint64_t at = vmas->vma[i].start; at + 2 * FB_PAGE_SIZE < vmas->vma[i].end;
		     at += FB_PAGE_SIZE)
			if (frame_at(kept, at) && frame_at(kept, at + FB_PAGE_SIZE) &&
			    frame_at(kept, at + 2 * FB_PAGE_SIZE))
				return at;
	CU_FAIL_FATAL("three mapped pages");
	return 0;
}

static bool keeps(const struct kept *kept, uint64_t address)
{
	return fb_frame_set_has(kept->budget.set, frame_at(kept, address));
}

static void ranges_are_kept_in_whole_pages(void)
{
	static const struct {
		uint64_t start, end; /* from the first page on */
		unsigned pages;
	} cases[] = {
		{1, 2, 1},
		{0, FB_PAGE_SIZE, 1},
		{0, FB_PAGE_SIZE + 1, 2},
		{FB_PAGE_SIZE - 1, FB_PAGE_SIZE + 1, 2},
		{0, 2 * FB_PAGE_SIZE + 1, 3},
		{0, 0, 0},
		{FB_PAGE_SIZE, 0, 0},
	};
	struct kept kept;
	uint64_t first;

	open_kept(&kept);
	first = find_mapped(&kept);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		empty(&kept);
		FB_OK(fb_keep_range(&kept.memory, first + cases[i].start, first + cases[i].end));
		CU_ASSERT_EQUAL(fb_frame_set_count(kept.budget.set), cases[i].pages);
		for (unsigned page = 0; page < 3; page++)
			CU_ASSERT_EQUAL(keeps(&kept, first + page * FB_PAGE_SIZE),
					page < cases[i].pages);
	}
	close_kept(&kept);
}

/* Of a range that is larger the end is left out, and the address space has an end. */
static void ranges_are_kept_up_to_a_size(void)
{
	struct kept kept;
	uint64_t first, second;

	open_kept(&kept);
	first = find_mapped(&kept);
	second = first + FB_PAGE_SIZE;
	FB_OK(fb_keep_range(&kept.memory, second + FB_PAGE_SIZE - MOST_RANGE,
			    second + FB_PAGE_SIZE));
	CU_ASSERT(keeps(&kept, first) && keeps(&kept, second));
	empty(&kept);
	FB_OK(fb_keep_range(&kept.memory, first + FB_PAGE_SIZE - MOST_RANGE,
			    second + FB_PAGE_SIZE));
	CU_ASSERT(keeps(&kept, first) && !keeps(&kept, second));
	empty(&kept);
	FB_OK(fb_keep_range(&kept.memory, first, UINT64_MAX - FB_PAGE_SIZE));
	CU_ASSERT(keeps(&kept, first) && keeps(&kept, second));
	empty(&kept);
	FB_OK(fb_keep_range(&kept.memory, first, UINT64_MAX - FB_PAGE_SIZE + 1));
	CU_ASSERT_EQUAL(fb_frame_set_count(kept.budget.set), 0);
	close_kept(&kept);
}

static void pages_are_refused_beyond_the_budget(void)
{
	struct kept kept;
	uint64_t first;

	open_kept(&kept);
	first = find_mapped(&kept);
	kept.budget.most_pages = 1;
	for (unsigned i = 1; i <= 2; i++) {
		FB_OK(fb_keep_range(&kept.memory, first, first + 3 * FB_PAGE_SIZE));
		CU_ASSERT_EQUAL(fb_frame_set_count(kept.budget.set), 1);
		CU_ASSERT(keeps(&kept, first));
		CU_ASSERT_EQUAL(kept.budget.refused, 2 * i);
	}
	close_kept(&kept);
}

/* Whether the frames of the mappings are kept, but for those of left_out. */
static void check_all(const struct kept *kept, const struct fb_vma *left_out)
{
	const struct fb_vmas *vmas = kept->memory.vmas;
	uint64_t pages = 0, wrong = 0;

	for (size_t i = 0; i < vmas->count; i++)
		for (uint64_t at = vmas->vma[i].start; at < vmas->vma[i].end; at += FB_PAGE_SIZE)
			if (frame_at(kept, at)) {
				wrong += keeps(kept, at) != (&vmas->vma[i] != left_out);
				pages++;
			}
	CU_ASSERT(pages > 20);
	CU_ASSERT_EQUAL(wrong, 0);
}

/* All mappings, but no memory of devices. */
static void all_mappings_are_kept(void)
{
	static const uint64_t flags[] = {0, FB_VM_IO, FB_VM_PFNMAP};

	for (size_t i = 0; i < FB_ARRAY_SIZE(flags); i++) {
		struct kept kept;
		struct fb_vma *vma = NULL;

		open_kept(&kept);
		if (flags[i]) {
			vma = (struct fb_vma *)fb_vmas_find(kept.memory.vmas, find_mapped(&kept));
			CU_ASSERT_PTR_NOT_NULL_FATAL(vma);
			vma->flags |= flags[i];
		}
		FB_OK(fb_keep_all(&kept.memory, true));
		check_all(&kept, vma);
		close_kept(&kept);
	}
}

/* Code of files only: neither data, nor code without a file, nor what is no address. */
static void code_of_files_is_noted(void)
{
	const struct fb_vmas *vmas;
	struct kept kept;
	size_t files = 0;

	open_kept(&kept);
	vmas = kept.memory.vmas;
	for (size_t i = 0; i < vmas->count; i++) {
		const struct fb_vma *vma = &vmas->vma[i];
		bool is_code = vma->file && vma->flags & FB_VM_EXEC;
		uint64_t mapping = 0;

		fb_u64_map_deinit(&kept.memory.in_stacks);
		FB_OK(fb_keep_note_code(&kept.memory, vma->end - 1));
		if (vma->file)
			FB_OK(fb_vma_file_mapping(kept.memory.kernel, vma, &mapping));
		CU_ASSERT_EQUAL(kept.memory.in_stacks.count, is_code && mapping);
		if (is_code && mapping)
			CU_ASSERT_PTR_NOT_NULL(fb_u64_map_find(&kept.memory.in_stacks, mapping));
		files += is_code && mapping;
	}
	CU_ASSERT(files > 1 && files < vmas->count);
	fb_u64_map_deinit(&kept.memory.in_stacks);
	FB_OK(fb_keep_note_code(&kept.memory, UINT64_MAX));
	CU_ASSERT_EQUAL(kept.memory.in_stacks.count, 0);
	close_kept(&kept);
}

FB_TEST_MAIN("bundle/keep_memory", FB_TEST(ranges_are_kept_in_whole_pages),
	     FB_TEST(ranges_are_kept_up_to_a_size), FB_TEST(pages_are_refused_beyond_the_budget),
	     FB_TEST(all_mappings_are_kept), FB_TEST(code_of_files_is_noted))
