// SPDX-License-Identifier: GPL-2.0-or-later
/* Searching all frames of a made dump for slabs: of both orders, of other caches, and where the struct pages
 * are lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/memory/slab.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

#define FRAMES 128u
#define PAGE_BYTES 64u
#define OWNER_AT 24u
#define DIRECT 0xffff888100000000ull

struct host {
	struct made_kernel *made;
	struct mk_bytes bytes;
	uint64_t pages; /* struct pages: 64 of them on each page of their own */
	struct fb_slab_cache caches[2];
	char seen[4096];
	size_t used;
	const char *stop; /* what a callback ends the search at */
};

/* Frames 0 to 19, 32 to 39 and 64 to 69. */
static bool dumped(uint64_t pfn)
{
	return pfn < 20 || (pfn >= 32 && pfn < 40) || (pfn >= 64 && pfn < 70);
}

static void make(struct host *host)
{
	struct mk_recipe recipe = {.max_pfn = FRAMES, .dumped = dumped};
	struct made_kernel *made = made_kernel_create();
	uint64_t base = made_alloc(made, 8);

	memset(host, 0, sizeof(*host));
	host->made = made;
	mk_kdump(&recipe, &host->bytes);
	FB_OK_FATAL(mk_open(&host->bytes, made->warnings, &made->kernel.dump));
	host->pages = made_alloc_pages(made, FRAMES * PAGE_BYTES);
	made_put(made, base, host->pages, 8);
	made_symbols(made, (const char *const[]){"vmemmap_base", NULL}, (const uint64_t[]){base});
	made->kernel.layout.page.size = PAGE_BYTES;
	made->kernel.linear.direct_start = DIRECT;
	MADE_FIELD(made, slab_slab_cache, OWNER_AT, 8);
	/* Objects of half a page, two of them each; and of a third of two pages, with a pad before each. */
	host->caches[0] = (struct fb_slab_cache){
		.address = MADE_BASE + 0x100, .size = 2048, .object_size = 2048, .per_slab = 2};
	host->caches[1] = (struct fb_slab_cache){.address = MADE_BASE + 0x200,
						 .size = 2688,
						 .object_size = 2000,
						 .left_pad = 64,
						 .per_slab = 3,
						 .order = 1};
}

static void destroy(struct host *host)
{
	fb_dump_destroy(host->made->kernel.dump);
	free(host->bytes.data);
	made_kernel_destroy(host->made);
}

static void own(struct host *host, uint64_t pfn, uint64_t owner)
{
	made_put(host->made, host->pages + pfn * PAGE_BYTES + OWNER_AT, owner, 8);
}

static struct fb_error *note(struct host *host, const char *text)
{
	host->used += (size_t)snprintf(host->seen + host->used, sizeof(host->seen) - host->used,
				       "%s ", text);
	return host->stop && strcmp(host->stop, text) == 0 ? fb_error_create(FB_LIMIT, "enough")
							   : NULL;
}

/* The cache's letter, and the object's frame and place within. */
static struct fb_error *object(void *context, const struct fb_slab_cache *cache, uint64_t at)
{
	struct host *host = context;
	char text[64];

	(void)snprintf(text, sizeof(text), "%c%u+%u", cache == &host->caches[0] ? 'a' : 'b',
		       (unsigned)((at - DIRECT) / FB_PAGE_SIZE), (unsigned)(at % FB_PAGE_SIZE));
	return note(host, text);
}

static struct fb_error *unknown(void *context, uint64_t pfn)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "?%u", (unsigned)pfn);
	return note(context, text);
}

static struct fb_error *scan(struct host *host, bool any_cache, bool with_unknown)
{
	const struct fb_slab_scan how = {.caches = host->caches,
					 .cache_count = 2,
					 .object = object,
					 .unknown = with_unknown ? unknown : NULL,
					 .any_cache = any_cache,
					 .context = host};

	host->used = 0;
	host->seen[0] = '\0';
	return fb_slab_scan(&host->made->kernel, &how);
}

