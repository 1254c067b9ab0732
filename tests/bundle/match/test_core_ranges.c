// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/match/core_ranges.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/user/make_core.h"

#define AT 0x10000000ull
#define PAGE FB_PAGE_SIZE

/* Sets p_offset, p_vaddr and sizes of the second and later segments as given, and opens that. */
struct changed {
	uint64_t offset, address, size;
};

static void ranges_of(const struct changed *segments, size_t count, uint64_t cut,
		      struct fb_core_ranges *ranges)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core;
	uint8_t *bytes;
	size_t size;

	make_thread(&make, 17, 0, 0x401000);
	for (size_t i = 0; i < count; i++)
		make_segment(&make, segments[i].address, segments[i].size, NULL, PAGE, PF_R);
	bytes = make_finish(&make, &size);
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = bytes + sizeof(Elf64_Ehdr) + (i + 1) * sizeof(Elf64_Phdr);
		Elf64_Phdr phdr;

		memcpy(&phdr, at, sizeof(phdr));
		phdr.p_offset = segments[i].offset;
		phdr.p_filesz = phdr.p_memsz = segments[i].size;
		memcpy(at, &phdr, sizeof(phdr));
	}
	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, cut ? cut : size), NULL, &core));
	FB_OK_FATAL(fb_core_ranges_create(core, ranges));
	fb_core_destroy(core);
	free(bytes);
}

static void check(const struct fb_core_range *range, uint64_t address, uint64_t offset,
		  uint64_t pages)
{
	CU_ASSERT_EQUAL(range->address, address);
	CU_ASSERT_EQUAL(range->file_offset, offset);
	CU_ASSERT_EQUAL(range->pages, pages);
}

static void whole_pages_only(void)
{
	static const struct changed segments[] = {
		{PAGE, AT, PAGE},
		{2 * PAGE, AT + 10 * PAGE + 1, 2 * PAGE}, /* one whole page, 4095 bytes in */
		/* None: too short, or too short from its first page on. */
		{4 * PAGE, AT + 20 * PAGE, PAGE - 1},
		{4 * PAGE, AT + 30 * PAGE + 1, PAGE},
		{4 * PAGE, AT + 40 * PAGE + 1, 2 * PAGE - 2},
		{4 * PAGE, AT + 50 * PAGE + 1, 100},
		/* One, and not a byte more. */
		{4 * PAGE, AT + 60 * PAGE + 1, 2 * PAGE - 1},
	};
	struct fb_core_ranges ranges;

	ranges_of(segments, FB_ARRAY_SIZE(segments), 0, &ranges);
	CU_ASSERT_EQUAL_FATAL(ranges.count, 3);
	CU_ASSERT_EQUAL(ranges.pages, 3);
	check(&ranges.list[0], AT, PAGE, 1);
	check(&ranges.list[1], AT + 11 * PAGE, 2 * PAGE + PAGE - 1, 1);
	check(&ranges.list[2], AT + 61 * PAGE, 4 * PAGE + PAGE - 1, 1);
	fb_core_ranges_deinit(&ranges);
}

/* Or a core of a few MB could claim to hold terabytes. */
static void bytes_belong_to_one_segment(void)
{
	static const struct changed segments[] = {
		{PAGE + 100, AT + 50 * PAGE, 2 * PAGE},
		{PAGE, AT, 2 * PAGE},
		{PAGE, AT + 100 * PAGE, 2 * PAGE},
		{2 * PAGE, AT + 200 * PAGE, 2 * PAGE},
	};
	struct fb_core_ranges ranges;

	ranges_of(segments, 4, 0, &ranges);
	CU_ASSERT_EQUAL_FATAL(ranges.count, 2);
	check(&ranges.list[0], AT, PAGE, 2);
	check(&ranges.list[1], AT + 201 * PAGE, 3 * PAGE, 1);
	CU_ASSERT_EQUAL(ranges.pages, 3);
	fb_core_ranges_deinit(&ranges);
}

static void pages_behind_a_cut_are_none(void)
{
	static const struct changed segments[] = {
		{PAGE, AT, 4 * PAGE},
		{5 * PAGE, AT + 50 * PAGE, 4 * PAGE},
		{9 * PAGE, AT + 90 * PAGE, 4 * PAGE},
		{13 * PAGE, AT + 130 * PAGE, PAGE},
	};
	struct fb_core_ranges ranges;

	ranges_of(segments, 4, 4 * PAGE + 100, &ranges);
	CU_ASSERT_EQUAL_FATAL(ranges.count, 1);
	check(&ranges.list[0], AT, PAGE, 3);
	fb_core_ranges_deinit(&ranges);
}

FB_TEST_MAIN("bundle/core_ranges", FB_TEST(whole_pages_only), FB_TEST(bytes_belong_to_one_segment),
	     FB_TEST(pages_behind_a_cut_are_none))
