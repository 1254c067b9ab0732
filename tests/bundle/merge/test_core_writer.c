// SPDX-License-Identifier: GPL-2.0-or-later
/* The extents of cores that are written, one by one, and that the cores come out of them again. */
#include "bundle/merge/core_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "bundle/file/fiber.h"
#include "bundle/file/fiber_table.h"
#include "tests/base/failing.h"
#include "tests/base/failing_memory.h"
#include "tests/bundle/made_section.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"
#include "tests/user/make_core.h"

#define START 4096u /* of the first segment in the file: headers and notes end before */
#define BASE 0x10000000ull
#define PAGES(count) ((count) * (uint64_t)FB_PAGE_SIZE)
#define MTIME 77

struct span {
	uint64_t start, end;
};

/* A file of bytes in memory with holes, which may not be read: all but the spans of data. */
struct holed_file {
	struct fb_file file; /* first */
	const uint8_t *bytes;
	const struct span *data;
	size_t data_count;
	struct failure failure;
};

static struct fb_error *read_holed(struct fb_file *file, uint64_t offset, void *to, size_t length,
				   size_t *read_ret)
{
	struct holed_file *holed = (struct holed_file *)file;
	struct fb_error *err = failing_step(&holed->failure);
	bool is_data = false;

	if (err)
		return err;
	for (size_t i = 0; i < holed->data_count; i++)
		is_data |= offset < holed->data[i].end && offset + length > holed->data[i].start;
	CU_ASSERT(is_data);
	memcpy(to, holed->bytes + offset, length);
	*read_ret = length;
	return NULL;
}

static void next_data(struct fb_file *file, uint64_t offset, uint64_t *start_ret, uint64_t *end_ret)
{
	const struct holed_file *holed = (const struct holed_file *)file;

	*start_ret = *end_ret = file->size;
	for (size_t i = holed->data_count; i-- > 0;)
		if (holed->data[i].end > offset) {
			*start_ret = offset > holed->data[i].start ? offset : holed->data[i].start;
			*end_ret = holed->data[i].end;
		}
}

static void keep(struct fb_file *file)
{
	(void)file;
}

static const struct fb_file_ops holed_ops = {
	.read = read_holed, .next_data = next_data, .destroy = keep};

struct written {
	struct holed_file holed;
	uint8_t *bytes;
	struct fb_core *core;
	struct span all;
	const struct fb_core_frames *frames;
	struct made_section made;
	uint64_t done; /* bytes, as it was told */
	size_t steps;
	uint64_t end, whole_end; /* of the section, and of one for which nothing failed */
};

/* What a page of a recipe is: 0 zeros, n > 0 bytes of its own, -n those of frame n. */
static void fill(uint8_t *page, int what)
{
	if (what <= 0)
		memset(page, -what, FB_PAGE_SIZE);
	else
		mk_page(4 * (uint64_t)what + 1, page);
}

static void add_segment(struct make_core *make, uint64_t address, const int *pages, size_t count)
{
	uint8_t *bytes = malloc(count * FB_PAGE_SIZE);

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	for (size_t i = 0; i < count; i++)
		fill(bytes + i * FB_PAGE_SIZE, pages[i]);
	make_segment(make, address, PAGES(count), bytes, PAGES(count), PF_R);
	free(bytes);
}

