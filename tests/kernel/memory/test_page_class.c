// SPDX-License-Identifier: GPL-2.0-or-later
/* Classes of page frames by made struct pages, as kernels of three ages describe them. */
#include "kernel/memory/page_class.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/memory/page_frame.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_pages.h"

static void tells_pages_apart(void)
{
	for (enum made_age age = 0; age < AGES; age++) {
		struct made_pages world;

		made_pages_create(&world, age);
		made_page_put(&world, 1, LRU, MADE_BASE);                   /* a file's */
		made_page_put(&world, 2, LRU | PRIVATE, MADE_BASE);         /* with buffers */
		made_page_put(&world, 3, LRU | SWAP_BACKED, MADE_BASE | 1); /* anonymous */
		made_page_put(&world, 4, LRU | SWAP_BACKED, MADE_BASE | 3); /* merged by KSM */
		made_page_put(&world, 5, SWAP_CACHE | SWAP_BACKED, 0);      /* swapped in */
		made_page_put(&world, 6, SWAP_CACHE, 0);                    /* PG_owner_priv_1 */
		made_page_put(&world, 7, 0, MADE_BASE | 2);                 /* a driver's */
		made_page_put(&world, 8, 0, 0x1235); /* not anonymous: no address */
		made_page_put(&world, 9, POISONED | LRU, MADE_BASE | 1); /* broken */
		made_page_put(&world, 10, UINT64_MAX, UINT64_MAX);       /* never set up */
		made_page_put(&world, 11, 0, MADE_BASE);                 /* a file's, off the LRU */
		made_page_put(&world, 12, LRU | (age == MASKS ? SLAB : 0),
			      1); /* a slab's words mean others */
		made_page_type(&world, 12, NO_TYPE, 0xf5000000);
		made_page_put(&world, 13, LRU, MADE_BASE | 1);
		made_page_type(&world, 13, 0xfffffdff, 0xf2000000); /* a page table */
		made_page_type(&world, 14, 0xfffffeff, 0xf1000000); /* offline */
		made_pages_classify(&world);
		const uint8_t want[] = {
			FB_PAGE_KERNEL, FB_PAGE_CACHE,    FB_PAGE_CACHE_PRIVATE, FB_PAGE_USER,
			FB_PAGE_USER,   FB_PAGE_CACHE,    FB_PAGE_KERNEL,        FB_PAGE_KERNEL,
			FB_PAGE_KERNEL, FB_PAGE_POISONED, FB_PAGE_UNKNOWN,       FB_PAGE_KERNEL,
			FB_PAGE_KERNEL, FB_PAGE_KERNEL,   FB_PAGE_OFFLINE,       FB_PAGE_KERNEL,
		};
		for (size_t i = 0; i < FB_ARRAY_SIZE(want); i++) {
			if (world.classes[i] != want[i])
				fprintf(stderr, "age %d, page %zu: %s\n", age, i,
					fb_page_class_name(world.classes[i]));
			CU_ASSERT_EQUAL(world.classes[i], want[i]);
		}
		made_pages_destroy(&world);
	}
}

static void knows_free_blocks_whole(void)
{
	for (enum made_age age = 0; age < AGES; age++) {
		static const struct {
			uint64_t pfn, order;
		} blocks[] = {{16, 3}, {512, 9}, {33, 1}, {64, 11}, {128, 200}};
		struct made_pages world;

		made_pages_create(&world, age);
		for (size_t i = 0; i < FB_ARRAY_SIZE(blocks); i++) {
			made_page_type(&world, blocks[i].pfn, 0xffffff7f, 0xf0000000);
			MADE_SET(world.made, made_page_at(&world, blocks[i].pfn), page_private,
				 blocks[i].order);
		}
		/* What was there before the block was freed is left in it. */
		made_page_put(&world, 18, LRU, MADE_BASE | 1);
		made_page_put(&world, 600, POISONED, 0);
		made_pages_classify(&world);
		CU_ASSERT_EQUAL(world.classes[15], FB_PAGE_KERNEL);
		for (unsigned i = 16; i < 24; i++)
			CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_FREE);
		CU_ASSERT_EQUAL(world.classes[24], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[512], FB_PAGE_FREE);
		CU_ASSERT_EQUAL(world.classes[600], FB_PAGE_POISONED);
		CU_ASSERT_EQUAL(world.classes[1023], FB_PAGE_FREE);
		/* Orders that cannot be, and blocks that are not aligned to theirs. */
		CU_ASSERT_EQUAL(world.classes[33], FB_PAGE_UNKNOWN);
		CU_ASSERT_EQUAL(world.classes[34], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[64], FB_PAGE_UNKNOWN);
		CU_ASSERT_EQUAL(world.classes[128], FB_PAGE_UNKNOWN);
		made_pages_destroy(&world);
	}
}

