// SPDX-License-Identifier: GPL-2.0-or-later
/* A process of the sample as if some of its memory were a huge page, of which the dump has some pages and not
 * others. */
#include <string.h>

#include "bundle/file/fiber.h"
#include "bundle/process/joined_space.h"
#include "kernel/image/kernel_private.h"
#include "kernel/paging/page_table.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define PT 132
#define PRIVATE "region actor=PT pid=132 kind=private"
#define PRIVATE_BYTES 0x40000ull
#define PMD_BYTES (2ull << 20)
#define HUGE_ENTRY 0x80000000000000e7ull /* NX, huge, present, writable, of user space */

struct huge {
	struct sample_input sample;
	struct changed_space changed; /* physical memory, of which a page-table entry is */
	struct fb_joined *joined;
	struct fb_dump *dump;
	uint64_t start;    /* of PRIVATE_BYTES in the huge page */
	uint64_t physical; /* what is there now */
};

/* Whether the dump has some of the pages from there on, and lacks some, the first being one that it has. */
static bool is_mixed(struct fb_dump *dump, uint64_t physical)
{
	uint64_t first = physical >> FB_PAGE_SHIFT, count = PRIVATE_BYTES >> FB_PAGE_SHIFT;
	uint64_t has = 0;

	for (uint64_t i = 0; i < count; i++)
		has += fb_dump_has_page(dump, first + i);
	return fb_dump_has_page(dump, first) && has < count;
}

static void begin(struct huge *huge, bool bundle)
{
	const char *const none[] = {NULL}, *const core[] = {"core.132.xz", NULL};
	const struct fb_task *task;
	struct fb_page_tables tables;
	struct fb_kernel *kernel;
	struct fb_pt_walk walk;
	uint64_t end;

	memset(huge, 0, sizeof(*huge));
	if (bundle)
		sample_open_bundle(&huge->sample, core);
	else
		sample_open(&huge->sample, none);
	huge->dump = fb_input_dump(huge->sample.input);
	huge->start = sample_number(PRIVATE, "start=");
	kernel = fb_input_kernel(huge->sample.input);
	task = sample_task(&huge->sample, PT);
	FB_OK_FATAL(fb_kernel_mm_page_tables(kernel, task->mm, &tables));
	FB_OK_FATAL(fb_pt_walk(&tables, huge->start, &walk));
	CU_ASSERT_FATAL(walk.level_count == tables.levels); /* down to a single page */
	CU_ASSERT_FATAL(huge->start % PMD_BYTES + PRIVATE_BYTES <= PMD_BYTES);
	end = fb_dump_info(huge->dump)->max_pfn << FB_PAGE_SHIFT;
	huge->physical = huge->start % PMD_BYTES;
	while (huge->physical < end && !is_mixed(huge->dump, huge->physical))
		huge->physical += PMD_BYTES;
	CU_ASSERT_FATAL(huge->physical < end);
	changed_space_init(&huge->changed, kernel->tables.physical);
	changed_space_put(&huge->changed, walk.levels[walk.level_count - 2].entry_address,
			  (huge->physical & ~(PMD_BYTES - 1)) | HUGE_ENTRY, 8);
	kernel->tables.physical = &huge->changed.space;
	FB_OK_FATAL(fb_joined_create(huge->sample.input, task,
				     &(struct fb_joined_options){.no_core = true}, &huge->joined));
}

static void end(struct huge *huge)
{
	fb_input_kernel(huge->sample.input)->tables.physical = huge->changed.whole;
	fb_joined_destroy(huge->joined);
	sample_close(&huge->sample);
}

/* Each page has the source and the place that its own frame has. */
static void check_page(struct huge *huge, const struct fb_run *run, uint64_t offset)
{
	struct fb_fiber *fiber = fb_input_fiber(huge->sample.input);
	uint64_t pfn = (huge->physical + offset) >> FB_PAGE_SHIFT;
	bool added = false;

	CU_ASSERT_TRUE(run->origin.has_physical);
	if (!fb_dump_has_page(huge->dump, pfn)) {
		CU_ASSERT_EQUAL(run->origin.source, FB_SOURCE_ABSENT);
		CU_ASSERT_EQUAL(run->origin.absence, FB_ABSENCE_FILTERED);
		return;
	}
	if (fiber)
		FB_OK(fb_fiber_page_added(fiber, pfn, &added));
	CU_ASSERT_EQUAL(run->origin.source, added ? FB_SOURCE_CORE : FB_SOURCE_VMCORE);
}

static void check_runs(bool bundle)
{
	struct huge huge;
	struct fb_run run;
	size_t runs = 0;

	begin(&huge, bundle);
	for (uint64_t at = 0; at < PRIVATE_BYTES; at += run.length, runs++) {
		FB_OK_FATAL(fb_space_locate(fb_joined_space(huge.joined), huge.start + at,
					    PRIVATE_BYTES - at, &run));
		CU_ASSERT_FATAL(run.length && run.length <= PRIVATE_BYTES - at);
		CU_ASSERT_EQUAL(run.length % FB_PAGE_SIZE, 0);
		CU_ASSERT_EQUAL(run.origin.physical, huge.physical + at);
		for (uint64_t i = 0; i < run.length; i += FB_PAGE_SIZE)
			check_page(&huge, &run, at + i);
	}
	CU_ASSERT(runs > 1);
	end(&huge);
}

static void a_huge_page_is_cut_where_the_dump_lacks_pages(void)
{
	check_runs(false);
}

static void so_it_is_in_a_bundle(void)
{
	check_runs(true);
}

static void its_bytes_are_those_of_its_frames(void)
{
	uint8_t bytes[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE], byte;
	struct huge huge;

	begin(&huge, false);
	for (uint64_t at = 0; at < PRIVATE_BYTES; at += FB_PAGE_SIZE) {
		uint64_t pfn = (huge.physical + at) >> FB_PAGE_SHIFT;

		if (!fb_dump_has_page(huge.dump, pfn)) {
			FB_FAILS_WITH(fb_space_u8(fb_joined_space(huge.joined), huge.start + at + 5,
						  &byte),
				      FB_ABSENT, "dump filter");
			continue;
		}
		FB_OK_FATAL(fb_dump_read_page(huge.dump, pfn, wanted));
		FB_OK_FATAL(fb_space_read(fb_joined_space(huge.joined), huge.start + at, bytes,
					  sizeof(bytes)));
		CU_ASSERT_EQUAL(memcmp(bytes, wanted, sizeof(bytes)), 0);
	}
	end(&huge);
}

FB_TEST_MAIN("bundle/huge_pages", FB_TEST(a_huge_page_is_cut_where_the_dump_lacks_pages),
	     FB_TEST(so_it_is_in_a_bundle), FB_TEST(its_bytes_are_those_of_its_frames))
