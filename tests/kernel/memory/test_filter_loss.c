// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of the kernel that a made filter left out, in kernels of three ages. */
#include "kernel/memory/filter_loss.h"

#include <string.h>

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"
#include "tests/kernel/made_pages.h"

#define SLAB_PAGES 4u
#define SLABS 40u
#define FIRST_SLAB 64u

/* A dump whose bitmaps the test has. */
struct made_dump {
	struct fb_dump dump;
	bool left_out[FB_PAGE_CLASS_WINDOW];
	uint8_t existing[FB_PAGE_CLASS_WINDOW / 8];
	bool fails;
};

static bool has_page(struct fb_dump *dump, uint64_t pfn)
{
	return !((struct made_dump *)dump)->left_out[pfn];
}

static struct fb_error *existing(struct fb_dump *dump, uint64_t offset, void *bits, size_t length)
{
	struct made_dump *made = (struct made_dump *)dump;

	if (made->fails)
		return fb_error_create(FB_CORRUPT, "the disk");
	memcpy(bits, made->existing + offset, length);
	return NULL;
}

static const struct fb_dump_ops ops = {.has_page = has_page, .existing = existing};
static const struct fb_dump_ops other_ops = {.has_page = has_page};

/* Slabs of four pages, and nothing else; all frames existed. */
static void make(struct made_pages *world, enum made_age age, struct made_dump *dump)
{
	made_pages_create(world, age);
	memset(dump, 0, sizeof(*dump));
	dump->dump.ops = &ops;
	dump->dump.info.max_pfn = FB_PAGE_CLASS_WINDOW;
	memset(dump->existing, 0xff, sizeof(dump->existing));
	MADE_FIELD(world->made, page_refcount, 52, 4);
	for (uint64_t i = 0; i < SLABS; i++) {
		uint64_t pfn = FIRST_SLAB + i * SLAB_PAGES;

		made_page_put(world, pfn, age == MASKS ? SLAB : 0, 0);
		made_page_type(world, pfn, NO_TYPE, 0xf5000000);
		made_page_tails(world, pfn, SLAB_PAGES);
	}
	world->made->kernel.dump = &dump->dump;
}

static void counts_what_was_left_out(void)
{
	for (enum made_age age = 0; age < AGES; age++) {
		struct made_pages world;
		struct made_dump dump;
		struct fb_filter_loss loss;

		make(&world, age, &dump);
		FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
		CU_ASSERT_EQUAL(loss.kernel, FB_PAGE_CLASS_WINDOW);
		CU_ASSERT_EQUAL(loss.lost, 0);
		CU_ASSERT(loss.all && !fb_filter_loss_is_pattern(&loss));
		/* The second page of each slab. */
		for (size_t i = 0; i < SLABS; i++)
			dump.left_out[FIRST_SLAB + i * SLAB_PAGES + 1] = true;
		FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
		CU_ASSERT_EQUAL(loss.lost, SLABS);
		CU_ASSERT_EQUAL(loss.lost_slab, SLABS);
		CU_ASSERT_EQUAL(loss.lost_second, SLABS);
		CU_ASSERT(fb_filter_loss_is_pattern(&loss));
		/* First and third pages too, and pages that are no slab's. */
		for (size_t i = 0; i < SLABS; i++) {
			dump.left_out[FIRST_SLAB + i * SLAB_PAGES] = true;
			dump.left_out[FIRST_SLAB + i * SLAB_PAGES + 2] = true;
		}
		for (size_t i = 0; i < 8; i++)
			dump.left_out[i] = true;
		FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
		CU_ASSERT_EQUAL(loss.lost, 3 * SLABS + 8);
		CU_ASSERT_EQUAL(loss.lost_slab, 3 * SLABS);
		CU_ASSERT_EQUAL(loss.lost_second, SLABS);
		/* A frame that the host did not have is not lost. */
		memset(dump.existing, 0, sizeof(dump.existing));
		FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
		CU_ASSERT_EQUAL(loss.kernel, 0);
		CU_ASSERT_EQUAL(loss.lost, 0);
		world.made->kernel.dump = NULL;
		made_pages_destroy(&world);
	}
}

/* Pages of processes and free ones may be left out. */
static void lets_a_filter_leave_out_the_rest(void)
{
	struct made_pages world;
	struct made_dump dump;
	struct fb_filter_loss loss;

	make(&world, BYTES, &dump);
	for (uint64_t pfn = 512; pfn < 600; pfn++) {
		made_page_put(&world, pfn, LRU | SWAP_BACKED, MADE_BASE | 1);
		dump.left_out[pfn] = true;
	}
	/* A few of the kernel's may have changed their use while the dump was written. */
	for (uint64_t pfn = 0; pfn < 15; pfn++)
		dump.left_out[pfn] = true;
	FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
	CU_ASSERT_EQUAL(loss.lost, 15);
	CU_ASSERT(!fb_filter_loss_is_pattern(&loss));
	dump.left_out[15] = true;
	FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
	CU_ASSERT(fb_filter_loss_is_pattern(&loss));
	loss = (struct fb_filter_loss){.kernel = 1000000, .lost = 900};
	CU_ASSERT(!fb_filter_loss_is_pattern(&loss));
	world.made->kernel.dump = NULL;
	made_pages_destroy(&world);
}

static void says_nothing_where_it_cannot_tell(void)
{
	struct made_pages world;
	struct made_dump dump;
	struct fb_filter_loss loss = {.lost = 7};

	make(&world, BYTES, &dump);
	memset(dump.left_out, true, sizeof(dump.left_out));
	dump.fails = true;
	FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
	CU_ASSERT(!fb_filter_loss_is_pattern(&loss));
	dump.dump.ops = &other_ops;
	FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
	CU_ASSERT_EQUAL(loss.lost, 0);
	/* Without types. */
	dump.dump.ops = &ops;
	world.made->kernel.layout.page_flags.found = false;
	FB_OK(fb_filter_loss_find(&world.made->kernel, &loss));
	CU_ASSERT_EQUAL(loss.lost, 0);
	world.made->kernel.dump = NULL;
	made_pages_destroy(&world);
}

FB_TEST_MAIN("kernel/filter_loss", FB_TEST(counts_what_was_left_out),
	     FB_TEST(lets_a_filter_leave_out_the_rest), FB_TEST(says_nothing_where_it_cannot_tell))
