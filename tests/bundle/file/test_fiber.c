// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/file/fiber.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "bundle/file/fiber_private.h"
#include "tests/base/failing.h"
#include "tests/bundle/made_section.h"
#include "tests/harness.h"

static const char literals[] = "headers and notes";

/* 17 bytes of literals, 3 pages of frames, 100 zeros, 2 1/2 stored pages. */
#define GOOD_SIZE (17u + 3 * FB_PAGE_SIZE + 100 + 2 * FB_PAGE_SIZE + 2048)
static const struct fb_fiber_extent good[] = {
	MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 17, 0),
	MADE_EXTENT(FB_FIBER_EXTENT_FRAME, 3 * FB_PAGE_SIZE, 5),
	MADE_EXTENT(FB_FIBER_EXTENT_ZERO, 100, 0),
	MADE_EXTENT(FB_FIBER_EXTENT_STORED, 2 * FB_PAGE_SIZE + 2048, 14),
};

static uint8_t good_byte(uint64_t at)
{
	if (at < 17)
		return (uint8_t)literals[at];
	at -= 17;
	if (at < 3 * FB_PAGE_SIZE)
		return (uint8_t)(5 + at / FB_PAGE_SIZE);
	at -= 3 * FB_PAGE_SIZE;
	if (at < 100)
		return 0;
	return (uint8_t)(0x80 + 14 + (at - 100) / FB_PAGE_SIZE);
}

static struct fb_fiber *open_fiber(struct made_section *made)
{
	struct fb_fiber *fiber = NULL;

	FB_OK_FATAL(fb_fiber_open(made->file, made->dump, NULL, &fiber));
	return fiber;
}

static void make_good(struct made_section *made)
{
	made_section_begin(made);
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_MANIFEST, FB_FIBER_NO_CORE,
				    "{\"a\":1}", 7, NULL));
	made_section_group(made, 0, 16);
	made_section_group(made, 0, 3);
	made_section_core(made, 0, GOOD_SIZE, literals, 17, good, FB_ARRAY_SIZE(good));
}

static void puts_a_core_together(void)
{
	uint8_t bytes[GOOD_SIZE];
	struct fb_fiber_core core;
	struct made_section made;
	struct fb_fiber *fiber;
	struct fb_file *file;
	bool present;

	make_good(&made);
	made_section_end(&made);
	FB_OK_FATAL(fb_fiber_present(made.file, &present));
	CU_ASSERT_EQUAL(present, true);
	fiber = open_fiber(&made);
	CU_ASSERT_STRING_EQUAL(fb_fiber_manifest(fiber), "{\"a\":1}");
	CU_ASSERT_EQUAL_FATAL(fb_fiber_core_count(fiber), 1);
	fb_fiber_core(fiber, 0, &core);
	CU_ASSERT_STRING_EQUAL(core.name, "core.made");
	CU_ASSERT_EQUAL(core.size, GOOD_SIZE);
	CU_ASSERT_EQUAL(core.mtime_ns, 5);
	FB_OK_FATAL(fb_fiber_core_file(fiber, 0, &file));
	CU_ASSERT_STRING_EQUAL(file->path, "core.made");
	FB_OK(fb_file_read(file, 0, bytes, GOOD_SIZE));
	for (size_t i = 0; i < GOOD_SIZE; i++)
		CU_ASSERT_EQUAL(bytes[i], good_byte(i));
	/* Every start, lengths that cross one or more bounds. */
	for (size_t at = 0; at < GOOD_SIZE; at += 61)
		for (size_t length = 1; length <= GOOD_SIZE - at; length = 3 * length + 1) {
			FB_OK(fb_file_read(file, at, bytes, length));
			CU_ASSERT_EQUAL(bytes[0], good_byte(at));
			CU_ASSERT_EQUAL(bytes[length - 1], good_byte(at + length - 1));
		}
	FB_FAILS(fb_file_read(file, GOOD_SIZE - 1, bytes, 2), FB_TRUNCATED);
	FB_FAILS(fb_fiber_core_file(fiber, 1, &file), FB_INVALID);
	fb_file_destroy(file);
	fb_fiber_destroy(fiber);
	made_section_close(&made);
}

