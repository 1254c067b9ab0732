// SPDX-License-Identifier: GPL-2.0-or-later
/* Which object an address lies in, by a made slab of two pages; and what is in none. */
#include "kernel/memory/slab_object.h"

#include <stdlib.h>
#include <string.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

#define FRAMES 64u
#define PAGE_BYTES 64u
#define DIRECT 0xffff888100000000ull
#define SLAB_FRAME 6u
#define SLAB (DIRECT + SLAB_FRAME * FB_PAGE_SIZE)
#define STEP 2688u
#define PAD 64u
#define OBJECT_BYTES 2000u

struct host {
	struct made_kernel *made;
	struct mk_bytes bytes;
	uint64_t pages, cache, next, name;
	struct fb_slab_object object;
};

static bool dumped(uint64_t pfn)
{
	return pfn < FRAMES;
}

static void make_cache(struct host *host)
{
	struct made_kernel *made = host->made;

	MADE_FIELD(made, kmem_cache_size, 0, 4);
	MADE_FIELD(made, kmem_cache_object_size, 4, 4);
	MADE_FIELD(made, kmem_cache_oo, 8, 4);
	MADE_FIELD(made, kmem_cache_red_left_pad, 12, 4);
	MADE_FIELD(made, kmem_cache_name, 16, 8);
	MADE_FIELD(made, kmem_cache_list, 32, 16);
	host->cache = made_alloc_pages(made, 128);
	host->next = made_alloc_pages(made, 128);
	host->name = made_string(made, "made_cache");
	MADE_SET(made, host->cache, kmem_cache_size, STEP);
	MADE_SET(made, host->cache, kmem_cache_object_size, OBJECT_BYTES);
	MADE_SET(made, host->cache, kmem_cache_oo, 1u << 16 | 3);
	MADE_SET(made, host->cache, kmem_cache_red_left_pad, PAD);
	MADE_SET(made, host->cache, kmem_cache_name, host->name);
	made_put(made, host->cache + 32, host->next, 8);
	made_put(made, host->next + 8, host->cache + 32, 8);
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
	MADE_FIELD(made, page_compound_head, 8, 8);
	MADE_FIELD(made, slab_slab_cache, 24, 8);
	make_cache(host);
	MADE_SET(made, host->pages + SLAB_FRAME * PAGE_BYTES, slab_slab_cache, host->cache);
	MADE_SET(made, host->pages + (SLAB_FRAME + 1) * PAGE_BYTES, page_compound_head,
		 (host->pages + SLAB_FRAME * PAGE_BYTES) | 1);
}

static void destroy(struct host *host)
{
	fb_dump_destroy(host->made->kernel.dump);
	free(host->bytes.data);
	made_kernel_destroy(host->made);
}

static struct fb_error *at(struct host *host, uint64_t address)
{
	memset(&host->object, 0xaa, sizeof(host->object));
	return fb_slab_object_at(&host->made->kernel, address, &host->object);
}

/* Objects are at 64, 2752 and 5440 of the slab: the second lies across its pages, the third in its second page. */
static void an_address_leads_to_its_object(void)
{
	static const struct {
		uint64_t offset, object; /* of the slab; UINT64_MAX: none */
	} places[] = {
		{0, UINT64_MAX},    {63, UINT64_MAX},   {64, 64},           {64 + 1999, 64},
		{2064, UINT64_MAX}, {2751, UINT64_MAX}, {2752, 2752},       {4095, 2752},
		{4096, 2752},       {4751, 2752},       {4752, UINT64_MAX}, {5440, 5440},
		{7439, 5440},       {7440, UINT64_MAX}, {8064, UINT64_MAX}, {8191, UINT64_MAX},
	};
	struct host host;

	make(&host);
	for (size_t i = 0; i < FB_ARRAY_SIZE(places); i++) {
		if (places[i].object == UINT64_MAX) {
			FB_FAILS_WITH(at(&host, SLAB + places[i].offset), FB_NOT_FOUND,
				      "between objects of made_cache");
			continue;
		}
		FB_OK(at(&host, SLAB + places[i].offset));
		CU_ASSERT_EQUAL(host.object.address, SLAB + places[i].object);
		CU_ASSERT_STRING_EQUAL(host.object.name, "made_cache");
		CU_ASSERT_EQUAL(host.object.cache.address, host.cache);
		CU_ASSERT_EQUAL(host.object.cache.size, STEP);
	}
	/* Older kernels have the word in struct page, under another name. */
	host.made->kernel.layout.page_slab_cache = host.made->kernel.layout.slab_slab_cache;
	host.made->kernel.layout.slab_slab_cache.found = false;
	FB_OK(at(&host, SLAB + 64));
	destroy(&host);
}

