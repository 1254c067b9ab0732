// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/match/place.h"

#include <math.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "kernel/dump/kdump_format.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

static void check_counts(const struct fb_page_counts *counts, uint64_t total, uint64_t same,
			 uint64_t filled, uint64_t unplaced, uint64_t differ)
{
	CU_ASSERT_EQUAL(counts->total, total);
	CU_ASSERT_EQUAL(counts->same, same);
	CU_ASSERT_EQUAL(counts->filled, filled);
	CU_ASSERT_EQUAL(counts->unplaced, unplaced);
	CU_ASSERT_EQUAL(counts->differ, differ);
}

/* Each placed page is one of its core's, at that frame. */
static void check_placed(const struct fb_placement *placement, const struct made_host *host)
{
	uint8_t zeros[FB_PAGE_SIZE] = {0};

	for (size_t i = 0; i < placement->placed_count; i++) {
		const struct fb_placed *placed = &placement->placed[i];
		const uint8_t *bytes = host->core_bytes[placed->core] + placed->file_offset;

		CU_ASSERT_EQUAL(placed->pfn, 95 + i);
		CU_ASSERT_TRUE_FATAL(placed->file_offset + FB_PAGE_SIZE <=
				     host->core_sizes[placed->core]);
		if (placed->pfn == MADE_ZERO_1 || placed->pfn == MADE_ZERO_2)
			CU_ASSERT_EQUAL(memcmp(bytes, zeros, FB_PAGE_SIZE), 0);
	}
}

static void check_page(const struct made_host *host, const struct fb_placement *placement,
		       uint64_t pfn, enum made_core core, unsigned page)
{
	uint8_t wanted[FB_PAGE_SIZE];
	const struct fb_placed *placed = &placement->placed[pfn - 95];

	made_core_page(core, page, wanted);
	CU_ASSERT_EQUAL(
		memcmp(host->core_bytes[placed->core] + placed->file_offset, wanted, FB_PAGE_SIZE),
		0);
}

static void counts_every_page_of_every_core(void)
{
	struct fb_placement placement;
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	check_counts(&placement.counts[MADE_A], 18, 1, 10, 6, 1);
	check_counts(&placement.counts[MADE_B], 4, 1, 1, 1, 1);
	check_counts(&placement.counts[MADE_ORPHAN], 2, 0, 0, 2, 0);
	CU_ASSERT_EQUAL(placement.conflicts, 1);
	CU_ASSERT_EQUAL_FATAL(placement.placed_count, MADE_PLACED);
	check_placed(&placement, &host);
	check_page(&host, &placement, 95, MADE_A, 2);
	check_page(&host, &placement, MADE_PROTNONE, MADE_A, 3);
	check_page(&host, &placement, MADE_SHARED_EQUAL, MADE_B, 8);
	check_page(&host, &placement, MADE_SHARED_DIFFERS, MADE_A, 9);
	check_page(&host, &placement, 103, MADE_A, 17);
	fb_placement_deinit(&placement);
	made_host_close(&host);
}

/* Of two cores that disagree: the one taken later, or whose age is known, or whose file is. */
static void the_newer_core_wins(void)
{
	struct fb_placement placement;
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, 0);
	host.matches[MADE_B].taken_before_panic_s = 0.5;
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	check_page(&host, &placement, MADE_SHARED_DIFFERS, MADE_B, 9);
	check_counts(&placement.counts[MADE_A], 18, 1, 9, 6, 2);
	check_counts(&placement.counts[MADE_B], 4, 1, 2, 1, 0);
	CU_ASSERT_EQUAL(placement.conflicts, 1);
	fb_placement_deinit(&placement);
	host.matches[MADE_B].taken_before_panic_s = NAN;
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	check_page(&host, &placement, MADE_SHARED_DIFFERS, MADE_A, 9);
	fb_placement_deinit(&placement);
	host.matches[MADE_A].taken_before_panic_s = NAN;
	((struct fb_core_info *)fb_core_info(host.cores[MADE_B]))->mtime_ns = 2;
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	check_page(&host, &placement, MADE_SHARED_DIFFERS, MADE_B, 9);
	fb_placement_deinit(&placement);
	made_host_close(&host);
}

static void nothing_of_an_unmatched_core_is_placed(void)
{
	struct fb_placement placement;
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, 0);
	host.matches[MADE_A].verdict = host.matches[MADE_B].verdict = FB_VERDICT_NONE;
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	check_counts(&placement.counts[MADE_A], 18, 0, 0, 18, 0);
	CU_ASSERT_EQUAL(placement.placed_count, 0);
	fb_placement_deinit(&placement);
	made_host_close(&host);
}

/* The page tables of a process may be in no page of the dump. */
static void a_lost_mm_is_a_warning(void)
{
	struct fb_placement placement;
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, 0);
	host.matches[MADE_A].mm = 0xffff888000000000ull + 95 * FB_PAGE_SIZE;
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	check_counts(&placement.counts[MADE_A], 18, 0, 0, 18, 0);
	check_counts(&placement.counts[MADE_B], 4, 1, 2, 1, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(host.warnings), 1);
	fb_placement_deinit(&placement);
	made_host_close(&host);
}

static void the_same_core_twice_is_no_conflict(void)
{
	struct fb_place_core cores[2];
	struct fb_placement placement;
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, 0);
	cores[0] = cores[1] = host.place[MADE_A];
	FB_OK_FATAL(fb_place(host.kernel, cores, 2, NULL, &placement));
	check_counts(&placement.counts[0], 18, 1, 10, 6, 1);
	check_counts(&placement.counts[1], 18, 1, 10, 6, 1);
	CU_ASSERT_EQUAL(placement.conflicts, 0);
	CU_ASSERT_EQUAL(placement.placed_count, MADE_PLACED);
	fb_placement_deinit(&placement);
	made_host_close(&host);
}