/* A core of one extent and maybe a second. */
static void fails_with_extents(struct fb_fiber_extent first, struct fb_fiber_extent second,
			       size_t count, uint64_t size)
{
	struct fb_fiber_extent extents[] = {first, second};
	struct made_section made;
	struct fb_fiber *fiber;
	struct fb_file *file;

	made_section_begin(&made);
	made_section_group(&made, 0, 3);
	made_section_core(&made, 0, size, literals, 17, extents, count);
	made_section_end(&made);
	fiber = open_fiber(&made);
	FB_FAILS(fb_fiber_core_file(fiber, 0, &file), FB_CORRUPT);
	fb_fiber_destroy(fiber);
	made_section_close(&made);
}

static void extents_that_lead_nowhere(void)
{
	struct fb_fiber_extent none = MADE_EXTENT(0, 0, 0);
	struct fb_fiber_extent page = MADE_EXTENT(FB_FIBER_EXTENT_FRAME, FB_PAGE_SIZE, 1);

	fails_with_extents(none, none, 0, 10);               /* nothing covers the bytes */
	fails_with_extents(none, none, 1, 0);                /* no length */
	fails_with_extents(page, none, 1, FB_PAGE_SIZE + 1); /* too short */
	fails_with_extents(page, page, 2, FB_PAGE_SIZE);     /* too long */
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_FRAME, 100, 1), none, 1, 100);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_FRAME, FB_PAGE_SIZE, FB_MAX_PFN), none, 1,
			   FB_PAGE_SIZE);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_FRAME, 2 * FB_PAGE_SIZE, FB_MAX_PFN - 1),
			   none, 1, 2 * FB_PAGE_SIZE);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 18, 0), none, 1, 18);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 2, UINT64_MAX), none, 1, 2);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_ZERO, 2, 1), none, 1, 2);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_STORED, 2, 16), none, 1, 2);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_STORED, 2, UINT64_MAX), none, 1, 2);
	fails_with_extents(MADE_EXTENT(4, 2, 0), none, 1, 2);
	fails_with_extents(MADE_EXTENT(FB_FIBER_EXTENT_ZERO, FB_FIBER_EXTENT_LENGTH_MASK, 0), none,
			   1, 5);
}

/* Behind the last page of a group, and behind the dump's frames. */
static void pages_that_are_not_there(void)
{
	static const struct fb_fiber_extent extents[] = {
		MADE_EXTENT(FB_FIBER_EXTENT_STORED, 2 * FB_PAGE_SIZE, 2),
		MADE_EXTENT(FB_FIBER_EXTENT_FRAME, 2 * FB_PAGE_SIZE, MADE_FRAMES - 1),
	};
	struct fb_warnings *problems;
	uint8_t page[FB_PAGE_SIZE];
	struct made_section made;
	struct fb_fiber *fiber;
	struct fb_file *file;

	made_section_begin(&made);
	made_section_group(&made, 0, 3);
	made_section_core(&made, 0, 4 * FB_PAGE_SIZE, literals, 17, extents, 2);
	made_section_end(&made);
	fiber = open_fiber(&made);
	FB_OK_FATAL(fb_fiber_core_file(fiber, 0, &file));
	FB_OK(fb_file_read(file, 0, page, FB_PAGE_SIZE));
	FB_FAILS_WITH(fb_file_read(file, FB_PAGE_SIZE, page, FB_PAGE_SIZE), FB_CORRUPT, "slot 3");
	FB_OK(fb_file_read(file, 2 * FB_PAGE_SIZE, page, FB_PAGE_SIZE));
	FB_FAILS(fb_file_read(file, 3 * FB_PAGE_SIZE, page, FB_PAGE_SIZE), FB_ABSENT);
	FB_FAILS(fb_file_read(file, 3 * FB_PAGE_SIZE, page, 8), FB_ABSENT);
	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK(fb_fiber_core_check(fiber, 0, problems));
	CU_ASSERT_EQUAL(fb_warnings_count(problems), 2);
	fb_warnings_destroy(problems);
	fb_file_destroy(file);
	fb_fiber_destroy(fiber);
	made_section_close(&made);
}