/* The core with `tail` bytes of 0xee behind its last segment. */
static void open_core(struct written *written, struct make_core *make, size_t tail)
{
	size_t size;
	uint8_t *bytes;

	memset(written, 0, sizeof(*written));
	make_thread(make, 17, 0, 0x401000);
	bytes = make_finish(make, &size);
	written->bytes = realloc(bytes, size + tail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(written->bytes);
	memset(written->bytes + size, 0xee, tail);
	written->all = (struct span){0, size + tail};
	written->holed = (struct holed_file){
		.file = {.ops = &holed_ops, .path = (char *)"core", .size = size + tail, .fd = -1},
		.bytes = written->bytes,
		.data = &written->all,
		.data_count = 1,
	};
	written->holed.file.mtime_ns = MTIME;
	FB_OK_FATAL(fb_core_open_file(&written->holed.file, NULL, &written->core));
}

/* Of the open core: all but data become holes. */
static void make_holes(struct written *written, const struct span *data, size_t count)
{
	uint64_t at = 0;

	for (size_t i = 0; i < count; i++) {
		memset(written->bytes + at, 0, data[i].start - at);
		at = data[i].end;
	}
	memset(written->bytes + at, 0, written->holed.file.size - at);
	written->holed.data = data;
	written->holed.data_count = count;
}

static void note_done(void *context, uint64_t bytes)
{
	struct written *written = context;

	written->done += bytes;
	written->steps++;
}

/* The core, the pages that it has stored, and their index. */
static struct fb_error *write_to(struct written *written, struct fb_section *section)
{
	const struct fb_place_core place = {.core = written->core};
	struct fb_scratches scratches;
	struct fb_page_store store;
	struct fb_error *err;

	fb_scratches_init(&scratches);
	err = fb_page_store_init(&store, section, &place, NULL, &scratches);
	if (!err) {
		err = fb_core_write(section, &store, written->core, 0, written->frames, note_done,
				    written);
		if (!err)
			err = fb_page_store_index(&store);
		fb_page_store_deinit(&store);
	}
	fb_scratches_deinit(&scratches);
	return err;
}

static void write_core(struct written *written, const struct fb_core_frames *frames)
{
	written->frames = frames;
	made_section_begin(&written->made);
	FB_OK_FATAL(write_to(written, &written->made.section));
	made_section_seal(&written->made);
	CU_ASSERT_EQUAL(written->done, written->holed.file.size);
}

static void check_extents(struct written *written, const struct fb_fiber_extent *wanted,
			  size_t count)
{
	struct fb_fiber_table table;
	struct fb_fiber_extent *extents = NULL;
	size_t size = 0;

	FB_OK_FATAL(fb_fiber_table_read(written->made.file, &table));
	FB_OK_FATAL(fb_fiber_part_load(&table, table.cores[0].extents,
				       FB_MAX_EXTENTS * sizeof(*extents), (void **)&extents,
				       &size));
	CU_ASSERT_EQUAL(size, count * sizeof(*extents));
	for (size_t i = 0; i < count && (i + 1) * sizeof(*extents) <= size; i++) {
		CU_ASSERT_EQUAL(extents[i].kind_length, wanted[i].kind_length);
		CU_ASSERT_EQUAL(extents[i].value, wanted[i].value);
	}
	free(extents);
	fb_fiber_table_deinit(&table);
}

/* The core that comes out is the one that was written. */
static void check_core(struct written *written)
{
	const char *name = fb_core_name(written->core);
	size_t size = written->holed.file.size;
	struct fb_fiber *fiber = NULL;
	struct fb_file *file = NULL;
	struct fb_fiber_core core;
	uint8_t *bytes = malloc(size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	FB_OK_FATAL(fb_fiber_open(written->made.file, written->made.dump, NULL, &fiber));
	fb_fiber_core(fiber, 0, &core);
	CU_ASSERT_EQUAL(strlen(core.name), strnlen(name, FB_MAX_STRING));
	CU_ASSERT_EQUAL(strncmp(core.name, name, FB_MAX_STRING), 0);
	CU_ASSERT_EQUAL(core.size, size);
	CU_ASSERT_EQUAL(core.mtime_ns, MTIME);
	FB_OK_FATAL(fb_fiber_core_file(fiber, 0, &file));
	FB_OK(fb_file_read(file, 0, bytes, size));
	CU_ASSERT_EQUAL(memcmp(bytes, written->bytes, size), 0);
	free(bytes);
	fb_file_destroy(file);
	fb_fiber_destroy(fiber);
}

static void close_core(struct written *written)
{
	made_section_close(&written->made);
	fb_core_destroy(written->core);
	free(written->bytes);
}

static void pages_go_where_they_are(void)
{
	static const int first[] = {1, -5, -6, 0, 0, -9, 1, 2, 3, -20, -21};
	static const int second[] = {-22, 4};
	/* The last run goes on in the next segment. */
	struct fb_frame_run runs[] = {
		{START + PAGES(1), 5, 2}, {START + PAGES(5), 9, 1}, {START + PAGES(9), 20, 3}};
	const struct fb_core_frames frames = {runs, FB_ARRAY_SIZE(runs)};
	static const struct fb_fiber_extent wanted[] = {
		MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, START, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, FB_PAGE_SIZE, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_FRAME, 2 * FB_PAGE_SIZE, 5),
		MADE_EXTENT(FB_FIBER_EXTENT_ZERO, 2 * FB_PAGE_SIZE, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_FRAME, FB_PAGE_SIZE, 9),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, 3 * FB_PAGE_SIZE, 0), /* the first again */
		MADE_EXTENT(FB_FIBER_EXTENT_FRAME, 3 * FB_PAGE_SIZE, 20),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, FB_PAGE_SIZE, 3),
		MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 10, START),
	};
	struct make_core make = {.layout = MAKE_KERNEL};
	struct written written;

	add_segment(&make, BASE, first, FB_ARRAY_SIZE(first));
	add_segment(&make, BASE + PAGES(100), second, FB_ARRAY_SIZE(second));
	open_core(&written, &make, 10);
	write_core(&written, &frames);
	check_extents(&written, wanted, FB_ARRAY_SIZE(wanted));
	check_core(&written);
	CU_ASSERT_EQUAL(written.steps, 1);
	close_core(&written);
}