/* Without a bitmap of existing pages, every frame below the end may be RAM. */
static void an_elf_dump_tells_no_holes(void)
{
	struct fb_placement placement;
	struct made_host host;

	made_host_open(&host, MADE_ELF, 0);
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	check_counts(&placement.counts[MADE_A], 18, 1, 11, 5, 1);
	CU_ASSERT_EQUAL(placement.placed_count, MADE_PLACED + 1);
	CU_ASSERT_EQUAL(placement.placed[0].pfn, 0);
	fb_placement_deinit(&placement);
	made_host_close(&host);
}

static void threads_change_nothing(void)
{
	struct fb_placement one, many;
	struct made_host host;
	struct fb_pool *pool;

	made_host_open(&host, MADE_SPLIT, FB_KDUMP_PAGE_ZLIB);
	FB_OK_FATAL(fb_pool_create(4, &pool));
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &one));
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, pool, &many));
	CU_ASSERT_EQUAL_FATAL(one.placed_count, many.placed_count);
	CU_ASSERT_EQUAL(memcmp(one.placed, many.placed, one.placed_count * sizeof(*one.placed)), 0);
	for (size_t i = 0; i < MADE_CORES; i++) {
		CU_ASSERT_EQUAL(memcmp(&one.counts[i], &many.counts[i], sizeof(*one.counts)), 0);
		CU_ASSERT_EQUAL_FATAL(one.frames[i].count, many.frames[i].count);
		for (size_t j = 0; j < one.frames[i].count; j++)
			CU_ASSERT_EQUAL(memcmp(&one.frames[i].runs[j], &many.frames[i].runs[j],
					       sizeof(*one.frames[i].runs)),
					0);
	}
	fb_placement_deinit(&one);
	fb_placement_deinit(&many);
	fb_pool_destroy(pool);
	made_host_close(&host);
}

/* Every page of a run is in the file, in order, and stands at the run's frames. */
static void frames_are_those_of_the_bundle(void)
{
	struct fb_placement placement;
	uint64_t pages = 0;
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, 0);
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	for (size_t i = 0; i < placement.frames[MADE_A].count; i++) {
		const struct fb_frame_run *run = &placement.frames[MADE_A].runs[i];

		if (i)
			CU_ASSERT_TRUE(run->file_offset >=
				       run[-1].file_offset + run[-1].pages * FB_PAGE_SIZE);
		pages += run->pages;
	}
	CU_ASSERT_EQUAL(pages, placement.counts[MADE_A].same + placement.counts[MADE_A].filled);
	CU_ASSERT_EQUAL(placement.frames[MADE_ORPHAN].count, 0);
	fb_placement_deinit(&placement);
	made_host_close(&host);
}

/* The dump has a page, as its tables say, that cannot be read. */
static struct {
	const struct fb_dump_ops *whole;
	uint64_t pfn;
	enum fb_code code;
} bad;

static struct fb_error *read_bad_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	return pfn == bad.pfn ? fb_error_create(bad.code, "made to fail")
			      : bad.whole->read_page(dump, pfn, page);
}

/* The frame of the page that the dump and A have alike. */
static uint64_t same_frame(struct made_host *host)
{
	struct fb_placement placement;
	uint64_t pfn = UINT64_MAX;

	FB_OK_FATAL(fb_place(host->kernel, host->place, MADE_CORES, NULL, &placement));
	for (size_t i = 0; i < placement.frames[MADE_A].count; i++) {
		const struct fb_frame_run *run = &placement.frames[MADE_A].runs[i];

		for (uint64_t page = 0; page < run->pages; page++)
			if (fb_dump_has_page(host->dump, run->pfn + page))
				pfn = run->pfn + page;
	}
	CU_ASSERT_FATAL(pfn != UINT64_MAX);
	fb_placement_deinit(&placement);
	return pfn;
}

static void a_page_that_the_dump_has_damaged_is_the_cores(void)
{
	static const enum fb_code damage[] = {FB_ABSENT, FB_TRUNCATED, FB_CORRUPT};
	static const enum fb_code others[] = {FB_UNSUPPORTED, FB_NOMEM, FB_OS, FB_EXHAUSTED};
	struct fb_placement placement;
	struct fb_dump_ops ops;
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, 0);
	bad.pfn = same_frame(&host);
	bad.whole = host.dump->ops;
	ops = *bad.whole;
	ops.read_page = read_bad_page;
	host.dump->ops = &ops;
	for (size_t i = 0; i < FB_ARRAY_SIZE(damage); i++) {
		bad.code = damage[i];
		FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
		check_counts(&placement.counts[MADE_A], 18, 0, 11, 6, 1);
		CU_ASSERT_EQUAL_FATAL(placement.placed_count, MADE_PLACED + 1);
		fb_placement_deinit(&placement);
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++) {
		bad.code = others[i];
		FB_FAILS(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement),
			 others[i]);
	}
	host.dump->ops = bad.whole;
	made_host_close(&host);
}

FB_TEST_MAIN("bundle/place", FB_TEST(counts_every_page_of_every_core), FB_TEST(the_newer_core_wins),
	     FB_TEST(nothing_of_an_unmatched_core_is_placed), FB_TEST(a_lost_mm_is_a_warning),
	     FB_TEST(the_same_core_twice_is_no_conflict), FB_TEST(an_elf_dump_tells_no_holes),
	     FB_TEST(threads_change_nothing), FB_TEST(frames_are_those_of_the_bundle),
	     FB_TEST(a_page_that_the_dump_has_damaged_is_the_cores))