/* Ends made with one field of a part changed, and expects that nothing opens. */
static void fails_to_open(struct made_section *made, enum fb_code code)
{
	struct fb_fiber *fiber;

	made_section_end(made);
	FB_FAILS(fb_fiber_open(made->file, made->dump, NULL, &fiber), code);
	made_section_close(made);
}

static void tables_that_contradict_themselves(void)
{
	struct made_section made;

	make_good(&made);
	made.section.parts[2].offset++;
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.parts[2].stored_size = UINT64_MAX;
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.parts[0].raw_size++;
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.parts[0].encoding = 3;
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.parts[0].encoding = FB_FIBER_GROUPS;
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.parts[0].reserved = 1;
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.parts[4].type = FB_FIBER_CORE; /* two records, and no literals */
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.parts[3].core = 7; /* of a core that has no record */
	fails_to_open(&made, FB_CORRUPT);
	make_good(&made);
	made.section.start = 1; /* the trailer does not fit the file */
	fails_to_open(&made, FB_CORRUPT);
}

/* What a cap keeps from being allocated. */
static void parts_larger_than_their_caps(void)
{
	struct made_section made;
	struct fb_fiber *fiber;
	struct fb_file *file;

	make_good(&made);
	made.section.parts[5].encoding = FB_FIBER_ZSTD;
	made.section.parts[5].raw_size = UINT64_MAX / 2;
	made_section_end(&made);
	fiber = open_fiber(&made);
	FB_FAILS(fb_fiber_core_file(fiber, 0, &file), FB_LIMIT);
	fb_fiber_destroy(fiber);
	made_section_close(&made);
	make_good(&made);
	made.section.parts[5].encoding = FB_FIBER_ZSTD; /* and no zstd frame */
	made.section.parts[5].raw_size = 4096;
	made_section_end(&made);
	fiber = open_fiber(&made);
	FB_FAILS_WITH(fb_fiber_core_file(fiber, 0, &file), FB_CORRUPT, "decompress");
	fb_fiber_destroy(fiber);
	made_section_close(&made);
}

/* Each part could be, but not all of them in so small a file. */
static void parts_that_are_too_much_together(void)
{
	const uint64_t room = FB_MIN_FIBER_UNPACKED;
	struct made_section made;
	struct fb_fiber *fiber = NULL;

	for (int i = 0; i < 2; i++) {
		make_good(&made);
		made.section.parts[4].encoding = made.section.parts[5].encoding = FB_FIBER_ZSTD;
		made.section.parts[4].raw_size = room / 2;
		made.section.parts[5].raw_size = room / 2 + (i ? 1u << 20 : 0);
		made_section_end(&made);
		if (i)
			FB_FAILS_WITH(fb_fiber_open(made.file, made.dump, NULL, &fiber), FB_LIMIT,
				      "unpack to more than a bundle of");
		else
			FB_OK(fb_fiber_open(made.file, made.dump, NULL, &fiber));
		fb_fiber_destroy(fiber);
		fiber = NULL;
		made_section_close(&made);
	}
}

/* Groups of 16 and of 3 pages: the slots behind the last are empty. */
static void slots_are_full_or_empty(void)
{
	static const struct {
		uint64_t first, count;
		bool full;
	} cases[] = {
		{0, 1, true},   {0, 16, true},          {0, 19, true},  {0, 20, false},
		{14, 5, true},  {14, 6, false},         {16, 3, true},  {16, 4, false},
		{18, 1, true},  {18, 2, false},         {19, 1, false}, {31, 1, false},
		{32, 1, false}, {UINT64_MAX, 1, false},
	};
	struct fb_fiber_table table;
	struct fb_fiber_store store;
	struct made_section made;

	make_good(&made);
	made_section_end(&made);
	FB_OK_FATAL(fb_fiber_table_read(made.file, &table));
	FB_OK_FATAL(fb_fiber_store_init(&store, &table));
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(fb_fiber_store_has(&store, cases[i].first, cases[i].count),
				cases[i].full);
	fb_fiber_store_deinit(&store);
	fb_fiber_table_deinit(&table);
	made_section_close(&made);
}

