// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/dump/page_cache.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/pool.h"
#include "tests/harness.h"

static void fill(uint64_t pfn, uint64_t *page)
{
	size_t i;

	for (i = 0; i < FB_PAGE_SIZE / 8; i++)
		page[i] = pfn * 1000003 + i;
}

/* Absent, or the page's own bytes. */
static bool is_right(struct fb_page_cache *cache, uint64_t pfn, size_t offset, bool *held)
{
	uint64_t value = 0;

	*held = fb_page_cache_read(cache, pfn, offset, &value, sizeof(value));
	return !*held || value == pfn * 1000003 + offset / 8;
}

static void holds_what_was_put_in(void)
{
	uint64_t page[FB_PAGE_SIZE / 8], pfn;
	struct fb_page_cache *cache;
	bool held;

	FB_OK_FATAL(fb_page_cache_create(&cache));
	CU_ASSERT_FALSE(fb_page_cache_read(cache, 0, 0, page, 8));
	for (pfn = 0; pfn < 64; pfn++) {
		fill(pfn << 20, page);
		fb_page_cache_insert(cache, pfn << 20, page);
		fb_page_cache_insert(cache, pfn << 20, page);
	}
	for (pfn = 0; pfn < 64; pfn++) {
		CU_ASSERT_TRUE(is_right(cache, pfn << 20, 4088, &held));
		CU_ASSERT_TRUE(held);
	}
	fb_page_cache_destroy(cache);
}

static void is_bounded_and_keeps_what_is_used(void)
{
	uint64_t page[FB_PAGE_SIZE / 8], pfn, count = 0, wrong = 0;
	struct fb_page_cache *cache;
	bool held;

	FB_OK_FATAL(fb_page_cache_create(&cache));
	for (pfn = 1; pfn <= 8 * FB_PAGE_CACHE_PAGES; pfn++) {
		fill(pfn, page);
		fb_page_cache_insert(cache, pfn, page);
		/* Read between any two others: never the one to go. */
		wrong += !is_right(cache, 1, 0, &held) || !held;
	}
	for (pfn = 1; pfn <= 8 * FB_PAGE_CACHE_PAGES; pfn++) {
		wrong += !is_right(cache, pfn, 8, &held);
		count += held;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(count <= FB_PAGE_CACHE_PAGES);
	CU_ASSERT(count > FB_PAGE_CACHE_PAGES * 9 / 10);
	fb_page_cache_destroy(cache);
}

/* Address space that is in use, in pages. */
static unsigned long mapped_pages(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fscanf(file, "%lu", &pages), 1);
	(void)fclose(file);
	return pages;
}

static void gives_its_memory_back(void)
{
	struct fb_page_cache *cache;
	unsigned long before;

	fb_page_cache_destroy(NULL);
	before = mapped_pages();
	for (int i = 0; i < 20; i++) {
		FB_OK_FATAL(fb_page_cache_create(&cache));
		CU_ASSERT(mapped_pages() >= before + FB_PAGE_CACHE_PAGES);
		fb_page_cache_destroy(cache);
	}
	CU_ASSERT(mapped_pages() < before + FB_PAGE_CACHE_PAGES);
}

static struct fb_error *hammer(void *context, size_t index)
{
	struct fb_page_cache *cache = context;
	uint64_t page[FB_PAGE_SIZE / 8], state = index + 1;
	size_t i;
	bool held;

	for (i = 0; i < 20000; i++) {
		uint64_t pfn;

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		pfn = (state >> 33) % (2 * FB_PAGE_CACHE_PAGES);
		if (!is_right(cache, pfn, (state >> 20) % 512 * 8, &held))
			return fb_error_create(FB_CORRUPT, "page %zu", (size_t)pfn);
		if (!held) {
			fill(pfn, page);
			fb_page_cache_insert(cache, pfn, page);
		}
	}
	return NULL;
}

static void serves_many_threads(void)
{
	struct fb_page_cache *cache;
	struct fb_pool *pool;

	FB_OK_FATAL(fb_page_cache_create(&cache));
	FB_OK_FATAL(fb_pool_create(4, &pool));
	FB_OK(fb_pool_for(pool, 8, hammer, cache));
	fb_pool_destroy(pool);
	fb_page_cache_destroy(cache);
}

FB_TEST_MAIN("kernel/page_cache", FB_TEST(holds_what_was_put_in),
	     FB_TEST(is_bounded_and_keeps_what_is_used), FB_TEST(serves_many_threads),
	     FB_TEST(gives_its_memory_back))
