// SPDX-License-Identifier: GPL-2.0-or-later
/* Slots and groups of stored pages, and which pages are stored once. */
#include "bundle/merge/page_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "bundle/file/fiber_store.h"
#include "bundle/file/fiber_table.h"
#include "tests/bundle/made_section.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"
#include "tests/user/make_core.h"

#define PAGES 40u
#define BASE 0x10000000ull
#define START 4096u /* of the pages in a core's file */
#define CORES 2u
#define STORED 25u /* of the first core's pages */

/* A store of two cores. Page n of the first is zeros where n is a multiple of 4, noise where it is one more; the others
 * compress, and every fourth is the one that is 20 pages before. The second core has the same first five pages, and
 * then others. */
struct stored {
	struct made_section made;
	struct fb_scratches scratches;
	struct fb_core *cores[CORES];
	struct fb_place_core place[CORES];
	struct fb_page_store store;
};

static uint64_t number(size_t core, size_t page)
{
	return page + (core && page >= 5 ? PAGES : 0);
}

static struct fb_core *make_pages(size_t core)
{
	static uint8_t bytes[PAGES * FB_PAGE_SIZE];
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *opened = NULL;

	for (size_t i = 0; i < PAGES; i++)
		mk_page(number(core, i), bytes + i * FB_PAGE_SIZE);
	make_thread(&make, 17, 0, 0x401000);
	make_segment(&make, BASE, sizeof(bytes), bytes, sizeof(bytes), PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(&make, "core.made"), NULL, &opened));
	return opened;
}

static void open_store(struct stored *stored)
{
	memset(stored, 0, sizeof(*stored));
	for (size_t i = 0; i < CORES; i++) {
		stored->cores[i] = make_pages(i);
		stored->place[i].core = stored->cores[i];
	}
	made_section_begin(&stored->made);
	fb_scratches_init(&stored->scratches);
	FB_OK_FATAL(fb_page_store_init(&stored->store, &stored->made.section, stored->place, NULL,
				       &stored->scratches));
}

static void close_store(struct stored *stored)
{
	fb_page_store_deinit(&stored->store);
	fb_scratches_deinit(&stored->scratches);
	for (size_t i = 0; i < CORES; i++)
		fb_core_destroy(stored->cores[i]);
	made_section_close(&stored->made);
}

static struct fb_loose_page loose(size_t page, uint32_t length)
{
	return (struct fb_loose_page){.file_offset = START + page * FB_PAGE_SIZE, .length = length};
}

/* Puts pages [first, first + count) of a core; returns how many were stored. */
static size_t put(struct stored *stored, uint32_t core, size_t first, size_t count,
		  struct fb_loose_page *pages)
{
	size_t written = SIZE_MAX;

	for (size_t i = 0; i < count; i++)
		pages[i] = loose(first + i, FB_PAGE_SIZE);
	FB_OK_FATAL(fb_page_store_put(&stored->store, core, pages, count, &written));
	return written;
}

static void check_read(struct fb_fiber_store *store, uint64_t slot, uint64_t page, size_t length)
{
	uint8_t bytes[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];

	mk_page(page, wanted);
	memset(wanted + length, 0, FB_PAGE_SIZE - length);
	FB_OK(fb_fiber_store_read(store, slot, 0, bytes, sizeof(bytes)));
	CU_ASSERT_EQUAL(memcmp(bytes, wanted, sizeof(bytes)), 0);
}

static void equal_pages_are_stored_once(void)
{
	struct fb_loose_page first[PAGES], again[PAGES], second[PAGES];
	struct stored stored;

	open_store(&stored);
	CU_ASSERT_EQUAL(put(&stored, 0, 0, PAGES, first), STORED);
	for (size_t i = 0, slot = 0; i < PAGES; i++) {
		CU_ASSERT_EQUAL(first[i].zero, i % 4 == 0);
		if (!first[i].zero)
			CU_ASSERT_EQUAL(first[i].slot,
					i % 4 == 3 && i >= 20 ? first[i - 20].slot : slot++);
	}
	CU_ASSERT_EQUAL(put(&stored, 0, 0, PAGES, again), 0);
	CU_ASSERT_EQUAL(put(&stored, 1, 1, 6, second), 2);
	for (size_t i = 0; i < PAGES; i++)
		CU_ASSERT(first[i].zero || again[i].slot == first[i].slot);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(second[i].slot, i);
	/* A call begins a group of its own, behind the two of the first call. */
	CU_ASSERT_EQUAL(second[4].slot, 2 * FB_FIBER_GROUP_PAGES);
	CU_ASSERT_EQUAL(second[5].slot, 2 * FB_FIBER_GROUP_PAGES + 1);
	CU_ASSERT_EQUAL(stored.store.group_count, 3);
	close_store(&stored);
}