static void asks_heads_of_compound_pages(void)
{
	for (enum made_age age = 0; age < AGES; age++) {
		struct made_pages world;

		made_pages_create(&world, age);
		made_page_put(&world, 512, LRU | SWAP_BACKED,
			      MADE_BASE | 1); /* a transparent huge page */
		made_page_tails(&world, 512, 256);
		made_page_put(&world, 768, age == MASKS ? SLAB : 0, 0); /* a slab of four pages */
		made_page_type(&world, 768, NO_TYPE, 0xf5000000);
		made_page_tails(&world, 768, 4);
		made_page_put(&world, 769, LRU, MADE_BASE | 1);   /* words of its own use */
		made_page_type(&world, 896, NO_TYPE, 0xf4000000); /* hugetlbfs's */
		made_page_tails(&world, 896, 128);
		if (age == MASKS)
			made_put(world.made, made_page_at(&world, 897) + 16, HUGETLB_DESTRUCTOR, 1);
		/* Tails of what is a tail itself, and of what cannot be. */
		MADE_SET(world.made, made_page_at(&world, 20), page_compound_head,
			 made_page_at(&world, 513) | 1);
		MADE_SET(world.made, made_page_at(&world, 21), page_compound_head, 0x1001);
		made_pages_classify(&world);
		CU_ASSERT_EQUAL(world.classes[512], FB_PAGE_USER);
		CU_ASSERT_EQUAL(world.classes[767], FB_PAGE_USER);
		for (unsigned i = 768; i < 772; i++)
			CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[896], FB_PAGE_USER);
		CU_ASSERT_EQUAL(world.classes[1023], FB_PAGE_USER);
		CU_ASSERT_EQUAL(world.classes[20], FB_PAGE_UNKNOWN);
		CU_ASSERT_EQUAL(world.classes[21], FB_PAGE_UNKNOWN);
		made_pages_destroy(&world);
	}
}

static void does_not_know_what_is_not_there(void)
{
	struct made_pages world;

	made_pages_create(&world, BYTES);
	made_page_put(&world, 1, LRU, MADE_BASE);
	made_page_put(&world, 64, LRU, MADE_BASE);
	made_page_put(&world, 128, LRU, MADE_BASE);
	made_lose(world.made, made_page_at(&world, 64));
	made_pages_classify(&world);
	CU_ASSERT_EQUAL(world.classes[1], FB_PAGE_CACHE);
	for (unsigned i = 64; i < 128; i++)
		CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_UNKNOWN);
	CU_ASSERT_EQUAL(world.classes[128], FB_PAGE_CACHE);
	made_pages_destroy(&world);
}

/* Stands before a made kernel's memory: no struct page is there. */
struct nowhere {
	struct fb_space space;
	struct made_pages *world;
	uint64_t asked; /* reads of struct pages */
};

static struct fb_error *read_nowhere(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	struct nowhere *nowhere = (struct nowhere *)space;

	if (address < nowhere->world->pages)
		return fb_space_read(&nowhere->world->made->space, address, to, length);
	nowhere->asked++;
	return fb_error_create(FB_FAULT, "0x%" PRIx64 " is not mapped", address);
}

