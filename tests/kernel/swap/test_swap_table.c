// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages found by the tables of swap clusters, in both forms of a word, and what is not believed. */
#include "kernel/swap/swap_table.h"

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

#define FRAMES 32u
#define PAGE_BYTES 64u
#define SLOTS 512u
#define CLUSTER_BYTES 48u
#define NONE UINT64_MAX

struct host {
	struct made_kernel *made;
	struct mk_bytes bytes;
	uint64_t pages, info, clusters, table; /* the table is of the second cluster */
};

static bool all(uint64_t pfn FB_UNUSED)
{
	return true;
}

static void make(struct host *host)
{
	struct mk_recipe recipe = {.max_pfn = FRAMES, .dumped = all};
	struct made_kernel *made = made_kernel_create();
	uint64_t base = made_alloc(made, 8);

	host->made = made;
	mk_kdump(&recipe, &host->bytes);
	FB_OK_FATAL(mk_open(&host->bytes, made->warnings, &made->kernel.dump));
	host->pages = made_alloc(made, FRAMES * PAGE_BYTES);
	host->info = made_alloc(made, 64);
	host->clusters = made_alloc(made, 3 * CLUSTER_BYTES);
	host->table = made_alloc_pages(made, SLOTS * 8);
	made_put(made, base, host->pages, 8);
	made_symbols(made, (const char *const[]){"vmemmap_base", NULL}, (const uint64_t[]){base});
	made->kernel.layout.page.size = PAGE_BYTES;
	made->kernel.layout.swap_cluster.size = CLUSTER_BYTES;
	made->kernel.layout.swap_table.size = SLOTS * 8;
	MADE_FIELD(made, page_flags, 0, 8);
	MADE_FIELD(made, page_compound_head, 8, 8);
	MADE_FIELD(made, page_mapping, 24, 8);
	MADE_FIELD(made, page_private, 40, 8);
	MADE_FIELD(made, page_mapcount, 48, 4);
	MADE_FIELD(made, page_refcount, 52, 4);
	MADE_FIELD(made, swap_info_max, 0, 4);
	MADE_FIELD(made, swap_info_clusters, 8, 8);
	MADE_FIELD(made, swap_cluster_table, 8, 8);
	MADE_SET(made, host->info, swap_info_max, 3 * SLOTS);
	MADE_SET(made, host->info, swap_info_clusters, host->clusters);
	MADE_SET(made, host->clusters + CLUSTER_BYTES, swap_cluster_table, host->table);
}

static void destroy(struct host *host)
{
	fb_dump_destroy(host->made->kernel.dump);
	free(host->bytes.data);
	made_kernel_destroy(host->made);
}

static void put(struct host *host, uint64_t slot, uint64_t word)
{
	made_put(host->made, host->table + slot * 8, word, 8);
}

static uint64_t page_of(const struct host *host, uint64_t pfn)
{
	return host->pages + pfn * PAGE_BYTES;
}

/* What the frame's page says of the slot that it is of. */
static void put_private(struct host *host, uint64_t pfn, uint64_t entry)
{
	MADE_SET(host->made, page_of(host, pfn), page_private, entry);
}

static uint64_t frame(struct host *host, uint64_t offset)
{
	uint64_t pfn = 77;

	FB_OK_FATAL(fb_swap_table_frame(&host->made->kernel, host->info, offset, &pfn));
	return pfn;
}

/* By its frame since 7.1, with how often the slot is used at the top; by its address before. */
static void finds_pages_in_both_forms(void)
{
	const uint64_t offset = SLOTS + 5;
	struct host host;

	make(&host);
	put_private(&host, 9, 1ull << 58 | offset); /* the area stands above the offset */
	put(&host, 5, 9 << 2 | 2);
	CU_ASSERT_EQUAL(frame(&host, offset), 9);
	put(&host, 5, 0xfull << 60 | 1ull << 59 | 9 << 2 | 2);
	CU_ASSERT_EQUAL(frame(&host, offset), 9);
	put(&host, 5, page_of(&host, 9));
	CU_ASSERT_EQUAL(frame(&host, offset), 9);
	put(&host, 5, 0);
	CU_ASSERT_EQUAL(frame(&host, offset), NONE);
	/* The last slot of the table is of the same cluster. */
	put_private(&host, 10, 2 * SLOTS - 1);
	put(&host, SLOTS - 1, 10 << 2 | 2);
	CU_ASSERT_EQUAL(frame(&host, 2 * SLOTS - 1), 10);
	destroy(&host);
}