/* What is cut off is filled up with zeros; such a page is never taken for another. */
static void cut_pages_are_filled_up(void)
{
	struct fb_loose_page pages[] = {loose(2, 10), loose(2, 10), loose(2, FB_PAGE_SIZE),
					loose(4, 10)};
	size_t written = 0;
	struct stored stored;

	open_store(&stored);
	FB_OK_FATAL(fb_page_store_put(&stored.store, 0, pages, FB_ARRAY_SIZE(pages), &written));
	CU_ASSERT_EQUAL(written, 3);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(pages[i].slot, i);
	CU_ASSERT(pages[3].zero);
	close_store(&stored);
}

static void check_groups(const struct stored *stored)
{
	static const struct {
		unsigned pages;
		enum fb_fiber_encoding encoding;
	} wanted[] = {
		{16, FB_FIBER_ZSTD}, {9, FB_FIBER_ZSTD}, {1, FB_FIBER_PLAIN}, {1, FB_FIBER_ZSTD}};
	uint64_t next = 0;

	CU_ASSERT_EQUAL_FATAL(stored->store.group_count, FB_ARRAY_SIZE(wanted));
	for (size_t i = 0; i < FB_ARRAY_SIZE(wanted); i++) {
		const struct fb_fiber_group *group = &stored->store.groups[i];
		uint32_t plain = wanted[i].pages * FB_PAGE_SIZE;

		CU_ASSERT_EQUAL(group->offset, next);
		CU_ASSERT_EQUAL(group->pages, wanted[i].pages);
		CU_ASSERT_EQUAL(group->encoding, wanted[i].encoding);
		CU_ASSERT(group->encoding == FB_FIBER_PLAIN ? group->stored_size == plain
							    : group->stored_size < plain);
		next += group->stored_size;
	}
	CU_ASSERT_EQUAL(stored->made.section.end, next);
}

/* In groups of 16, compressed where that makes them smaller: a page of noise is not. */
static void groups_hold_what_was_put(void)
{
	struct fb_loose_page first[PAGES], noise[1], cut = loose(6, 100);
	struct fb_fiber_table table;
	struct fb_fiber_store read;
	struct stored stored;
	size_t written = 0;

	open_store(&stored);
	CU_ASSERT_EQUAL(put(&stored, 0, 0, PAGES, first), STORED);
	CU_ASSERT_EQUAL(put(&stored, 1, 5, 1, noise), 1);
	FB_OK_FATAL(fb_page_store_put(&stored.store, 1, &cut, 1, &written));
	check_groups(&stored);
	FB_OK_FATAL(fb_section_groups(&stored.made.section, 0, 0,
				      (STORED + 2) * (uint64_t)FB_PAGE_SIZE));
	FB_OK_FATAL(fb_page_store_index(&stored.store));
	made_section_seal(&stored.made);
	FB_OK_FATAL(fb_fiber_table_read(stored.made.file, &table));
	FB_OK_FATAL(fb_fiber_store_init(&read, &table));
	for (size_t i = 0; i < PAGES; i++)
		if (!first[i].zero)
			check_read(&read, first[i].slot, i, FB_PAGE_SIZE);
	check_read(&read, noise[0].slot, number(1, 5), FB_PAGE_SIZE);
	check_read(&read, cut.slot, number(1, 6), 100);
	fb_fiber_store_deinit(&read);
	fb_fiber_table_deinit(&table);
	close_store(&stored);
}

FB_TEST_MAIN("bundle/page_store", FB_TEST(equal_pages_are_stored_once),
	     FB_TEST(cut_pages_are_filled_up), FB_TEST(groups_hold_what_was_put))