static void finds_slabs_of_both_orders(void)
{
	struct host host;

	make(&host);
	own(&host, 3, host.caches[0].address);
	own(&host, 4, host.caches[1].address);  /* 4 and 5 */
	own(&host, 19, host.caches[1].address); /* where memory was short: one page */
	own(&host, 33, host.caches[0].address);
	own(&host, 63, host.caches[0].address); /* not in the dump */
	own(&host, 69, host.caches[0].address);
	FB_OK(scan(&host, false, true));
	CU_ASSERT_STRING_EQUAL(host.seen, "a3+0 a3+2048 b4+64 b4+2752 b5+1344 b19+64 "
					  "a33+0 a33+2048 a69+0 a69+2048 ");
	/* The second page of a slab whose first is not in the dump leads to it, too. */
	own(&host, 32, 0);
	own(&host, 33, 0);
	own(&host, 62, host.caches[1].address);
	FB_OK(scan(&host, false, false));
	CU_ASSERT_STRING_EQUAL(host.seen,
			       "a3+0 a3+2048 b4+64 b4+2752 b5+1344 b19+64 a69+0 a69+2048 ");
	destroy(&host);
}

/* A cache of single pages has none at the place of a larger slab. */
static void orders_are_the_caches_at_most(void)
{
	struct host host;

	make(&host);
	own(&host, 6, host.caches[0].address); /* 7 is no part of it */
	FB_OK(scan(&host, false, true));
	CU_ASSERT_STRING_EQUAL(host.seen, "a6+0 a6+2048 ");
	destroy(&host);
}

/* Frames 64 and up have lost their struct pages: all that is there is given. */
static void lost_struct_pages_may_be_anything(void)
{
	struct host host;

	make(&host);
	own(&host, 3, host.caches[0].address);
	made_lose(host.made, host.pages + FB_PAGE_SIZE);
	FB_OK(scan(&host, false, true));
	CU_ASSERT_STRING_EQUAL(host.seen, "a3+0 a3+2048 ?64 ?65 ?66 ?67 ?68 ?69 ");
	FB_OK(scan(&host, false, false));
	CU_ASSERT_STRING_EQUAL(host.seen, "a3+0 a3+2048 ");
	destroy(&host);
}

/* Where a cache is lost, slabs of all others may be its own, up to eight pages. */
static void slabs_of_other_caches_are_given_where_asked(void)
{
	struct host host;

	make(&host);
	own(&host, 3, host.caches[0].address);
	own(&host, 8, MADE_BASE + 0x300);      /* 8 to 15 */
	own(&host, 17, MADE_BASE + 0x300 + 4); /* aligned as no pointer is */
	own(&host, 33, 0x1000);                /* no kernel's */
	own(&host, 35, MADE_BASE + 0x308);
	FB_OK(scan(&host, true, true));
	CU_ASSERT_STRING_EQUAL(host.seen, "a3+0 a3+2048 ?8 ?9 ?10 ?11 ?12 ?13 ?14 ?15 ?35 ");
	FB_OK(scan(&host, false, true));
	CU_ASSERT_STRING_EQUAL(host.seen, "a3+0 a3+2048 ");
	destroy(&host);
}

static void callbacks_end_the_search(void)
{
	static const char *const stops[] = {"a3+0", "?65"};
	static const char *const seen[] = {"a3+0 ", "a3+0 a3+2048 ?64 ?65 "};

	for (unsigned i = 0; i < 2; i++) {
		struct host host;

		make(&host);
		own(&host, 3, host.caches[0].address);
		made_lose(host.made, host.pages + FB_PAGE_SIZE);
		host.stop = stops[i];
		FB_FAILS_WITH(scan(&host, false, true), FB_LIMIT, "enough");
		CU_ASSERT_STRING_EQUAL(host.seen, seen[i]);
		destroy(&host);
	}
}

/* Before struct slab the owner stood in struct page; and what has to be known. */
static void owners_stand_in_pages_before(void)
{
	struct host host;

	make(&host);
	host.made->kernel.layout.slab_slab_cache.found = false;
	MADE_FIELD(host.made, page_slab_cache, OWNER_AT, 8);
	own(&host, 3, host.caches[0].address);
	FB_OK(scan(&host, false, true));
	CU_ASSERT_STRING_EQUAL(host.seen, "a3+0 a3+2048 ");
	host.made->kernel.linear.direct_start = 0;
	FB_FAILS_WITH(scan(&host, false, true), FB_NOT_FOUND, "place of the direct map");
	host.made->kernel.linear.direct_start = DIRECT;
	host.made->kernel.layout.page.size = 0;
	FB_FAILS_WITH(scan(&host, false, true), FB_NOT_FOUND, "place of the direct map");
	destroy(&host);
}

FB_TEST_MAIN("kernel/slab_scan", FB_TEST(finds_slabs_of_both_orders),
	     FB_TEST(orders_are_the_caches_at_most), FB_TEST(lost_struct_pages_may_be_anything),
	     FB_TEST(slabs_of_other_caches_are_given_where_asked),
	     FB_TEST(callbacks_end_the_search), FB_TEST(owners_stand_in_pages_before))
