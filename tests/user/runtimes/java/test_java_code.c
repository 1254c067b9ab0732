// SPDX-License-Identifier: GPL-2.0-or-later
/* Code memory of HotSpot whose tables lead nowhere: the way ends, for one address and for all of a process. */
#include "user/runtimes/java/java_code.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"

#define LOW UINT64_C(0x10000000)
#define HIGH (LOW + (UINT64_C(64) << 20))

/* Each segment says that the one before it is of its block too. */
static struct fb_error *read_ones(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	(void)space;
	(void)address;
	memset(to, 1, length);
	return NULL;
}

static const struct fb_space_ops ops = {.read = read_ones};

static struct fb_java *make(struct fb_space *space)
{
	struct fb_java *java = calloc(1, sizeof(*java));

	CU_ASSERT_PTR_NOT_NULL_FATAL(java);
	*space = (struct fb_space){.ops = &ops, .name = "test"};
	java->space = space;
	java->heaps[0] = (struct fb_java_heap){
		.low = LOW, .high = HIGH, .segments = 0x1000, .log2_segment = 7};
	java->heap_count = 1;
	return java;
}

static void the_way_back_to_a_block_ends(void)
{
	struct fb_space space;
	struct fb_java *java = make(&space);
	struct fb_java_blob blob;

	FB_FAILS_WITH(fb_java_blob_at(java, HIGH - 8, &blob), FB_CORRUPT,
		      "no block of code memory holds 0x13fffff8");
	CU_ASSERT_EQUAL(java->steps, 65536);
	/* It is no further than the start of the heap. */
	FB_FAILS(fb_java_blob_at(java, LOW + 10 * 128, &blob), FB_CORRUPT);
	CU_ASSERT_EQUAL(java->steps, 65536 + 11);
	FB_FAILS(fb_java_blob_at(java, HIGH, &blob), FB_NOT_FOUND);
	free(java);
}

static void the_ways_of_all_frames_end(void)
{
	struct fb_foreign_registers callee = {.pc = HIGH - 8, .sp = 0x5000, .fp = 0x5000};
	struct fb_foreign_registers caller;
	struct fb_space space;
	struct fb_java *java = make(&space);
	struct fb_java_blob blob;
	bool found = true;

	java->steps = FB_MAX_JAVA_STEPS - 1000;
	FB_FAILS_WITH(fb_java_blob_at(java, HIGH - 8, &blob), FB_LIMIT, "268435456 steps");
	CU_ASSERT_EQUAL(java->steps, FB_MAX_JAVA_STEPS + 1);
	FB_OK(fb_java_step(java, &callee, &caller, &found));
	CU_ASSERT_FALSE(found);
	CU_ASSERT_EQUAL(java->steps, FB_MAX_JAVA_STEPS + 1);
	fb_u64_map_deinit(&java->frame_pointers);
	free(java);
}

FB_TEST_MAIN("user/runtimes/java/java_code", FB_TEST(the_way_back_to_a_block_ends),
	     FB_TEST(the_ways_of_all_frames_end))
