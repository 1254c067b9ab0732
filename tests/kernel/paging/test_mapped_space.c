// SPDX-License-Identifier: GPL-2.0-or-later
/* A space over made page tables: its bytes, where they are, and many threads at once. */
#include <pthread.h>
#include <string.h>

#include "kernel/paging/page_table.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_tables.h"

#define USER 0x00007f1234567000ull

static struct fb_space *space_of(struct made_tables *made)
{
	struct fb_space *space = NULL;

	FB_OK_FATAL(fb_mapped_space_create(&made->tables, "made process", &space));
	CU_ASSERT_STRING_EQUAL(space->name, "made process");
	return space;
}

/* Maps a frame of its own with this first byte. */
static uint64_t map(struct made_tables *made, uint64_t address, uint8_t fill)
{
	uint64_t frame = made_tables_page(made);

	memset(made->words[frame], fill, FB_PAGE_SIZE);
	made_tables_set(made, address, 0, frame << FB_PAGE_SHIFT | ENTRY_TABLE);
	return frame;
}

static void reads_over_pages(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_space *space = space_of(made);
	uint8_t bytes[3 * FB_PAGE_SIZE];

	map(made, USER, 1);
	(void)made_tables_page(made); /* so that the frames are no neighbours */
	map(made, USER + 4096, 2);
	for (int again = 0; again < 2; again++) { /* the second time by the remembered frames */
		memset(bytes, 0xff, sizeof(bytes));
		FB_OK(fb_space_read(space, USER + 4090, bytes, 12));
		CU_ASSERT(bytes[0] == 1 && bytes[5] == 1 && bytes[6] == 2 && bytes[11] == 2);
		CU_ASSERT_EQUAL(bytes[12], 0xff);
	}
	FB_FAILS(fb_space_read(space, USER + 4096, bytes, 4097), FB_FAULT);
	FB_FAILS(fb_space_read(space, USER - 1, bytes, 1), FB_FAULT);
	FB_FAILS(fb_space_read(space, 0x800000000000ull, bytes, 1), FB_FAULT);
	FB_FAILS(fb_space_read(space, UINT64_MAX, bytes, 2), FB_FAULT);
	fb_mapped_space_destroy(space);
	made_tables_destroy(made);
}

static void says_why_not(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_space *space = space_of(made);
	uint64_t frame = map(made, USER, 7), high = USER + (1ull << 30);
	uint8_t byte;

	made_tables_set(made, USER + 0x1000, 0, made_swap(2, 77));
	made_tables_set(made, USER + 0x2000, 0, made_swap(30, 77));
	made_tables_set(made, USER + 0x3000, 0, made_protnone(frame << 12, 0x100));
	FB_FAILS_WITH(fb_space_read(space, USER + 0x1000, &byte, 1), FB_ABSENT,
		      "swapped out (swap area 2, page 77)");
	FB_FAILS_WITH(fb_space_read(space, USER + 0x2000, &byte, 1), FB_ABSENT, "migration");
	FB_OK(fb_space_read(space, USER + 0x3001, &byte, 1));
	CU_ASSERT_EQUAL(byte, 7);
	made->absent[frame] = true;
	FB_FAILS_WITH(fb_space_read(space, USER, &byte, 1), FB_ABSENT, "frame");
	made_tables_set(made, high, 0, 0x5000 | ENTRY_TABLE);
	made->absent[made_tables_frame(made, high, 1)] = true;
	FB_FAILS_WITH(fb_space_read(space, high, &byte, 1), FB_ABSENT, "table");
	made_tables_set(made, USER, 3, ENTRY_HUGE);
	FB_FAILS_WITH(fb_space_read(space, USER + 0x4000, &byte, 1), FB_CORRUPT, "entry 0xe7");
	fb_mapped_space_destroy(space);
	made_tables_destroy(made);
}

static struct fb_run run_at(struct fb_space *space, uint64_t address, uint64_t length)
{
	struct fb_run run;

	memset(&run, 0xaa, sizeof(run));
	FB_OK(fb_space_locate(space, address, length, &run));
	CU_ASSERT_EQUAL(run.start, address);
	CU_ASSERT(run.length > 0 && run.length <= length);
	return run;
}