static struct fb_error *locate_nowhere(struct fb_space *space, uint64_t address, uint64_t length,
				       struct fb_run *run_ret)
{
	(void)space;
	*run_ret = (struct fb_run){address, length, {.source = FB_SOURCE_ABSENT}};
	return NULL;
}

static void asks_once_for_a_window_that_is_not_there(void)
{
	static const struct fb_space_ops ops = {read_nowhere, locate_nowhere};
	struct made_pages world;
	struct nowhere nowhere = {.space = {&ops, "nowhere"}, .world = &world};

	made_pages_create(&world, BYTES);
	world.made->kernel.space = &nowhere.space;
	made_pages_classify(&world);
	CU_ASSERT_EQUAL(nowhere.asked, 1);
	for (unsigned i = 0; i < FB_PAGE_CLASS_WINDOW; i++)
		CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_UNKNOWN);
	world.made->kernel.space = &world.made->space;
	made_pages_destroy(&world);
}

/* A struct resource of the made kernel: bytes [start, last]. */
static uint64_t make_range(struct made_kernel *made, uint64_t start, uint64_t last)
{
	const uint64_t resource = made_alloc(made, 64);

	MADE_FIELD(made, resource_start, 0, 8);
	MADE_FIELD(made, resource_end, 8, 8);
	MADE_SET(made, resource, resource_start, start);
	MADE_SET(made, resource, resource_end, last);
	return resource;
}

#define FIRST 470u /* of reserved frames */
#define LAST 505u

