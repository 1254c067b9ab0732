// SPDX-License-Identifier: GPL-2.0-or-later
/* Which frames a range of a process's memory keeps, at the bounds of pages and of what is kept at most. */
#include "bundle/dump/keep_memory.h"

#include <elf.h>
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

/*
 * Where a process has its program, it has written headers of another one there: of its dynamic sections each entry
 * leads to a list of loaded objects without an end.
 */
#define FORGED_SECTIONS 100u
#define FORGED_ENTRIES 1000u
#define FORGED_DYNAMIC 0x10000000ull
#define FORGED_LIST 0x20000000ull

struct forged_headers {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdrs[FORGED_SECTIONS];
};

struct forged_space {
	struct fb_space space; /* first */
	struct fb_space *whole;
	uint64_t base;
	struct forged_headers headers; /* at base */
	uint64_t reads;
};

static struct fb_error *read_forged(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	static const Elf64_Dyn entry = {.d_tag = DT_DEBUG, .d_un = {.d_ptr = FORGED_LIST}};
	/* Both a struct r_debug and a struct link_map. */
	static const uint64_t list[] = {0, FORGED_LIST, 0, FORGED_LIST};
	struct forged_space *forged = (struct forged_space *)space;
	const uint64_t at = address - forged->base;

	forged->reads++;
	if (at < sizeof(forged->headers) && length <= sizeof(forged->headers) - at)
		memcpy(to, (uint8_t *)&forged->headers + at, length);
	else if (address / FORGED_LIST == 1 && address - FORGED_LIST + length <= sizeof(list))
		memcpy(to, (const uint8_t *)list + (address - FORGED_LIST), length);
	else if (address / FORGED_DYNAMIC == 1 && length == sizeof(entry))
		memcpy(to, &entry, length);
	else
		return fb_space_read(forged->whole, address, to, length);
	return NULL;
}

static void forge(struct forged_space *forged, const struct kept *kept)
{
	static const struct fb_space_ops ops = {.read = read_forged};
	const struct fb_vmas *vmas = kept->memory.vmas;

	memset(forged, 0, sizeof(*forged));
	forged->space = (struct fb_space){.ops = &ops, .name = "forged"};
	forged->whole = kept->memory.space;
	for (size_t i = 0; i < vmas->count && !forged->base; i++)
		if (vmas->vma[i].file && !vmas->vma[i].pgoff)
			forged->base = vmas->vma[i].start;
	forged->headers.ehdr = (Elf64_Ehdr){.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
							ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
					    .e_type = ET_DYN,
					    .e_machine = EM_X86_64,
					    .e_phoff = sizeof(Elf64_Ehdr),
					    .e_phentsize = sizeof(Elf64_Phdr),
					    .e_phnum = FORGED_SECTIONS};
	for (unsigned i = 0; i < FORGED_SECTIONS; i++)
		forged->headers.phdrs[i] =
			(Elf64_Phdr){.p_type = i ? PT_DYNAMIC : PT_LOAD,
				     .p_vaddr = i ? FORGED_DYNAMIC - forged->base : 0,
				     .p_memsz = FORGED_ENTRIES * sizeof(Elf64_Dyn)};
}

static void forged_headers_are_gone_through_in_bounds(void)
{
	struct forged_space forged;
	struct kept kept;

	open_kept(&kept);
	FB_OK(fb_keep_objects(&kept.memory));
	CU_ASSERT(kept.memory.object_steps > 0 && kept.memory.object_steps < 20000);
	forge(&forged, &kept);
	kept.memory.space = &forged.space;
	FB_FAILS_WITH(fb_keep_objects(&kept.memory), FB_LIMIT, "claim more than 1048576 pages");
	CU_ASSERT(forged.reads > 1000 && forged.reads < 2u << 20);
	kept.memory.space = forged.whole;
	close_kept(&kept);
}

FB_TEST_MAIN("bundle/keep_memory", FB_TEST(forged_headers_are_gone_through_in_bounds),
	     FB_TEST(ranges_are_kept_in_whole_pages), FB_TEST(ranges_are_kept_up_to_a_size),
	     FB_TEST(pages_are_refused_beyond_the_budget), FB_TEST(all_mappings_are_kept),
	     FB_TEST(code_of_files_is_noted))