/* Page 2 is data at its end only, page 4 at its start, page 7 as a whole; what is a hole otherwise is not read. */
static void holes_are_zeros_unread(void)
{
	static const int pages[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const struct span data[] = {
		{0, START},
		{START + PAGES(3) - 100, START + PAGES(4) + 50},
		{START + PAGES(7), START + PAGES(8)},
		{START + PAGES(9) + 1000, START + PAGES(9) + 1010},
		{START + PAGES(9) + 1100, START + PAGES(9) + 1120},
	};
	struct fb_frame_run run = {START + PAGES(6), 30, 1};
	const struct fb_core_frames frames = {&run, 1};
	static const struct fb_fiber_extent wanted[] = {
		MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, START, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_ZERO, 2 * FB_PAGE_SIZE, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, 3 * FB_PAGE_SIZE, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_ZERO, FB_PAGE_SIZE, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_FRAME, FB_PAGE_SIZE, 30),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, FB_PAGE_SIZE, 3),
		MADE_EXTENT(FB_FIBER_EXTENT_ZERO, FB_PAGE_SIZE + 1000, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 10, START),
		MADE_EXTENT(FB_FIBER_EXTENT_ZERO, 90, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 20, START + 10),
		MADE_EXTENT(FB_FIBER_EXTENT_ZERO, 80, 0),
	};
	struct make_core make = {.layout = MAKE_KERNEL};
	struct written written;

	add_segment(&make, BASE, pages, FB_ARRAY_SIZE(pages));
	open_core(&written, &make, 1200);
	make_holes(&written, data, FB_ARRAY_SIZE(data));
	fill(written.bytes + run.file_offset, -30); /* a frame has it, whatever the file has */
	write_core(&written, &frames);
	check_extents(&written, wanted, FB_ARRAY_SIZE(wanted));
	check_core(&written);
	close_core(&written);
}

/* Frames that do not follow each other are pieces of their own: more than are held at a time. */
static void more_pieces_than_are_held(void)
{
	enum { COUNT = 4096 + 200 };
	struct fb_fiber_extent *wanted = calloc(COUNT + 1, sizeof(*wanted));
	struct fb_frame_run *runs = calloc(COUNT, sizeof(*runs));
	int *pages = calloc(COUNT, sizeof(*pages));
	const struct fb_core_frames frames = {runs, COUNT};
	struct make_core make = {.layout = MAKE_KERNEL};
	struct written written;

	CU_ASSERT_FATAL(wanted && runs && pages);
	wanted[0] = MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, START, 0);
	for (size_t i = 0; i < COUNT; i++) {
		pages[i] = i % 2 ? -10 : -20;
		runs[i] = (struct fb_frame_run){START + PAGES(i), i % 2 ? 10 : 20, 1};
		wanted[i + 1] = MADE_EXTENT(FB_FIBER_EXTENT_FRAME, FB_PAGE_SIZE, runs[i].pfn);
	}
	add_segment(&make, BASE, pages, COUNT);
	open_core(&written, &make, 0);
	write_core(&written, &frames);
	check_extents(&written, wanted, COUNT + 1);
	check_core(&written);
	CU_ASSERT_EQUAL(written.steps, 2);
	close_core(&written);
	free(pages);
	free(runs);
	free(wanted);
}