static void check_range(uint64_t start, uint64_t last, uint64_t image, bool low, bool good)
{
	struct made_pages world;
	uint64_t base = 0, resource;
	size_t wrong = 0;

	made_pages_create(&world, BYTES);
	FB_OK(fb_kernel_symbol(&world.made->kernel, "vmemmap_base", &base));
	resource = make_range(world.made, start, last);
	world.made->kernel.info.phys_base = image - (resource - FB_START_KERNEL_MAP);
	made_symbols(
		world.made,
		(const char *const[]){low ? "crashk_low_res" : "crashk_res", "vmemmap_base", NULL},
		(const uint64_t[]){resource, base});
	made_pages_renew(&world, made_pages_types(BYTES));
	for (uint64_t pfn = FIRST; pfn < LAST; pfn++)
		made_page_put(&world, pfn, RESERVED, 0);
	made_page_put(&world, 485, 0, 0);
	made_page_put(&world, 486, UINT64_MAX, UINT64_MAX);
	made_page_put(&world, 487, RESERVED | POISONED, 0);
	made_pages_classify(&world);
	for (uint64_t pfn = FIRST; pfn < LAST; pfn++) {
		const bool inside =
			good && pfn * FB_PAGE_SIZE >= start && pfn * FB_PAGE_SIZE < last;

		if (pfn < 485 || pfn > 487)
			wrong += world.classes[pfn] != (inside ? FB_PAGE_FREE : FB_PAGE_KERNEL);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(world.classes[485], FB_PAGE_KERNEL);
	CU_ASSERT_EQUAL(world.classes[486], FB_PAGE_UNKNOWN);
	CU_ASSERT_EQUAL(world.classes[487], FB_PAGE_POISONED);
	made_pages_destroy(&world);
}

/* Only what both the range and the struct page say is the capture kernel's is taken for free. */
static void the_capture_kernels_memory_is_free(void)
{
	static const struct {
		uint64_t start, last;
		uint64_t image; /* where the kernel itself is */
		bool good;
	} ranges[] = {
		{480 * FB_PAGE_SIZE, 496 * FB_PAGE_SIZE - 1, 0, true},
		{480 * FB_PAGE_SIZE, 496 * FB_PAGE_SIZE - 1, 496 * FB_PAGE_SIZE, true},
		{480 * FB_PAGE_SIZE, 496 * FB_PAGE_SIZE - 1, 490 * FB_PAGE_SIZE, false},
		{480 * FB_PAGE_SIZE, 496 * FB_PAGE_SIZE, 0, false},
		{480 * FB_PAGE_SIZE + 1, 496 * FB_PAGE_SIZE - 1, 0, false},
		{496 * FB_PAGE_SIZE, 480 * FB_PAGE_SIZE - 1, 0, false},
		{0, 0, 0, false},
		{0, UINT64_MAX, 0, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(ranges); i++)
		for (unsigned low = 0; low < 2; low++)
			check_range(ranges[i].start, ranges[i].last, ranges[i].image, low,
				    ranges[i].good);
}

static void takes_types_that_describe_pages(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_page_classifier *classifier = NULL;

	FB_FAILS_WITH(fb_page_classifier_create(&made->kernel, &classifier), FB_NOT_FOUND,
		      "page.flags");
	MADE_FIELD(made, page_flags, 0, 8);
	MADE_FIELD(made, page_mapping, 60, 8); /* not within */
	made->kernel.layout.page.size = PAGE_BYTES;
	FB_FAILS(fb_page_classifier_create(&made->kernel, &classifier), FB_UNSUPPORTED);
	CU_ASSERT_PTR_NULL(classifier);
	made_kernel_destroy(made);
}

static struct fb_error *ask(void *context)
{
	struct made_pages *world = context;
	struct fb_page_classifier *classifier = NULL;
	struct fb_error *err = fb_page_classifier_create(&world->made->kernel, &classifier);

	if (!err)
		err = fb_page_classify(classifier, 0, world->classes);
	fb_page_classifier_destroy(classifier);
	return err;
}

/* One struct page is lost, so that the window is read page by page, and a tail's head is before the window. A disk that
 * does not give a page (FB_CORRUPT, base/files/file.h) is no reason to give up. */
static void what_is_fatal_passes_and_a_bad_page_does_not(void)
{
	size_t reads;

	struct failing_space failing;
	struct failure failure;
	struct made_pages world;

	made_pages_create(&world, MASKS);
	made_lose(world.made, made_page_at(&world, 200));
	MADE_SET(world.made, made_page_at(&world, 0), page_compound_head,
		 (world.pages - 16 * PAGE_BYTES) | 1);
	failing_space_init(&failing, world.made->kernel.space, &failure);
	world.made->kernel.space = &failing.space;
	reads = failing_must_pass(ask, &world, &failure, 1000, 0);
	CU_ASSERT_EQUAL(world.classes[200], FB_PAGE_UNKNOWN);
	CU_ASSERT(reads > 10);
	for (size_t at = 1; at <= reads; at++) {
		failure = (struct failure){.at = at, .code = FB_CORRUPT};
		FB_OK(ask(&world));
	}
	world.made->kernel.space = failing.whole;
	made_pages_destroy(&world);
}

/* Where struct pages begin is not in the dump: nothing is known of any page, and none goes. */
static void without_their_place_all_is_unknown(void)
{
	struct made_pages world;
	uint64_t address;

	made_pages_create(&world, MASKS);
	FB_OK_FATAL(fb_kernel_symbol(&world.made->kernel, "vmemmap_base", &address));
	made_lose(world.made, address);
	memset(world.classes, FB_PAGE_FREE, sizeof(world.classes));
	made_pages_classify(&world);
	for (size_t i = 0; i < FB_PAGE_CLASS_WINDOW; i++)
		CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_UNKNOWN);
	FB_FAILS(fb_page_frame_address(&world.made->kernel, 0, &address), FB_ABSENT);
	FB_FAILS(fb_page_frame_number(&world.made->kernel, world.pages, &address), FB_ABSENT);
	made_pages_destroy(&world);
}

FB_TEST_MAIN("kernel/page_class", FB_TEST(tells_pages_apart), FB_TEST(knows_free_blocks_whole),
	     FB_TEST(asks_heads_of_compound_pages), FB_TEST(does_not_know_what_is_not_there),
	     FB_TEST(asks_once_for_a_window_that_is_not_there),
	     FB_TEST(the_capture_kernels_memory_is_free), FB_TEST(takes_types_that_describe_pages),
	     FB_TEST(what_is_fatal_passes_and_a_bad_page_does_not),
	     FB_TEST(without_their_place_all_is_unknown))
