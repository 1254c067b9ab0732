// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of mapped files in the page cache of a made kernel: single ones, folios of several, and what is none. */
#include "kernel/mappings/vma_cached.h"

#include <string.h>

#include "kernel/dump/dump_private.h"
#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define PAGE_BYTES 64u
#define PAGES 64u
#define UPTODATE (1ull << 2)
#define START 0x7f0000000000ull
#define PGOFF 3u

struct cache {
	struct made_kernel *made;
	struct fb_dump dump;
	struct fb_btf *types;
	uint64_t pages, mapping, leaf;
	struct fb_vma vma; /* of indexes 3 to 63 of the file */
};

#define DIRTY (1ull << 4)
#define WRITEBACK (1ull << 9)
#define SWAPBACKED (1ull << 18)

/* uptodate, dirty: the names that these flags have. */
static struct fb_btf *make_named_types(const char *uptodate, const char *dirty)
{
	const struct fb_btf_value flags[] = {{"PG_locked", 0},
					     {uptodate, 2},
					     {dirty, 4},
					     {"PG_writeback", 9},
					     {"PG_swapbacked", 18}};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "pageflags", 4, false, flags, FB_ARRAY_SIZE(flags),
				  &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	return types;
}

static struct fb_btf *make_types(const char *uptodate)
{
	return make_named_types(uptodate, "PG_dirty");
}

static void make(struct cache *cache)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t base = made_alloc(made, 8), file = made_alloc(made, 64);

	memset(cache, 0, sizeof(*cache));
	cache->made = made;
	cache->dump.info.max_pfn = PAGES;
	made->kernel.dump = &cache->dump;
	made->kernel.types = cache->types = make_types("PG_uptodate");
	cache->pages = made_alloc(made, PAGES * PAGE_BYTES);
	made_put(made, base, cache->pages, 8);
	made_symbols(made, (const char *const[]){"vmemmap_base", NULL}, (const uint64_t[]){base});
	made->kernel.layout.page.size = PAGE_BYTES;
	MADE_FIELD(made, page_flags, 0, 8);
	MADE_FIELD(made, page_compound_head, 8, 8);
	MADE_FIELD(made, page_mapping, 24, 8);
	MADE_FIELD(made, page_index, 32, 8);
	MADE_FIELD(made, xarray_head, 8, 8);
	MADE_FIELD(made, xa_node_shift, 0, 1);
	MADE_FIELD(made, xa_node_slots, 40, 512);
	MADE_FIELD(made, address_space_pages, 8, 16);
	MADE_FIELD(made, file_mapping, 16, 8);
	cache->mapping = made_alloc(made, 64);
	cache->leaf = made_alloc(made, 576);
	made_put(made, cache->mapping + 16, cache->leaf + 2, 8);
	MADE_SET(made, file, file_mapping, cache->mapping);
	cache->vma = (struct fb_vma){.start = START,
				     .end = START + (64 - PGOFF) * FB_PAGE_SIZE,
				     .flags = FB_VM_READ,
				     .pgoff = PGOFF,
				     .file = file};
}

static void destroy(struct cache *cache)
{
	cache->made->kernel.types = NULL;
	fb_btf_destroy(cache->types);
	made_kernel_destroy(cache->made);
}

static void put_entry(struct cache *cache, unsigned index, uint64_t entry)
{
	made_put(cache->made, cache->leaf + 40 + index * 8ull, entry, 8);
}

/* Has a frame's struct page be of the file, at index, and its bytes be there. */
static uint64_t put_page(struct cache *cache, unsigned index, uint64_t pfn)
{
	uint64_t page = cache->pages + pfn * PAGE_BYTES;

	MADE_SET(cache->made, page, page_flags, UPTODATE);
	MADE_SET(cache->made, page, page_mapping, cache->mapping);
	MADE_SET(cache->made, page, page_index, index);
	put_entry(cache, index, page);
	return page;
}

/* What the page cache has at an index of the file, up to the mapping's end. */
static struct fb_cached_run look(struct cache *cache, uint64_t index)
{
	uint64_t address = START + (index - PGOFF) * FB_PAGE_SIZE;
	struct fb_file_cache files;
	struct fb_cached_run run;