/* A folio of four pages: each of its slots has the first one's word. */
static void finds_pages_of_folios(void)
{
	struct host host;

	make(&host);
	MADE_SET(host.made, page_of(&host, 8), page_flags, 1);
	for (uint64_t pfn = 9; pfn < 12; pfn++)
		MADE_SET(host.made, page_of(&host, pfn), page_compound_head, page_of(&host, 8) | 1);
	put_private(&host, 8, SLOTS + 4);
	for (uint64_t slot = 3; slot < 9; slot++)
		put(&host, slot, 8 << 2 | 2);
	for (uint64_t slot = 4; slot < 8; slot++)
		CU_ASSERT_EQUAL(frame(&host, SLOTS + slot), 4 + slot);
	CU_ASSERT_EQUAL(frame(&host, SLOTS + 3), NONE);
	CU_ASSERT_EQUAL(frame(&host, SLOTS + 8), NONE);
	/* A word that leads into the middle of a folio. */
	put_private(&host, 9, SLOTS + 5);
	put(&host, 5, 9 << 2 | 2);
	CU_ASSERT_EQUAL(frame(&host, SLOTS + 5), NONE);
	destroy(&host);
}

static void believes_no_other_words(void)
{
	const uint64_t words[] = {
		1,                         /* a shadow without a past */
		0x123456789abcdef1,        /* a shadow */
		~0ull << 3,                /* no slot */
		(FRAMES + 5ull) << 2 | 2,  /* a frame that there is none of */
		0x3ffffffffffull << 2 | 2, /* the highest one */
		10 << 2 | 2,               /* a page of another slot */
	};
	uint64_t pfn = 77;
	struct host host;

	make(&host);
	put_private(&host, 9, SLOTS + 5);
	put_private(&host, 10, SLOTS + 6);
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		put(&host, 5, words[i]);
		CU_ASSERT_EQUAL(frame(&host, SLOTS + 5), NONE);
	}
	/* What looks like an address, and is that of no struct page. */
	put(&host, 5, page_of(&host, 9) + 8);
	FB_FAILS_WITH(fb_swap_table_frame(&host.made->kernel, host.info, SLOTS + 5, &pfn),
		      FB_CORRUPT, "");
	CU_ASSERT_EQUAL(pfn, 77);
	destroy(&host);
}

/* Slots behind the area's end, clusters without a table, tables that are lost, sizes that are. */
static void ends_where_the_area_ends(void)
{
	uint64_t pfn = 77;
	struct host host;

	make(&host);
	put_private(&host, 9, SLOTS + 5);
	put(&host, 5, 9 << 2 | 2);
	CU_ASSERT_EQUAL(frame(&host, 5), NONE); /* the first cluster has no table */
	CU_ASSERT_EQUAL(frame(&host, 3 * SLOTS), NONE);
	CU_ASSERT_EQUAL(frame(&host, UINT64_MAX), NONE);
	MADE_SET(host.made, host.info, swap_info_max, SLOTS + 5);
	CU_ASSERT_EQUAL(frame(&host, SLOTS + 5), NONE);
	MADE_SET(host.made, host.info, swap_info_max, SLOTS + 6);
	CU_ASSERT_EQUAL(frame(&host, SLOTS + 5), 9);
	MADE_SET(host.made, host.info, swap_info_clusters, 0);
	CU_ASSERT_EQUAL(frame(&host, SLOTS + 5), NONE);
	MADE_SET(host.made, host.info, swap_info_clusters, host.clusters);
	host.made->kernel.layout.swap_table.size = 0;
	FB_FAILS_WITH(fb_swap_table_frame(&host.made->kernel, host.info, SLOTS + 5, &pfn),
		      FB_NOT_FOUND, "tables of swap clusters");
	host.made->kernel.layout.swap_table.size = SLOTS * 8;
	made_lose(host.made, host.table);
	FB_FAILS_WITH(fb_swap_table_frame(&host.made->kernel, host.info, SLOTS + 5, &pfn),
		      FB_ABSENT, "");
	CU_ASSERT_EQUAL(pfn, 77);
	destroy(&host);
}

static struct fb_error *find(void *context)
{
	struct host *host = context;
	uint64_t pfn;

	return fb_swap_table_frame(&host->made->kernel, host->info, SLOTS + 6, &pfn);
}

static void what_is_fatal_passes(void)
{
	struct host host;

	make(&host);
	put_private(&host, 9, SLOTS + 5);
	put(&host, 6, 9 << 2 | 2);
	failing_made_must_pass(host.made, find, &host);
	destroy(&host);
}

FB_TEST_MAIN("kernel/swap_table", FB_TEST(finds_pages_in_both_forms),
	     FB_TEST(finds_pages_of_folios), FB_TEST(believes_no_other_words),
	     FB_TEST(ends_where_the_area_ends), FB_TEST(what_is_fatal_passes))
