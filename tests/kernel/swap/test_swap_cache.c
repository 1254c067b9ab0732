// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of a made swap cache: found by their slot, in kernels of each kind, and what is not believed. */
#include <stdlib.h>
#include <string.h>

#include "kernel/swap/swap.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

#define FRAMES 16u
#define PAGE_BYTES 64u   /* of a struct page */
#define SPACE_BYTES 128u /* of a struct address_space */
#define SPACE_SHIFT 14u  /* slots that one of them covers, as a power of two */
#define AREAS 33u        /* one more than there may be */

struct host {
	struct made_kernel *made;
	struct mk_bytes bytes;
	struct fb_swap *swap;
	uint64_t pages, count, spaces, cache; /* spaces: of each area; cache: of area 1 */
};

static bool all(uint64_t pfn FB_UNUSED)
{
	return true;
}

static void make(struct host *host, uint32_t areas)
{
	struct mk_recipe recipe = {.max_pfn = FRAMES, .dumped = all};
	struct made_kernel *made = made_kernel_create();
	uint64_t base = made_alloc(made, 8);

	memset(host, 0, sizeof(*host));
	host->made = made;
	mk_kdump(&recipe, &host->bytes);
	FB_OK_FATAL(mk_open(&host->bytes, made->warnings, &made->kernel.dump));
	host->pages = made_alloc(made, FRAMES * PAGE_BYTES);
	host->count = made_alloc(made, 8);
	host->spaces = made_alloc_pages(made, AREAS * 8);
	host->cache = made_alloc_pages(made, 4 * SPACE_BYTES);
	made_put(made, base, host->pages, 8);
	made_put(made, host->count, areas, 4);
	made_put(made, host->spaces + 8, host->cache, 8);
	made_symbols(made,
		     (const char *const[]){"vmemmap_base", "nr_swapfiles", "swapper_spaces", NULL},
		     (const uint64_t[]){base, host->count, host->spaces});
	made->kernel.layout.page.size = PAGE_BYTES;
	made->kernel.layout.address_space.size = SPACE_BYTES;
	MADE_FIELD(made, page_flags, 0, 8);
	MADE_FIELD(made, page_mapping, 24, 8);
	MADE_FIELD(made, page_private, 40, 8);
	MADE_FIELD(made, page_mapcount, 48, 4);
	MADE_FIELD(made, page_refcount, 52, 4);
	MADE_FIELD(made, address_space_pages, 32, 16);
	MADE_FIELD(made, xarray_head, 8, 8);
	MADE_FIELD(made, xa_node_shift, 0, 1);
	MADE_FIELD(made, xa_node_slots, 40, 512);
}

static void destroy(struct host *host)
{
	fb_swap_destroy(host->swap);
	fb_dump_destroy(host->made->kernel.dump);
	free(host->bytes.data);
	made_kernel_destroy(host->made);
}

static uint64_t page_of(const struct host *host, uint64_t pfn)
{
	return host->pages + pfn * PAGE_BYTES;
}

/* A tree of four levels in one of the address_spaces, which has this entry at this index. */
static void put_entry(struct host *host, uint64_t space, uint64_t index, uint64_t entry)
{
	uint64_t at = host->cache + space * SPACE_BYTES + 32 + 8;

	for (unsigned shift = 24;; shift -= 6) {
		uint64_t node = made_alloc(host->made, 576);

		made_put(host->made, at, node | 2, 8);
		MADE_SET(host->made, node, xa_node_shift, shift);
		at = node + 40 + (index >> shift & 63) * 8;
		if (!shift)
			break;
	}
	made_put(host->made, at, entry, 8);
}

/* The page at a frame says which slot it is of. */
static void put_slot(struct host *host, uint64_t pfn, uint64_t word)
{
	MADE_SET(host->made, page_of(host, pfn), page_private, word);
}

static void expect_cached(struct host *host, uint64_t offset, uint64_t pfn)
{
	uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];
	const char *detail = NULL;

	if (!host->swap)
		FB_OK_FATAL(fb_swap_create(&host->made->kernel, &host->swap));
	FB_OK_FATAL(fb_swap_read(host->swap, 1, offset, page, &detail));
	CU_ASSERT_STRING_EQUAL(detail, "swap cache");
	mk_page(pfn, wanted);
	CU_ASSERT_EQUAL(memcmp(page, wanted, sizeof(page)), 0);
}

static void expect_none(struct host *host, uint64_t offset)
{
	uint8_t page[FB_PAGE_SIZE];
	const char *detail = "untouched";

	if (!host->swap)
		FB_OK_FATAL(fb_swap_create(&host->made->kernel, &host->swap));
	FB_FAILS_WITH(fb_swap_read(host->swap, 1, offset, page, &detail), FB_ABSENT,
		      "of swap area 1 is on a disk");
	CU_ASSERT_STRING_EQUAL(detail, "untouched");
}