	memset(&run, 0xaa, sizeof(run));
	fb_file_cache_init(&cache->made->kernel, &files);
	FB_OK_FATAL(fb_vma_cached(&files, &cache->vma, address, cache->vma.end - address, &run));
	CU_ASSERT(run.length > 0 && run.length % FB_PAGE_SIZE == 0);
	return run;
}

static void expect_page(struct cache *cache, uint64_t index, uint64_t pfn)
{
	struct fb_cached_run run = look(cache, index);

	CU_ASSERT(run.cached && run.length == FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(run.pfn, pfn);
}

static void expect_hole(struct cache *cache, uint64_t index, uint64_t pages)
{
	struct fb_cached_run run = look(cache, index);

	CU_ASSERT_FALSE(run.cached);
	CU_ASSERT_EQUAL(run.length, pages * FB_PAGE_SIZE);
}

static void finds_pages_and_holes(void)
{
	struct cache cache;

	make(&cache);
	expect_hole(&cache, PGOFF, 64 - PGOFF);
	put_page(&cache, 3, 40);
	put_page(&cache, 9, 7);
	expect_page(&cache, 3, 40);
	expect_hole(&cache, 4, 5);
	expect_hole(&cache, 8, 1);
	expect_page(&cache, 9, 7);
	expect_hole(&cache, 10, 54);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 0);
	destroy(&cache);
}

/* One entry, with siblings, for pages 8 to 11. */
static void finds_pages_of_a_folio(void)
{
	struct cache cache;
	uint64_t folio;

	make(&cache);
	folio = put_page(&cache, 8, 20);
	for (unsigned i = 1; i < 4; i++) {
		put_entry(&cache, 8 + i, 8 << 2 | 2);
		MADE_SET(cache.made, folio + i * PAGE_BYTES, page_compound_head, folio + 1);
	}
	for (unsigned i = 0; i < 4; i++)
		expect_page(&cache, 8 + i, 20 + i);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 0);
	/* More siblings than the folio has pages; one that is of a later index. */
	put_entry(&cache, 12, 8 << 2 | 2);
	expect_hole(&cache, 12, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 1);
	MADE_SET(cache.made, folio, page_index, 9);
	expect_hole(&cache, 8, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 2);
	destroy(&cache);
}

static void passes_over_what_is_no_page_of_the_file(void)
{
	struct cache cache;
	uint64_t page;

	make(&cache);
	put_entry(&cache, 3, 0x12345 << 1 | 1); /* dropped, or swapped out */
	expect_hole(&cache, 3, 1);
	page = put_page(&cache, 5, 20);
	expect_page(&cache, 5, 20);
	MADE_SET(cache.made, page, page_flags, ~UPTODATE); /* being read */
	expect_hole(&cache, 5, 1);
	MADE_SET(cache.made, page, page_flags, UPTODATE);
	MADE_SET(cache.made, page, page_mapping, 0); /* truncated meanwhile */
	expect_hole(&cache, 5, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 0);
	/* No struct page. */
	put_page(&cache, 5, 20);
	MADE_SET(cache.made, page + 8, page_mapping, cache.mapping);
	MADE_SET(cache.made, page + 8, page_flags, UPTODATE);
	MADE_SET(cache.made, page + 8, page_index, 5);
	put_entry(&cache, 5, page + 8);
	expect_hole(&cache, 5, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 1);
	destroy(&cache);
}

/* Whether bytes are there is not known where this kernel's flag for it is not. */
static void believes_no_page_without_the_flag(void)
{
	struct cache cache;

	make(&cache);
	put_page(&cache, 5, 20);
	fb_btf_destroy(cache.types);
	cache.made->kernel.types = cache.types = make_types("PG_other");
	expect_hole(&cache, 5, 1);
	destroy(&cache);
}

static bool is_as_in_file(struct cache *cache, uint64_t pfn)
{
	struct fb_file_cache files;
	bool is = true;

	fb_file_cache_init(&cache->made->kernel, &files);
	FB_OK(fb_page_is_as_in_file(&files, cache->mapping, pfn, &is));
	return is;
}