static void other_memory_has_no_objects(void)
{
	struct host host;

	make(&host);
	FB_FAILS_WITH(at(&host, DIRECT - 1), FB_NOT_FOUND,
		      "0xffff8880ffffffff is not in the direct map of memory");
	FB_FAILS_WITH(at(&host, DIRECT + FRAMES * FB_PAGE_SIZE), FB_NOT_FOUND,
		      "is not in the direct map of memory");
	FB_FAILS_WITH(at(&host, DIRECT + FRAMES * FB_PAGE_SIZE - 1), FB_NOT_FOUND,
		      "the page is in no slab");
	FB_FAILS_WITH(at(&host, DIRECT), FB_NOT_FOUND, "the page is in no slab");
	host.made->kernel.linear.direct_start = 0;
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_NOT_FOUND, "is not in the direct map of memory");
	host.made->kernel.linear.direct_start = DIRECT;
	host.made->kernel.layout.page.size = 0;
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_NOT_FOUND, "is not in the direct map of memory");
	destroy(&host);
}

/* A word that is no cache, each for one reason. */
static void a_cache_is_linked_and_has_a_name(void)
{
	struct host host;
	uint64_t owner;

	make(&host);
	owner = host.pages + SLAB_FRAME * PAGE_BYTES;
	MADE_SET(host.made, owner, slab_slab_cache, 0x1000);
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_NOT_FOUND, "the page is in no slab");
	MADE_SET(host.made, owner, slab_slab_cache, host.cache + 1);
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_NOT_FOUND, "the page is in no slab");
	MADE_SET(host.made, owner, slab_slab_cache, host.cache);
	made_put(host.made, host.cache + 32, 0x1000, 8);
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_NOT_FOUND, "the page is in no slab");
	made_put(host.made, host.cache + 32, host.next, 8);
	made_put(host.made, host.next + 8, host.cache, 8);
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_NOT_FOUND, "the page is in no slab");
	made_put(host.made, host.next + 8, host.cache + 32, 8);
	made_put(host.made, host.name, 0, 1);
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_CORRUPT, "a slab cache without a name");
	made_put(host.made, host.name, ' ', 1);
	FB_FAILS(at(&host, SLAB + 64), FB_CORRUPT);
	made_put(host.made, host.name, '!', 1);
	FB_OK(at(&host, SLAB + 64));
	CU_ASSERT_STRING_EQUAL(host.object.name, "!ade_cache");
	MADE_SET(host.made, host.cache, kmem_cache_size, 0);
	FB_FAILS_WITH(at(&host, SLAB + 64), FB_CORRUPT, "no kmem_cache at 0x");
	host.made->kernel.layout.kmem_cache_list.found = false;
	FB_FAILS(at(&host, SLAB + 64), FB_NOT_FOUND);
	destroy(&host);
}

/* A tail whose head is none, and kernels that do not tell tails. */
static void tails_lead_to_a_head(void)
{
	struct host host;
	uint64_t tail;

	make(&host);
	tail = host.pages + (SLAB_FRAME + 1) * PAGE_BYTES;
	MADE_SET(host.made, tail, page_compound_head, (tail - 1024 * PAGE_BYTES) | 1);
	FB_FAILS_WITH(at(&host, SLAB + 5440), FB_CORRUPT, "is no struct page");
	MADE_SET(host.made, tail, page_compound_head, (tail + PAGE_BYTES) | 1);
	FB_FAILS_WITH(at(&host, SLAB + 5440), FB_CORRUPT, "is no head of a compound page");
	host.made->kernel.layout.page_compound_head.found = false;
	FB_FAILS(at(&host, SLAB + 64), FB_NOT_FOUND);
	destroy(&host);
}

static struct fb_error *ask(void *context)
{
	struct host *host = context;

	return at(host, SLAB + 5440);
}

/* Every read counts. */
static void what_cannot_be_read_is_told(void)
{
	struct failing_space failing;
	struct failure failure;
	struct host host;
	size_t reads;

	make(&host);
	failing_space_init(&failing, host.made->kernel.space, &failure);
	host.made->kernel.space = &failing.space;
	reads = failing_must_pass(ask, &host, &failure, 100, 0);
	CU_ASSERT(reads >= 11);
	for (size_t read = 1; read <= reads; read++) {
		failure = (struct failure){.at = read, .code = FB_ABSENT};
		FB_FAILS(ask(&host), FB_ABSENT);
	}
	host.made->kernel.space = failing.whole;
	destroy(&host);
}

FB_TEST_MAIN("kernel/slab_object", FB_TEST(an_address_leads_to_its_object),
	     FB_TEST(other_memory_has_no_objects), FB_TEST(a_cache_is_linked_and_has_a_name),
	     FB_TEST(tails_lead_to_a_head), FB_TEST(what_cannot_be_read_is_told))
