// SPDX-License-Identifier: GPL-2.0-or-later
/* The bitmaps and descriptors of a dump, bit for bit, where they are written in several windows. */
#include "bundle/merge/kdump_tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/dump/dump_private.h"
#include "tests/bundle/made_section.h"
#include "tests/harness.h"

#define HEAD 8192u
#define WINDOW_PFNS 524288u /* of a window of both bitmaps */
#define MOST (1u << 20)

struct tables {
	struct fb_dump *dump;
	struct fb_dump_ops ops; /* the dump's */
	struct fb_outfile *outfile;
	struct fb_kdump_tables tables;
	uint64_t bitmap_size;
	uint8_t bytes[MOST]; /* of the file */
};

static struct fb_error *put(void *context, uint64_t offset, const void *bytes, size_t length)
{
	struct tables *tables = context;

	CU_ASSERT_FATAL(offset >= HEAD && offset < MOST && length <= MOST - offset);
	memcpy(tables->bytes + offset, bytes, length);
	return NULL;
}

/* Every frame exists. */
static struct fb_error *all_exist(struct fb_dump *dump, uint64_t offset, void *bits, size_t length)
{
	(void)dump, (void)offset;
	memset(bits, 0xff, length);
	return NULL;
}

/* with_bitmap: the input has a bitmap of existing frames, and all of them exist. */
static struct tables *open_tables(uint64_t max_pfn, uint64_t capacity, bool with_bitmap)
{
	struct tables *tables = calloc(1, sizeof(*tables));
	struct fb_dump_head head = {.size = HEAD, .max_pfn = max_pfn};

	CU_ASSERT_PTR_NOT_NULL_FATAL(tables);
	tables->bitmap_size = head.bitmap_size =
		(max_pfn + 8 * FB_KDUMP_BLOCK - 1) / (8 * FB_KDUMP_BLOCK) * FB_KDUMP_BLOCK;
	tables->dump = made_frames();
	tables->ops = *tables->dump->ops;
	tables->ops.existing = all_exist;
	tables->dump->ops = &tables->ops;
	tables->dump->info.max_pfn = max_pfn;
	tables->dump->info.pages_existing = with_bitmap;
	FB_OK_FATAL(fb_outfile_create_sink("made", put, tables, &tables->outfile));
	FB_OK_FATAL(fb_kdump_tables_init(&tables->tables, tables->outfile, tables->dump, &head,
					 capacity));
	CU_ASSERT_EQUAL(fb_kdump_tables_end(&tables->tables),
			HEAD + 2 * head.bitmap_size + 24 * capacity);
	return tables;
}

static void close_tables(struct tables *tables)
{
	fb_kdump_tables_deinit(&tables->tables);
	fb_outfile_destroy(tables->outfile);
	fb_dump_destroy(tables->dump);
	free(tables);
}

static struct fb_kdump_page_desc made_desc(uint64_t pfn)
{
	return (struct fb_kdump_page_desc){.offset = 3 * pfn, .size = 7, .flags = 1};
}

static struct fb_error *add(struct tables *tables, uint64_t pfn)
{
	const struct fb_kdump_page_desc desc = made_desc(pfn);

	return fb_kdump_tables_add(&tables->tables, pfn, &desc);
}

static void finish(struct tables *tables)
{
	FB_OK_FATAL(fb_kdump_tables_finish(&tables->tables));
	FB_OK_FATAL(fb_outfile_commit(tables->outfile));
	CU_ASSERT_EQUAL(tables->tables.existing.length, tables->bitmap_size);
	CU_ASSERT_EQUAL(tables->tables.dumped.length, tables->bitmap_size);
	CU_ASSERT_EQUAL(tables->tables.descriptors.length,
			tables->tables.capacity * sizeof(struct fb_kdump_page_desc));
}

static bool bit(const struct tables *tables, unsigned bitmap, uint64_t pfn)
{
	return tables->bytes[HEAD + bitmap * tables->bitmap_size + pfn / 8] >> pfn % 8 & 1;
}

static bool is_among(uint64_t pfn, const uint64_t *pfns, size_t count)
{
	while (count && pfns[count - 1] != pfn)
		count--;
	return count;
}