/* Its flags and file say so; of a compound page those of its first struct page. */
static void knows_pages_that_are_as_in_their_file(void)
{
	static const uint64_t unlike[] = {0, UPTODATE | DIRTY, UPTODATE | WRITEBACK,
					  UPTODATE | SWAPBACKED};
	struct cache cache;
	uint64_t page;

	make(&cache);
	page = put_page(&cache, 5, 20);
	CU_ASSERT_TRUE(is_as_in_file(&cache, 20));
	for (size_t i = 0; i < FB_ARRAY_SIZE(unlike); i++) {
		MADE_SET(cache.made, page, page_flags, unlike[i]);
		CU_ASSERT_FALSE(is_as_in_file(&cache, 20));
	}
	MADE_SET(cache.made, page, page_flags, UPTODATE);
	MADE_SET(cache.made, page, page_mapping, cache.mapping + 1);
	CU_ASSERT_FALSE(is_as_in_file(&cache, 20));
	MADE_SET(cache.made, page, page_mapping, cache.mapping);
	MADE_SET(cache.made, page + PAGE_BYTES, page_compound_head, page + 1);
	CU_ASSERT_TRUE(is_as_in_file(&cache, 21));
	MADE_SET(cache.made, page, page_flags, UPTODATE | DIRTY);
	CU_ASSERT_FALSE(is_as_in_file(&cache, 21));
	/* No struct page of it can be read. */
	CU_ASSERT_FALSE(is_as_in_file(&cache, 1ull << 30));
	destroy(&cache);
}

static void no_page_is_as_in_its_file_without_the_flags(void)
{
	static const char *const names[][2] = {{"PG_uptodate", "PG_other"},
					       {"PG_other", "PG_dirty"}};
	struct cache cache;

	make(&cache);
	put_page(&cache, 5, 20);
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		fb_btf_destroy(cache.types);
		cache.made->kernel.types = cache.types = make_named_types(names[i][0], names[i][1]);
		CU_ASSERT_FALSE(is_as_in_file(&cache, 20));
	}
	destroy(&cache);
}

static void has_no_cache_of_other_mappings(void)
{
	static const uint64_t others[] = {FB_VM_HUGETLB, FB_VM_PFNMAP, FB_VM_IO};
	struct cache cache;
	uint64_t mapping;

	make(&cache);
	put_page(&cache, 5, 20);
	FB_OK(fb_vma_file_mapping(&cache.made->kernel, &cache.vma, &mapping));
	CU_ASSERT_EQUAL(mapping, cache.mapping);
	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++) {
		cache.vma.flags |= others[i];
		expect_hole(&cache, 5, 59);
		cache.vma.flags &= ~others[i];
	}
	cache.vma.file = 0;
	expect_hole(&cache, 5, 59);
	FB_OK(fb_vma_file_mapping(&cache.made->kernel, &cache.vma, &mapping));
	CU_ASSERT_EQUAL(mapping, 0);
	/* A file that is not in the dump. */
	cache.vma.file = made_alloc_pages(cache.made, FB_PAGE_SIZE);
	made_lose(cache.made, cache.vma.file);
	expect_hole(&cache, 5, 59);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 0);
	destroy(&cache);
}

/* A node that is lost or damaged costs the page that was asked for; an offset that wraps around has none. */
static void damage_costs_a_page(void)
{
	struct cache cache;
	uint64_t node;

	make(&cache);
	node = made_alloc_pages(cache.made, FB_PAGE_SIZE);
	made_put(cache.made, cache.mapping + 16, node + 2, 8);
	made_lose(cache.made, node);
	expect_hole(&cache, 5, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 0);
	made_put(cache.made, cache.mapping + 16, cache.leaf + 2, 8);
	MADE_SET(cache.made, cache.leaf, xa_node_shift, 7);
	expect_hole(&cache, 5, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(cache.made->warnings), 1);
	cache.vma.pgoff = UINT64_MAX;
	expect_hole(&cache, PGOFF, 61);
	destroy(&cache);
}

FB_TEST_MAIN("kernel/vma_cached", FB_TEST(finds_pages_and_holes), FB_TEST(finds_pages_of_a_folio),
	     FB_TEST(passes_over_what_is_no_page_of_the_file),
	     FB_TEST(believes_no_page_without_the_flag), FB_TEST(has_no_cache_of_other_mappings),
	     FB_TEST(damage_costs_a_page), FB_TEST(knows_pages_that_are_as_in_their_file),
	     FB_TEST(no_page_is_as_in_its_file_without_the_flags))