/* The extent of zeros of a core is a hole. */
static void zeros_are_a_hole(void)
{
	const uint64_t hole = 17 + 3 * FB_PAGE_SIZE;
	const struct {
		uint64_t at, start, end;
	} cases[] = {
		{0, 0, hole},
		{hole - 1, hole - 1, hole},
		{hole, hole + 100, GOOD_SIZE},
		{hole + 99, hole + 100, GOOD_SIZE},
		{hole + 100, hole + 100, GOOD_SIZE},
	};
	struct made_section made;
	struct fb_fiber *fiber;
	struct fb_file *file;

	make_good(&made);
	made_section_end(&made);
	fiber = open_fiber(&made);
	FB_OK_FATAL(fb_fiber_core_file(fiber, 0, &file));
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		uint64_t start = 0, end = 0;

		fb_file_next_data(file, cases[i].at, &start, &end);
		CU_ASSERT_EQUAL(start, cases[i].start);
		CU_ASSERT_EQUAL(end, cases[i].end);
	}
	fb_file_destroy(file);
	fb_fiber_destroy(fiber);
	made_section_close(&made);
}

static void groups_that_contradict_themselves(void)
{
	static const struct fb_fiber_group bad[] = {
		{.stored_size = 0, .pages = 0, .encoding = FB_FIBER_PLAIN},
		{.stored_size = 17 * FB_PAGE_SIZE, .pages = 17, .encoding = FB_FIBER_PLAIN},
		{.stored_size = FB_PAGE_SIZE - 1, .pages = 1, .encoding = FB_FIBER_PLAIN},
		{.stored_size = FB_PAGE_SIZE, .pages = 1, .encoding = FB_FIBER_ZSTD},
		{.stored_size = 10, .pages = 1, .encoding = 2},
		{.offset = UINT64_MAX, .stored_size = 10, .pages = 1, .encoding = FB_FIBER_ZSTD},
		/* Behind the stored pages there are fewer bytes. */
		{.offset = 19 * FB_PAGE_SIZE,
		 .stored_size = 60000,
		 .pages = 16,
		 .encoding = FB_FIBER_ZSTD},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(bad); i++) {
		struct made_section made;
		struct fb_fiber *fiber;
		struct fb_file *file;

		make_good(&made);
		made.groups[1] = bad[i];
		made_section_end(&made);
		fiber = open_fiber(&made);
		FB_FAILS(fb_fiber_core_file(fiber, 0, &file), FB_CORRUPT);
		fb_fiber_destroy(fiber);
		made_section_close(&made);
	}
}

/* A record that is damaged costs its own core only. */
static void a_bad_record_keeps_its_place(void)
{
	static const char *const names[] = {"../core", "a/b"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		struct fb_warnings *warnings;
		struct made_section made;
		struct fb_fiber_core core;
		struct fb_fiber *fiber;

		make_good(&made);
		made_section_record(&made, 1, 17, names[i]);
		FB_OK_FATAL(fb_section_part(&made.section, FB_FIBER_LITERALS, 1, "", 0, NULL));
		FB_OK_FATAL(fb_section_part(&made.section, FB_FIBER_EXTENTS, 1, "", 0, NULL));
		made_section_end(&made);
		FB_OK_FATAL(fb_warnings_create(&warnings));
		FB_OK_FATAL(fb_fiber_open(made.file, made.dump, warnings, &fiber));
		CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
		CU_ASSERT_EQUAL_FATAL(fb_fiber_core_count(fiber), 2);
		fb_fiber_core(fiber, 1, &core);
		CU_ASSERT_STRING_EQUAL(core.name, "");
		fb_fiber_core(fiber, 0, &core);
		CU_ASSERT_STRING_EQUAL(core.name, "core.made");
		fb_fiber_destroy(fiber);
		fb_warnings_destroy(warnings);
		made_section_close(&made);
	}
}