/* Frames at the ends of bytes and windows; the input has MADE_FRAMES of its own. */
static void bits_are_set_in_each_window(void)
{
	static const uint64_t pfns[] = {
		0, 7, 8, 100, WINDOW_PFNS - 1, WINDOW_PFNS, 2 * WINDOW_PFNS + 9};
	const uint64_t max_pfn = 2 * WINDOW_PFNS + 10;
	struct tables *tables = open_tables(max_pfn, FB_ARRAY_SIZE(pfns), false);
	const struct fb_kdump_page_desc *descs;
	size_t wrong = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(pfns); i++)
		if (pfns[i] == 100)
			FB_OK(fb_kdump_tables_add_lost(&tables->tables, pfns[i]));
		else
			FB_OK(add(tables, pfns[i]));
	CU_ASSERT_EQUAL(tables->tables.lost, 1);
	finish(tables);
	for (uint64_t pfn = 0; pfn < 8 * tables->bitmap_size; pfn++) {
		bool dumped = is_among(pfn, pfns, FB_ARRAY_SIZE(pfns));

		wrong += bit(tables, 0, pfn) != (dumped || pfn < MADE_FRAMES);
		wrong += bit(tables, 1, pfn) != dumped;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	descs = (const void *)(tables->bytes + HEAD + 2 * tables->bitmap_size);
	for (size_t i = 0; i < FB_ARRAY_SIZE(pfns); i++) {
		struct fb_kdump_page_desc wanted = made_desc(pfns[i]);

		if (pfns[i] == 100)
			memset(&wanted, 0, sizeof(wanted));
		CU_ASSERT_EQUAL(memcmp(&descs[i], &wanted, sizeof(wanted)), 0);
	}
	close_tables(tables);
}

/* Runs that begin and end within bytes, and one over the end of a window. */
static const struct {
	uint64_t start, end;
} runs[] = {{3, 21}, {22, 23}, {64, 72}, {80, 85}, {WINDOW_PFNS - 100, WINDOW_PFNS + 9}};

static bool is_in_run(uint64_t pfn)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(runs); i++)
		if (pfn >= runs[i].start && pfn < runs[i].end)
			return true;
	return false;
}

static uint64_t next_in_run(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	while (pfn < dump->info.max_pfn && is_in_run(pfn) != readable)
		pfn++;
	return readable && pfn == dump->info.max_pfn ? UINT64_MAX : pfn;
}

static void frames_of_the_input_exist(void)
{
	struct tables *tables = open_tables(WINDOW_PFNS + 20, 0, false);
	size_t wrong = 0;

	tables->ops.next = next_in_run;
	finish(tables);
	for (uint64_t pfn = 0; pfn < 8 * tables->bitmap_size; pfn++)
		wrong += bit(tables, 0, pfn) != is_in_run(pfn) || bit(tables, 1, pfn);
	CU_ASSERT_EQUAL(wrong, 0);
	close_tables(tables);
}

static void more_descriptors_than_are_held(void)
{
	enum { COUNT = 2 * 4096 + 3 };
	struct tables *tables = open_tables(COUNT, COUNT, false);
	const struct fb_kdump_page_desc *descs;
	size_t wrong = 0;

	for (uint64_t pfn = 0; pfn < COUNT; pfn++)
		FB_OK(add(tables, pfn));
	finish(tables);
	descs = (const void *)(tables->bytes + HEAD + 2 * tables->bitmap_size);
	for (uint64_t pfn = 0; pfn < COUNT; pfn++) {
		struct fb_kdump_page_desc wanted = made_desc(pfn);

		wrong += memcmp(&descs[pfn], &wanted, sizeof(wanted)) != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	close_tables(tables);
}

/* By the input's bitmap more frames exist than the dump that is written has. */
static void no_frame_exists_behind_the_end(void)
{
	static const uint64_t ends[] = {1, 8, 203, WINDOW_PFNS - 1, WINDOW_PFNS, WINDOW_PFNS + 1};

	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++) {
		struct tables *tables = open_tables(ends[i], 0, true);
		size_t wrong = 0;

		finish(tables);
		for (uint64_t pfn = 0; pfn < 8 * tables->bitmap_size; pfn++)
			wrong += bit(tables, 0, pfn) != (pfn < ends[i]) || bit(tables, 1, pfn);
		CU_ASSERT_EQUAL(wrong, 0);
		close_tables(tables);
	}
}

static void pages_have_their_place(void)
{
	struct tables *tables = open_tables(10, 3, false);

	FB_OK(add(tables, 4));
	FB_FAILS_WITH(add(tables, 4), FB_CORRUPT, "frame 0x4 is not in its place");
	FB_FAILS(add(tables, 3), FB_CORRUPT);
	FB_FAILS(add(tables, 10), FB_CORRUPT);
	FB_OK(add(tables, 8));
	FB_FAILS_WITH(fb_kdump_tables_finish(&tables->tables), FB_CORRUPT,
		      "3 pages were counted, and 2 written");
	FB_OK(add(tables, 9));
	close_tables(tables);
	tables = open_tables(10, 1, false);
	FB_OK(add(tables, 0));
	FB_FAILS(add(tables, 1), FB_CORRUPT); /* one more than was counted */
	close_tables(tables);
}

FB_TEST_MAIN("bundle/kdump_tables", FB_TEST(bits_are_set_in_each_window),
	     FB_TEST(frames_of_the_input_exist), FB_TEST(more_descriptors_than_are_held),
	     FB_TEST(no_frame_exists_behind_the_end), FB_TEST(pages_have_their_place))