/* By the whole offset within its address_space, and from 6.11 on by its low bits. */
static void finds_pages_by_their_slot(void)
{
	static const uint64_t offsets[] = {5, (1u << SPACE_SHIFT) - 1, 1u << SPACE_SHIFT,
					   (2u << SPACE_SHIFT) + 77};

	for (unsigned i = 0; i < 2 * FB_ARRAY_SIZE(offsets); i++) {
		uint64_t offset = offsets[i / 2], low = offset & ((1u << SPACE_SHIFT) - 1);
		struct host host;

		make(&host, 2);
		put_entry(&host, offset >> SPACE_SHIFT, i % 2 ? low : offset, page_of(&host, 9));
		put_slot(&host, 9, 1ull << 58 | offset); /* the area stands above the offset */
		expect_cached(&host, offset, 9);
		destroy(&host);
	}
}

static void believes_no_page_of_another_slot(void)
{
	struct host host;

	make(&host, 2);
	put_entry(&host, 0, 5, page_of(&host, 9));
	put_slot(&host, 9, 6);
	expect_none(&host, 5);
	put_slot(&host, 9, 1ull << 49 | 5); /* still of the offset */
	expect_none(&host, 5);
	put_slot(&host, 9, 1ull << 50 | 5);
	expect_cached(&host, 5, 9);
	expect_none(&host, 4);
	destroy(&host);
	/* A shadow of a page that has left; what is no struct page; a frame that the dump has not. */
	for (unsigned i = 0; i < 3; i++) {
		make(&host, 2);
		put_slot(&host, 9, 5);
		put_entry(&host, 0, 5,
			  i == 0   ? page_of(&host, 9) | 1
			  : i == 1 ? page_of(&host, 9) + 8
				   : page_of(&host, FRAMES));
		expect_none(&host, 5);
		CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
		destroy(&host);
	}
}

/* Without the member, without a cache of the area, with the pages' structs lost: no answer of the cache. */
static void lives_without_a_cache(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct host host;

		make(&host, 2);
		put_entry(&host, 0, 5, page_of(&host, 9));
		put_slot(&host, 9, 5);
		if (i == 0)
			expect_cached(&host, 5, 9);
		if (i == 1)
			host.made->kernel.layout.address_space_pages.found = false;
		if (i == 2)
			made_put(host.made, host.spaces + 8, 0, 8);
		if (i == 3)
			made_lose(host.made, host.spaces);
		if (i > 0)
			expect_none(&host, 5);
		/* That it is lost is said of each area. */
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(host.made->warnings), i == 3 ? 2 : 0);
		if (i == 3)
			CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(host.made->warnings, 1),
						      "the cache of swap area 1"));
		destroy(&host);
	}
}

/* 32 areas at most, whatever the counter says, and a counter that is lost. */
static void areas_are_counted(void)
{
	uint8_t page[FB_PAGE_SIZE];
	const char *detail;
	struct host host;

	for (uint32_t areas = 31; areas <= 33; areas++) {
		make(&host, areas);
		FB_OK_FATAL(fb_swap_create(&host.made->kernel, &host.swap));
		FB_FAILS_WITH(fb_swap_read(host.swap, 30, 7, page, &detail), FB_ABSENT,
			      "page 7 of swap area 30 is on a disk");
		FB_FAILS_WITH(fb_swap_read(host.swap, 31, 7, page, &detail), FB_ABSENT,
			      areas == 31 ? "there is no swap area 31"
					  : "page 7 of swap area 31 is on a disk");
		FB_FAILS_WITH(fb_swap_read(host.swap, 32, 7, page, &detail), FB_ABSENT,
			      "there is no swap area 32");
		destroy(&host);
	}
	make(&host, 2);
	made_symbols(host.made, (const char *const[]){"nr_swapfiles", NULL},
		     (const uint64_t[]){host.cache});
	made_lose(host.made, host.cache);
	FB_OK_FATAL(fb_swap_create(&host.made->kernel, &host.swap));
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(host.made->warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(host.made->warnings, 0), "swap areas"));
	destroy(&host);
}

/* The number of areas, their caches, and the page of a slot. */
static struct fb_error *read_slot(void *context)
{
	struct host *host = context;
	uint8_t page[FB_PAGE_SIZE];
	const char *detail = NULL;
	struct fb_error *err = fb_swap_create(&host->made->kernel, &host->swap);

	if (err)
		return err;
	err = fb_swap_read(host->swap, 1, 5, page, &detail);
	fb_swap_destroy(host->swap);
	host->swap = NULL;
	return err;
}

static void what_is_fatal_passes(void)
{
	struct host host;

	make(&host, 2);
	put_entry(&host, 0, 5, page_of(&host, 9));
	put_slot(&host, 9, 5);
	failing_made_must_pass(host.made, read_slot, &host);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	destroy(&host);
}

FB_TEST_MAIN("kernel/swap_cache", FB_TEST(finds_pages_by_their_slot),
	     FB_TEST(believes_no_page_of_another_slot), FB_TEST(lives_without_a_cache),
	     FB_TEST(areas_are_counted), FB_TEST(what_is_fatal_passes))
