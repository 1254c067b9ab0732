// SPDX-License-Identifier: GPL-2.0-or-later
/* Slab caches, and which of their objects are in use. */
#include "kernel/memory/slab.h"

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define OBJECT_BYTES 152u
#define STEP 160u
#define LINK_AT 72u
#define RANDOM 0x9d2c5680f1e34b77ull

static uint64_t make_cache(struct made_kernel *made, uint64_t random)
{
	uint64_t cache = made_alloc(made, 128);

	MADE_FIELD(made, kmem_cache_size, 0, 4);
	MADE_FIELD(made, kmem_cache_object_size, 4, 4);
	MADE_FIELD(made, kmem_cache_oo, 8, 4);
	MADE_FIELD(made, kmem_cache_offset, 16, 4);
	if (random)
		MADE_FIELD(made, kmem_cache_random, 24, 8);
	MADE_SET(made, cache, kmem_cache_size, STEP);
	MADE_SET(made, cache, kmem_cache_object_size, OBJECT_BYTES);
	MADE_SET(made, cache, kmem_cache_oo, 1u << 16 | 51u);
	MADE_SET(made, cache, kmem_cache_offset, LINK_AT);
	made_put(made, cache + 24, random, 8);
	return cache;
}

static bool in_use(struct made_kernel *made, const struct fb_slab_cache *cache, uint64_t object)
{
	bool in_use = true;

	FB_OK(fb_slab_object_in_use(&made->kernel, cache, object, &in_use));
	return in_use;
}

static void reads_caches(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t address = make_cache(made, RANDOM);
	struct fb_slab_cache cache;

	FB_OK_FATAL(fb_slab_cache_read(&made->kernel, address, &cache));
	CU_ASSERT(cache.address == address && cache.size == STEP && cache.order == 1);
	CU_ASSERT(cache.object_size == OBJECT_BYTES && cache.per_slab == 51);
	CU_ASSERT(cache.free_offset == LINK_AT && cache.random == RANDOM);
	MADE_SET(made, address, kmem_cache_size, OBJECT_BYTES - 8);
	FB_FAILS(fb_slab_cache_read(&made->kernel, address, &cache), FB_CORRUPT);
	made_kernel_destroy(made);
}

/* Plain links, mixed ones, and mixed ones with the place's bytes swapped. */
static void tells_what_is_free(void)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		struct made_kernel *made = made_kernel_create();
		uint64_t address = make_cache(made, kind ? RANDOM : 0);
		uint64_t slab = made_alloc_pages(made, 2 * FB_PAGE_SIZE), object = slab + 3 * STEP;
		uint64_t place = object + LINK_AT, mix;
		struct fb_slab_cache cache;
		bool untouched = true;

		FB_OK_FATAL(fb_slab_cache_read(&made->kernel, address, &cache));
		mix = kind == 0 ? 0 : RANDOM ^ (kind == 1 ? place : __builtin_bswap64(place));
		made_put(made, place, (slab + 7 * STEP) ^ mix, 8);
		CU_ASSERT_FALSE(in_use(made, &cache, object));
		made_put(made, place, slab ^ mix, 8);
		CU_ASSERT_FALSE(in_use(made, &cache, object));
		made_put(made, place, mix, 8); /* the last free one */
		CU_ASSERT_FALSE(in_use(made, &cache, object));
		/* Data: into the slab, but no object's start; another slab; anything. */
		made_put(made, place, (slab + 7 * STEP + 8) ^ mix, 8);
		CU_ASSERT(in_use(made, &cache, object));
		made_put(made, place, (slab + 400 * STEP) ^ mix, 8);
		CU_ASSERT(in_use(made, &cache, object));
		made_put(made, place, 0x7f0012345000, 8);
		CU_ASSERT(in_use(made, &cache, object));
		/* A link behind the object tells nothing. */
		MADE_SET(made, address, kmem_cache_offset, OBJECT_BYTES);
		FB_OK_FATAL(fb_slab_cache_read(&made->kernel, address, &cache));
		CU_ASSERT_FALSE(in_use(made, &cache, object));
		MADE_SET(made, address, kmem_cache_offset, LINK_AT);
		FB_OK_FATAL(fb_slab_cache_read(&made->kernel, address, &cache));
		made_lose(made, place);
		FB_FAILS(fb_slab_object_in_use(&made->kernel, &cache, object, &untouched),
			 FB_ABSENT);
		CU_ASSERT(untouched);
		made_kernel_destroy(made);
	}
}

FB_TEST_MAIN("kernel/slab", FB_TEST(reads_caches), FB_TEST(tells_what_is_free))
