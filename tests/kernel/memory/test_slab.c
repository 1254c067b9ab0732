// SPDX-License-Identifier: GPL-2.0-or-later
/* Slab caches, and which of their objects are in use. */
#include "kernel/memory/slab.h"

#include "tests/base/failing.h"
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

/* A cache whose words are all good, then one of them changed. */
static void caches_have_sizes_that_can_be(void)
{
	static const struct {
		uint64_t size, object, pad, oo;
		bool good;
	} caches[] = {
		{160, 152, 0, 1u << 16 | 51, true},
		{160, 152, 8, 1u << 16 | 51, true}, /* the pad fills what is left */
		{160, 152, 9, 1u << 16 | 51, false},
		{160, 160, 0, 1u << 16 | 51, true},
		{160, 161, 0, 1u << 16 | 51, false},
		{160, 0, 0, 1u << 16 | 51, false},
		{160, 1, 159, 1u << 16 | 51, true},
		{164, 152, 0, 1u << 16 | 25, false}, /* no multiple of 8 */
		{160, 152, 0, 1u << 16 | 52, false}, /* an object more than two pages hold */
		{128, 128, 0, 1u << 16 | 64, true},  /* exactly two pages */
		{128, 128, 0, 1u << 16 | 65, false},
		{160, 152, 0, 1u << 16, false}, /* no objects */
		{8, 8, 0, 1, true},
		{4u << 20, 8, 0, 10u << 16 | 1, true}, /* the largest order and object */
		{(4u << 20) + 8, 8, 0, 10u << 16 | 1, false},
		{4096, 8, 0, 11u << 16 | 1, false},
		{8, 8, 0, 10u << 16 | 0xffff, true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(caches); i++) {
		struct made_kernel *made = made_kernel_create();
		uint64_t address = make_cache(made, 0);
		struct fb_slab_cache cache = {.size = 77};
		struct fb_error *err;

		MADE_FIELD(made, kmem_cache_red_left_pad, 12, 4);
		MADE_SET(made, address, kmem_cache_size, caches[i].size);
		MADE_SET(made, address, kmem_cache_object_size, caches[i].object);
		MADE_SET(made, address, kmem_cache_red_left_pad, caches[i].pad);
		MADE_SET(made, address, kmem_cache_oo, caches[i].oo);
		err = fb_slab_cache_read(&made->kernel, address, &cache);
		CU_ASSERT_EQUAL(err == NULL, caches[i].good);
		if (err) {
			CU_ASSERT_EQUAL(fb_error_code(err), FB_CORRUPT);
			CU_ASSERT_EQUAL(cache.size, 77);
		} else {
			CU_ASSERT_EQUAL(cache.size, caches[i].size);
			CU_ASSERT_EQUAL(cache.object_size, caches[i].object);
			CU_ASSERT_EQUAL(cache.left_pad, caches[i].pad);
			CU_ASSERT_EQUAL(cache.order, caches[i].oo >> 16);
			CU_ASSERT_EQUAL(cache.per_slab, caches[i].oo & 0xffff);
			CU_ASSERT_EQUAL(cache.random, 0);
		}
		fb_error_destroy(err);
		made_kernel_destroy(made);
	}
}

/* Kernels that tell no place of the link: no object is known to be in use. */
static void caches_without_a_link_tell_nothing(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t address = make_cache(made, 0), object = made_alloc(made, STEP);
	struct fb_slab_cache cache;

	made->kernel.layout.kmem_cache_offset.found = false;
	FB_OK_FATAL(fb_slab_cache_read(&made->kernel, address, &cache));
	CU_ASSERT_EQUAL(cache.free_offset, UINT32_MAX);
	made_put(made, object + LINK_AT, 0x7f0012345000, 8);
	CU_ASSERT_FALSE(in_use(made, &cache, object));
	/* The last place within the object, and one byte further. */
	cache.free_offset = OBJECT_BYTES - 8;
	made_put(made, object + OBJECT_BYTES - 8, 0x7f0012345000, 8);
	CU_ASSERT(in_use(made, &cache, object));
	cache.free_offset = OBJECT_BYTES - 7;
	CU_ASSERT_FALSE(in_use(made, &cache, object));
	/* Objects of 7 bytes have no room for one; those of 8 have. */
	cache.free_offset = 0;
	cache.object_size = 7;
	made_put(made, object, 0x7f0012345000, 8);
	CU_ASSERT_FALSE(in_use(made, &cache, object));
	cache.object_size = 8;
	CU_ASSERT(in_use(made, &cache, object));
	made_kernel_destroy(made);
}

/* Links of a slab of two pages, of 160 bytes an object: in both directions, as far as the slab may reach. */
static void links_stay_within_a_slab(void)
{
	static const struct {
		int64_t distance;
		bool in_use;
	} links[] = {
		{160, false},       {-160, false},     {0, false},        {1, true},
		{-1, true},         {51 * 160, false}, /* 8160 bytes: below two pages */
		{-51 * 160, false}, {52 * 160, true},  {-52 * 160, true},
	};
	struct made_kernel *made = made_kernel_create();
	uint64_t address = make_cache(made, 0), object = made_alloc_pages(made, STEP);
	struct fb_slab_cache cache;

	FB_OK_FATAL(fb_slab_cache_read(&made->kernel, address, &cache));
	for (size_t i = 0; i < FB_ARRAY_SIZE(links); i++) {
		made_put(made, object + LINK_AT, object + (uint64_t)links[i].distance, 8);
		CU_ASSERT_EQUAL(in_use(made, &cache, object), links[i].in_use);
	}
	/* Objects of 128 bytes, of which 64 fill two pages exactly. */
	cache.size = 128;
	made_put(made, object + LINK_AT, object + 63 * 128, 8);
	CU_ASSERT_FALSE(in_use(made, &cache, object));
	made_put(made, object + LINK_AT, object + 64 * 128, 8);
	CU_ASSERT(in_use(made, &cache, object));
	made_kernel_destroy(made);
}

static struct fb_error *read_cache(void *context)
{
	struct made_kernel *made = context;
	struct fb_slab_cache cache;

	return fb_slab_cache_read(&made->kernel, MADE_BASE + FB_PAGE_SIZE, &cache);
}

static void what_cannot_be_read_is_told(void)
{
	struct made_kernel *made = made_kernel_create();
	struct failing_space failing;
	struct failure failure;

	CU_ASSERT_EQUAL_FATAL(make_cache(made, RANDOM), MADE_BASE + FB_PAGE_SIZE);
	MADE_FIELD(made, kmem_cache_red_left_pad, 12, 4);
	failing_space_init(&failing, made->kernel.space, &failure);
	made->kernel.space = &failing.space;
	CU_ASSERT_EQUAL(failing_must_pass(read_cache, made, &failure, 100, 0), 6);
	for (size_t at = 1; at <= 6; at++) {
		failure = (struct failure){.at = at, .code = FB_ABSENT};
		FB_FAILS(read_cache(made), FB_ABSENT);
	}
	made->kernel.space = failing.whole;
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

FB_TEST_MAIN("kernel/slab", FB_TEST(reads_caches), FB_TEST(caches_have_sizes_that_can_be),
	     FB_TEST(caches_without_a_link_tell_nothing), FB_TEST(links_stay_within_a_slab),
	     FB_TEST(what_cannot_be_read_is_told), FB_TEST(tells_what_is_free))