/* More pages that are stored than are held at a time, and a piece that is no page and larger than all that is kept as
 * it is: its rest is stored too. */
static void more_bytes_than_are_held(void)
{
	enum { COUNT = FB_STORE_BATCH + 5, BEHIND = 3 * FB_PAGE_SIZE + 77 };
	static int pages[COUNT];
	static const struct fb_core_frames none;
	char name[FB_MAX_STRING + 100] = "";
	const struct fb_fiber_extent wanted[] = {
		MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, START, 0),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, PAGES(COUNT), 0),
		MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, FB_MAX_LITERALS - START, START),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, FB_PAGE_SIZE, COUNT),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, FB_PAGE_SIZE, COUNT),
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, FB_PAGE_SIZE + 77, COUNT),
	};
	struct make_core make = {.layout = MAKE_KERNEL};
	struct written written;

	for (int i = 0; i < COUNT; i++)
		pages[i] = i + 1;
	add_segment(&make, BASE, pages, COUNT);
	open_core(&written, &make, FB_MAX_LITERALS - START + BEHIND);
	memset(name, 'n', sizeof(name) - 1);
	FB_OK_FATAL(fb_core_rename(written.core, name));
	write_core(&written, &none);
	check_extents(&written, wanted, FB_ARRAY_SIZE(wanted));
	check_core(&written);
	CU_ASSERT_EQUAL(written.steps, 2);
	close_core(&written);
}

static struct fb_error *drop(void *context, uint64_t offset, const void *bytes, size_t length)
{
	(void)context, (void)offset, (void)bytes, (void)length;
	return NULL;
}

static struct fb_error *write_away(void *context)
{
	struct written *written = context;
	struct fb_outfile *outfile = NULL;
	struct fb_section section;
	struct fb_error *err = fb_outfile_create_sink("made", drop, NULL, &outfile);

	if (err)
		return err;
	fb_section_init(&section, outfile, 0);
	err = write_to(written, &section);
	written->end = section.end;
	fb_section_deinit(&section);
	fb_outfile_destroy(outfile);
	return err;
}

/* zstd may lack memory that it can do without. */
static bool is_less_compressed(void *context)
{
	const struct written *written = context;

	return written->end >= written->whole_end;
}

/* What is held is stored in the midst of a segment, with frames behind it and another segment. */
static void what_fails_midway_fails_the_core(void)
{
	enum { COUNT = FB_STORE_BATCH + 4 };
	static int pages[COUNT];
	struct fb_frame_run runs[] = {{START + PAGES(COUNT - 3), 5, 1},
				      {START + PAGES(COUNT - 1), 7, 1}};
	const struct fb_core_frames frames = {runs, FB_ARRAY_SIZE(runs)};
	struct make_core make = {.layout = MAKE_KERNEL};
	struct written written;

	for (int i = 0; i < COUNT; i++)
		pages[i] = i + 1;
	add_segment(&make, BASE, pages, COUNT);
	add_segment(&make, BASE + PAGES(2 * COUNT), pages, 2);
	open_core(&written, &make, 3);
	written.frames = &frames;
	FB_OK_FATAL(write_away(&written));
	written.whole_end = written.end;
	(void)failing_must_pass(write_away, &written, &written.holed.failure, 3, 6);
	(void)failing_memory_must_pass(write_away, &written, is_less_compressed, 20, 40);
	fb_core_destroy(written.core);
	free(written.bytes);
}

FB_TEST_MAIN("bundle/core_writer", FB_TEST(pages_go_where_they_are),
	     FB_TEST(holes_are_zeros_unread), FB_TEST(more_pieces_than_are_held),
	     FB_TEST(more_bytes_than_are_held), FB_TEST(what_fails_midway_fails_the_core))
