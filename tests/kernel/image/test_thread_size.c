// SPDX-License-Identifier: GPL-2.0-or-later
/* The size of kernel stacks, by symbols, by types, and where both are missing or cannot be. */
#include "kernel/image/thread_size.h"

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

static uint64_t size_by(const char *start, const char *end, uint64_t bytes, uint32_t by_types)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t size;

	if (start)
		made_symbols(made, (const char *const[]){start, end, NULL},
			     (const uint64_t[]){MADE_BASE, MADE_BASE + bytes});
	made->kernel.layout.thread_union.size = by_types;
	size = fb_thread_size(&made->kernel);
	made_kernel_destroy(made);
	return size;
}

static void symbols_come_before_types(void)
{
	static const char *const starts[] = {"__start_init_stack", "__start_init_task"};
	static const char *const ends[] = {"__end_init_stack", "__end_init_task"};

	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(size_by(starts[i], ends[i], 32768, 8192), 32768);
		CU_ASSERT_EQUAL(size_by(starts[i], ends[i], 8192, 16384), 8192);
		CU_ASSERT_EQUAL(size_by(starts[i], ends[i], FB_THREAD_BYTES_MAX, 8192),
				FB_THREAD_BYTES_MAX);
		/* Too few, too many, no power of two, none. */
		CU_ASSERT_EQUAL(size_by(starts[i], ends[i], 4096, 8192), 8192);
		CU_ASSERT_EQUAL(size_by(starts[i], ends[i], 2ull * FB_THREAD_BYTES_MAX, 8192),
				8192);
		CU_ASSERT_EQUAL(size_by(starts[i], ends[i], 12288, 8192), 8192);
		CU_ASSERT_EQUAL(size_by(starts[i], ends[i], 0, 8192), 8192);
		/* One of both is not enough. */
		CU_ASSERT_EQUAL(size_by(starts[i], "other", 32768, 8192), 8192);
	}
}

static void types_come_before_what_is_usual(void)
{
	CU_ASSERT_EQUAL(size_by(NULL, NULL, 0, 32768), 32768);
	CU_ASSERT_EQUAL(size_by(NULL, NULL, 0, FB_THREAD_BYTES_MAX), FB_THREAD_BYTES_MAX);
	CU_ASSERT_EQUAL(size_by(NULL, NULL, 0, 2 * FB_THREAD_BYTES_MAX), 16384);
	CU_ASSERT_EQUAL(size_by(NULL, NULL, 0, 4096), 16384);
	CU_ASSERT_EQUAL(size_by(NULL, NULL, 0, 24576), 16384);
	CU_ASSERT_EQUAL(size_by(NULL, NULL, 0, 0), 16384);
}

FB_TEST_MAIN("kernel/thread_size", FB_TEST(symbols_come_before_types),
	     FB_TEST(types_come_before_what_is_usual))