static void a_file_without_a_trailer(void)
{
	struct fb_fiber *fiber;
	struct fb_file *file;
	char *bytes = calloc(1, 5000);
	bool present;

	FB_OK_FATAL(fb_file_from_memory("short", strdup("x"), 1, &file));
	FB_OK_FATAL(fb_fiber_present(file, &present));
	CU_ASSERT_EQUAL(present, false);
	FB_FAILS(fb_fiber_open(file, NULL, NULL, &fiber), FB_NOT_FOUND);
	fb_file_destroy(file);
	FB_OK_FATAL(fb_file_from_memory("zeros", bytes, 5000, &file));
	FB_OK_FATAL(fb_fiber_present(file, &present));
	CU_ASSERT_EQUAL(present, false);
	FB_FAILS(fb_fiber_open(file, NULL, NULL, &fiber), FB_NOT_FOUND);
	fb_file_destroy(file);
}

static void another_version_is_not_read(void)
{
	struct fb_fiber_trailer trailer;
	struct made_section made;
	struct fb_fiber *fiber;
	struct fb_file *file;
	uint8_t *bytes;
	bool present;

	make_good(&made);
	made_section_end(&made);
	bytes = malloc(made.file->size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	FB_OK_FATAL(fb_file_read(made.file, 0, bytes, made.file->size));
	memcpy(&trailer, bytes + made.file->size - sizeof(trailer), sizeof(trailer));
	trailer.version = FB_FIBER_VERSION + 1;
	trailer.xxh64 = XXH64(&trailer, offsetof(struct fb_fiber_trailer, xxh64), 0);
	memcpy(bytes + made.file->size - sizeof(trailer), &trailer, sizeof(trailer));
	FB_OK_FATAL(fb_file_from_memory("newer", bytes, made.file->size, &file));
	FB_OK_FATAL(fb_fiber_present(file, &present));
	CU_ASSERT_EQUAL(present, true);
	FB_FAILS(fb_fiber_open(file, made.dump, NULL, &fiber), FB_UNSUPPORTED);
	fb_file_destroy(file);
	made_section_close(&made);
}

struct question {
	struct failing_file failing;
	struct failure failure;
	struct fb_dump *dump;
	bool present;
};

static struct fb_error *look_for_section(void *context)
{
	struct question *question = context;

	return fb_fiber_present(&question->failing.file, &question->present);
}

static struct fb_error *open_section(void *context)
{
	struct question *question = context;
	struct fb_fiber *fiber = NULL;
	struct fb_error *err = fb_fiber_open(&question->failing.file, question->dump, NULL, &fiber);

	fb_fiber_destroy(fiber);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct made_section made;
	struct question question = {0};

	make_good(&made);
	made_section_end(&made);
	question.dump = made.dump;
	failing_file_init(&question.failing, made.file, &question.failure);
	failing_must_pass(look_for_section, &question, &question.failure, 10, 0);
	failing_must_pass(open_section, &question, &question.failure, 100, 0);
	question.failure = (struct failure){.at = 1, .code = FB_TRUNCATED};
	question.present = true;
	FB_OK(look_for_section(&question));
	CU_ASSERT(!question.present);
	made_section_close(&made);
}

FB_TEST_MAIN("bundle/fiber", FB_TEST(puts_a_core_together), FB_TEST(extents_that_lead_nowhere),
	     FB_TEST(pages_that_are_not_there), FB_TEST(tables_that_contradict_themselves),
	     FB_TEST(parts_larger_than_their_caps), FB_TEST(parts_that_are_too_much_together),
	     FB_TEST(groups_that_contradict_themselves), FB_TEST(slots_are_full_or_empty),
	     FB_TEST(zeros_are_a_hole), FB_TEST(a_bad_record_keeps_its_place),
	     FB_TEST(a_file_without_a_trailer), FB_TEST(another_version_is_not_read),
	     FB_TEST(what_is_fatal_passes))
