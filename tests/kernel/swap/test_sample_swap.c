// SPDX-License-Identifier: GPL-2.0-or-later
/* Swapped pages of the sample: a process filled 64 of them, and each word of one says where it was. */
#include "kernel/swap/swap.h"

#include <string.h>

#include "kernel/paging/page_table.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

/* Of waits.txt: "region actor=PT pid=132 kind=swapped", and the page that was written anew. */
#define PID 132
#define START 0x7fe8182d6000ull
#define PAGES 64u
#define TAG 3132u
#define REWRITTEN 0x5au

static void expect_page(const uint64_t *page, uint64_t index)
{
	size_t wrong = 0;

	if (index == 0) {
		for (size_t i = 0; i < FB_PAGE_SIZE; i++)
			wrong += ((const uint8_t *)page)[i] != REWRITTEN;
	} else {
		for (size_t i = 0; i < FB_PAGE_SIZE / 8; i++)
			wrong += page[i] >> 40 != TAG || page[i] - page[0] != i * 8;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void swapped_pages_come_back(void)
{
	struct fb_page_tables tables;
	struct sample_kernel sample;
	const struct fb_task *task;
	struct fb_swap *swap;
	size_t read = 0;

	sample_kernel_open(&sample);
	task = fb_tasks_by_tid(sample.tasks, PID);
	CU_ASSERT_PTR_NOT_NULL_FATAL(task);
	FB_OK_FATAL(fb_kernel_mm_page_tables(sample.kernel, task->mm, &tables));
	FB_OK_FATAL(fb_swap_create(sample.kernel, &swap));
	for (uint64_t i = 0; i < PAGES; i++) {
		uint64_t page[FB_PAGE_SIZE / 8];
		const char *detail = NULL;
		struct fb_pt_walk walk;

		FB_OK_FATAL(fb_pt_walk(&tables, START + i * FB_PAGE_SIZE, &walk));
		if (walk.state != FB_PT_SWAP)
			continue;
		memset(page, 0xee, sizeof(page));
		FB_OK_FATAL(fb_swap_read(swap, walk.swap_type, walk.swap_offset, page, &detail));
		expect_page(page, i);
		CU_ASSERT_STRING_EQUAL(detail, "zram");
		read++;
	}
	CU_ASSERT_EQUAL(read, PAGES);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_swap_destroy(swap);
	sample_kernel_close(&sample);
}

static void there_are_no_other_slots(void)
{
	uint8_t page[FB_PAGE_SIZE] = {1};
	struct sample_kernel sample;
	const char *detail = NULL;
	struct fb_error *err;
	struct fb_swap *swap;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_swap_create(sample.kernel, &swap));
	for (int i = 0; i < 2; i++) {
		err = fb_swap_read(swap, i ? 0 : 31, i ? UINT64_MAX >> 12 : 5, page, &detail);
		CU_ASSERT_PTR_NOT_NULL(err);
		CU_ASSERT(!fb_error_is_fatal(err));
		fb_error_destroy(err);
		CU_ASSERT_PTR_NULL(detail);
	}
	fb_swap_destroy(swap);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/sample_swap", FB_TEST(swapped_pages_come_back),
	     FB_TEST(there_are_no_other_slots))