static void locates_runs(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_space *space = space_of(made);
	uint64_t base = USER & ~0x1fffffull, frame;
	struct fb_run run;

	made_tables_set(made, base, 0, 0); /* the tables, before the frames */
	frame = map(made, base, 1);

	CU_ASSERT_EQUAL(map(made, base + 0x1000, 2), frame + 1);
	(void)made_tables_page(made);
	map(made, base + 0x2000, 3);
	made_tables_set(made, base + 0x3000, 0, made_swap(1, 5));
	made_tables_set(made, base + 0x4000, 0, made_swap(1, 6));
	run = run_at(space, base + 16, 0x10000);
	CU_ASSERT_EQUAL(run.length, 0x2000 - 16);
	CU_ASSERT_EQUAL(run.origin.source, FB_SOURCE_VMCORE);
	CU_ASSERT(run.origin.has_physical);
	CU_ASSERT_EQUAL(run.origin.physical, frame * FB_PAGE_SIZE + 16);
	CU_ASSERT_EQUAL(run_at(space, base + 16, 100).length, 100);
	CU_ASSERT_EQUAL(run_at(space, base + 0x2000, 0x10000).length, 0x1000);
	run = run_at(space, base + 0x3000, 0x10000);
	CU_ASSERT_EQUAL(run.length, 0x1000);
	CU_ASSERT_EQUAL(run.origin.absence, FB_ABSENCE_SWAPPED);
	CU_ASSERT_EQUAL(run.origin.swap_type, 1);
	CU_ASSERT_EQUAL(run.origin.swap_offset, 5);
	CU_ASSERT(!run.origin.has_physical);
	run = run_at(space, base + 0x5000, 1ull << 40);
	CU_ASSERT_EQUAL(run.length, 1ull << 40);
	CU_ASSERT_EQUAL(run.origin.absence, FB_ABSENCE_UNMAPPED);
	made->absent[frame + 1] = true;
	run = run_at(space, base, 0x10000);
	CU_ASSERT_EQUAL(run.length, 0x1000);
	run = run_at(space, base + 0x1000, 0x10000);
	CU_ASSERT_EQUAL(run.length, 0x1000);
	CU_ASSERT_EQUAL(run.origin.absence, FB_ABSENCE_FILTERED);
	made_tables_set(made, base, 1, made_swap(30, 1));
	run = run_at(space, base, 0x400000);
	CU_ASSERT_EQUAL(run.length, 0x200000);
	CU_ASSERT_EQUAL(run.origin.absence, FB_ABSENCE_DAMAGED);
	/* All that no tables reach, at once. */
	run = run_at(space, 0x800000000000ull, 0x7ull << 60);
	CU_ASSERT_EQUAL(run.length, 0x7ull << 60);
	FB_FAILS(fb_space_locate(space, base, 0, &run), FB_INVALID);
	fb_mapped_space_destroy(space);
	made_tables_destroy(made);
}

#define THREADS 4
/* Two linear mappings whose pages share the places where translations are remembered. */
#define LINEAR_A 0x0000000040000000ull
#define LINEAR_B 0x0000400000000000ull
#define STRIDE (1024ull * FB_PAGE_SIZE)
#define PAGES 4u

struct reader {
	struct fb_space *space;
	unsigned seed;
	unsigned wrong;
};

static void *read_many(void *context)
{
	struct reader *reader = context;

	for (unsigned i = 0; i < 20000; i++) {
		uint64_t page = (i + reader->seed) % PAGES;
		uint64_t base = (i / 3 + reader->seed) % 2 ? LINEAR_A : LINEAR_B;
		uint8_t byte = 0;
		struct fb_error *err =
			fb_space_read(reader->space, base + page * STRIDE + 9, &byte, 1);

		if (err || byte != (base == LINEAR_A ? 0x10 : 0x20) + page)
			reader->wrong++;
		fb_error_destroy(err);
	}
	return NULL;
}

static void reads_from_many_threads(void)
{
	struct made_tables *made = made_tables_create(4);
	struct fb_space *space = space_of(made);
	struct reader readers[THREADS];
	pthread_t threads[THREADS];

	for (unsigned i = 0; i < PAGES; i++) {
		map(made, LINEAR_A + i * STRIDE, (uint8_t)(0x10 + i));
		map(made, LINEAR_B + i * STRIDE, (uint8_t)(0x20 + i));
	}
	for (unsigned i = 0; i < THREADS; i++) {
		readers[i] = (struct reader){.space = space, .seed = i};
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, read_many, &readers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		CU_ASSERT_EQUAL(readers[i].wrong, 0);
	}
	fb_mapped_space_destroy(space);
	made_tables_destroy(made);
}

struct question {
	struct failing_space failing;
	struct failure failure;
	struct made_tables *made;
	struct fb_run run;
};

/* Bytes over two pages, and where three are; by tables that are read anew each time. */
static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct fb_page_tables tables = question->made->tables;
	struct fb_space *space = NULL;
	uint8_t bytes[16];
	struct fb_error *err;

	tables.physical = &question->failing.space;
	FB_OK_FATAL(fb_mapped_space_create(&tables, "made process", &space));
	err = fb_space_read(space, USER + 4090, bytes, sizeof(bytes));
	if (!err)
		err = fb_space_locate(space, USER, 3 * FB_PAGE_SIZE, &question->run);
	fb_mapped_space_destroy(space);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct question question = {.made = made_tables_create(4)};

	map(question.made, USER, 1);
	map(question.made, USER + 4096, 2);
	(void)made_tables_page(question.made);
	map(question.made, USER + 8192, 3);
	failing_space_init(&question.failing, question.made->tables.physical, &question.failure);
	CU_ASSERT(failing_must_pass(ask, &question, &question.failure, 100, 0) > 8);
	FB_OK(ask(&question));
	CU_ASSERT_EQUAL(question.run.start, USER);
	CU_ASSERT_EQUAL(question.run.length, FB_PAGE_SIZE);
	made_tables_destroy(question.made);
}

FB_TEST_MAIN("kernel/mapped_space", FB_TEST(reads_over_pages), FB_TEST(says_why_not),
	     FB_TEST(locates_runs), FB_TEST(reads_from_many_threads), FB_TEST(what_is_fatal_passes))
