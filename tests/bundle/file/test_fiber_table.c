// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of a fiber section: each of its numbers at its bound and one behind, and parts that are loaded. */
#include "bundle/file/fiber_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "kernel/dump/kdump_format.h"
#include "tests/bundle/made_section.h"
#include "tests/harness.h"

#define LARGEST_PART ((uint64_t)FB_MAX_STORE_GROUPS * sizeof(struct fb_fiber_group))
#define TEXT "what a part holds"

/* The parts of the section that is made, in this order. */
enum { TEXT_PART, PACKED_PART, RECORD, LITERALS, EXTENTS, STORE, INDEX, PARTS };

static uint8_t zeros[3 * FB_PAGE_SIZE];

/* One part plain and one compressed, a core, and a part of stored pages with its index. */
static void make(struct made_section *made)
{
	struct fb_scratches scratches;
	struct fb_scratch *scratch = NULL;

	fb_scratches_init(&scratches);
	FB_OK_FATAL(fb_scratch_take(&scratches, &scratch));
	made_section_begin(made);
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_MANIFEST, FB_FIBER_NO_CORE, TEXT,
				    strlen(TEXT), NULL));
	FB_OK_FATAL(fb_section_part(&made->section, 77, FB_FIBER_NO_CORE, zeros, sizeof(zeros),
				    scratch));
	made_section_core(made, 0, 5, TEXT, 5, &MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 5, 0), 1);
	made_section_group(made, 0, 1);
	fb_scratch_give(&scratches, scratch);
	fb_scratches_deinit(&scratches);
}

/* Ends made, and reads its table; the size of the file where size_ret is not NULL. */
static struct fb_error *read_made(struct made_section *made, struct fb_fiber_table *table,
				  uint64_t *size_ret)
{
	memset(table, 0, sizeof(*table));
	made_section_end(made);
	if (size_ret)
		*size_ret = made->file->size;
	return fb_fiber_table_read(made->file, table);
}

static void parts_are_found_and_loaded(void)
{
	struct made_section made;
	struct fb_fiber_table table;
	char *text = NULL;
	size_t size = 0;
	void *raw = NULL;

	make(&made);
	FB_OK_FATAL(read_made(&made, &table, NULL));
	CU_ASSERT_EQUAL(table.count, PARTS);
	CU_ASSERT_EQUAL_FATAL(table.core_count, 1);
	CU_ASSERT(table.cores[0].record == RECORD && table.cores[0].literals == LITERALS &&
		  table.cores[0].extents == EXTENTS);
	CU_ASSERT_EQUAL(fb_fiber_table_find(&table, FB_FIBER_MANIFEST), TEXT_PART);
	CU_ASSERT_EQUAL(fb_fiber_table_find(&table, FB_FIBER_STORE_INDEX), INDEX);
	CU_ASSERT_EQUAL(fb_fiber_table_find(&table, FB_FIBER_OBJECT), PARTS);
	FB_OK_FATAL(fb_fiber_part_load(&table, TEXT_PART, strlen(TEXT), (void **)&text, &size));
	CU_ASSERT_EQUAL(size, strlen(TEXT));
	CU_ASSERT_STRING_EQUAL(text, TEXT); /* a NUL follows */
	free(text);
	CU_ASSERT_EQUAL(table.parts[PACKED_PART].encoding, FB_FIBER_ZSTD);
	FB_OK_FATAL(fb_fiber_part_load(&table, PACKED_PART, sizeof(zeros), &raw, &size));
	CU_ASSERT_EQUAL(size, sizeof(zeros));
	CU_ASSERT(memcmp(raw, zeros, sizeof(zeros)) == 0 && !((const char *)raw)[size]);
	free(raw);
	FB_FAILS_WITH(fb_fiber_part_load(&table, TEXT_PART, strlen(TEXT) - 1, &raw, &size),
		      FB_LIMIT, "manifest: it has 17 bytes");
	FB_FAILS_WITH(fb_fiber_part_load(&table, STORE, SIZE_MAX, &raw, &size), FB_CORRUPT,
		      "lacks a part");
	FB_FAILS_WITH(fb_fiber_part_load(&table, PARTS, SIZE_MAX, &raw, &size), FB_CORRUPT,
		      "lacks a part");
	table.parts[LITERALS].xxh64 ^= 1;
	FB_FAILS_WITH(fb_fiber_part_load(&table, LITERALS, SIZE_MAX, &raw, &size), FB_CORRUPT,
		      "headers and notes of core 0: checksum differs: 5 bytes at 0x");
	table.parts[PACKED_PART].raw_size++;
	FB_FAILS_WITH(fb_fiber_part_load(&table, PACKED_PART, SIZE_MAX, &raw, &size), FB_CORRUPT,
		      "unknown part: it does not decompress to 12289 bytes");
	fb_fiber_table_deinit(&table);
	made_section_close(&made);
}

static void parts_have_names(void)
{
	static const char *const names[] = {
		"unknown part",
		"manifest",
		"checksums of the dump",
		"record",
		"headers and notes",
		"extents",
		"stored pages",
		"index of stored pages",
		"what stacks need of a file",
		"index of files",
		"unknown part",
	};
	char text[64], wanted[64];

	for (uint32_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		struct fb_fiber_part part = {.type = i, .core = FB_FIBER_NO_CORE};

		CU_ASSERT_STRING_EQUAL(fb_fiber_part_name(&part, text, sizeof(text)), names[i]);
		part.core = 3;
		(void)snprintf(wanted, sizeof(wanted), "%s of core 3", names[i]);
		CU_ASSERT_STRING_EQUAL(fb_fiber_part_name(&part, text, sizeof(text)), wanted);
	}
}

/* Changes parts that were made, and expects the error (NULL: none). */
static void check_changed(void (*change)(struct fb_fiber_part *parts, uint64_t room),
			  enum fb_code code, const char *wanted)
{
	static uint64_t size; /* of a file that is made; the same each time */
	struct made_section made;
	struct fb_fiber_table table;
	struct fb_error *err;

	if (!size) {
		make(&made);
		FB_OK_FATAL(read_made(&made, &table, &size));
		fb_fiber_table_deinit(&table);
		made_section_close(&made);
	}
	make(&made);
	change(made.section.parts, FB_MIN_FIBER_UNPACKED + FB_MAX_FIBER_RATIO * size);
	err = read_made(&made, &table, NULL);
	if (wanted)
		FB_FAILS_WITH(err, code, wanted);
	else
		FB_OK(err);
	fb_fiber_table_deinit(&table);
	made_section_close(&made);
}

#define CHANGE(name, statement)                                      \
	static void name(struct fb_fiber_part *parts, uint64_t room) \
	{                                                            \
		(void)room;                                          \
		statement;                                           \
	}
CHANGE(nothing, (void)parts)
CHANGE(other_place, parts[RECORD].offset++)
CHANGE(too_long, (parts[STORE].stored_size += 1000))
CHANGE(unknown_encoding, parts[PACKED_PART].encoding = 3)
CHANGE(groups_elsewhere, parts[PACKED_PART].encoding = FB_FIBER_GROUPS)
CHANGE(plain_store,
       (parts[STORE].encoding = FB_FIBER_PLAIN, parts[STORE].raw_size = parts[STORE].stored_size))
CHANGE(plain_of_other_size, parts[TEXT_PART].raw_size--)
CHANGE(packed_as_large, parts[PACKED_PART].raw_size = parts[PACKED_PART].stored_size)
CHANGE(packed_larger, parts[PACKED_PART].raw_size = parts[PACKED_PART].stored_size - 1)
CHANGE(reserved, parts[RECORD].reserved = 1)
CHANGE(all_room, parts[PACKED_PART].raw_size = room)
CHANGE(more_than_room, parts[PACKED_PART].raw_size = room + 1)
CHANGE(largest, parts[PACKED_PART].raw_size = LARGEST_PART)
CHANGE(larger_than_any, parts[PACKED_PART].raw_size = LARGEST_PART + 1)
CHANGE(literals_twice, parts[EXTENTS].type = FB_FIBER_LITERALS)
CHANGE(no_literals, parts[LITERALS].type = FB_FIBER_OBJECT)
CHANGE(no_extents, parts[EXTENTS].type = FB_FIBER_OBJECT)
CHANGE(record_of_none, parts[RECORD].core = 1)
CHANGE(no_core, (parts[RECORD].type = parts[LITERALS].type = FB_FIBER_OBJECT))

static void parts_contradict_themselves(void)
{
	static const struct {
		void (*change)(struct fb_fiber_part *parts, uint64_t room);
		enum fb_code code;
		const char *wanted;
	} cases[] = {
		{nothing, FB_NOMEM, NULL},
		{other_place, FB_CORRUPT, "part 2 of the fiber section is not in its place"},
		{too_long, FB_CORRUPT, "part 5 of the fiber section is not in its place"},
		{unknown_encoding, FB_CORRUPT, "part 1 of the fiber section contradicts itself"},
		{groups_elsewhere, FB_CORRUPT, "part 1 of the fiber section contradicts itself"},
		{plain_store, FB_CORRUPT, "part 5 of the fiber section contradicts itself"},
		{plain_of_other_size, FB_CORRUPT, "part 0 of the fiber section contradicts"},
		{packed_as_large, FB_NOMEM, NULL},
		{packed_larger, FB_CORRUPT, "part 1 of the fiber section contradicts itself"},
		{reserved, FB_CORRUPT, "part 2 of the fiber section contradicts itself"},
		{all_room, FB_NOMEM, NULL},
		{more_than_room, FB_LIMIT, "unpack to more than a bundle of"},
		{largest, FB_LIMIT, "unpack to more than a bundle of"},
		{larger_than_any, FB_NOMEM, NULL},
		{literals_twice, FB_CORRUPT, "part 4 of core 0 was there before"},
		{no_literals, FB_CORRUPT, "core 0 lacks a part"},
		{no_extents, FB_CORRUPT, "core 0 lacks a part"},
		{record_of_none, FB_CORRUPT, "core 0 lacks a part"},
		{no_core, FB_NOMEM, NULL},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		check_changed(cases[i].change, cases[i].code, cases[i].wanted);
}

/* Cores alone, the first part being one of theirs: more than the bytes that a core takes in the table. */
static void a_section_of_cores(void)
{
	enum { CORES = 100 };
	struct made_section made;
	struct fb_fiber_table table;

	made_section_begin(&made);
	for (uint32_t i = 0; i < CORES; i++)
		made_section_core(&made, i, 5, TEXT, 5, &MADE_EXTENT(FB_FIBER_EXTENT_LITERAL, 5, 0),
				  1);
	FB_OK_FATAL(read_made(&made, &table, NULL));
	CU_ASSERT_EQUAL_FATAL(table.core_count, CORES);
	for (size_t i = 0; i < CORES; i++)
		CU_ASSERT(table.cores[i].record == 3 * i && table.cores[i].literals == 3 * i + 1 &&
			  table.cores[i].extents == 3 * i + 2);
	fb_fiber_table_deinit(&table);
	made_section_close(&made);
}

static void bytes_in_no_part(void)
{
	struct made_section made;
	struct fb_fiber_table table;

	made_section_begin(&made);
	FB_OK_FATAL(fb_section_bytes(&made.section, "x", 1));
	made_section_seal(&made);
	FB_FAILS_WITH(fb_fiber_table_read(made.file, &table), FB_CORRUPT,
		      "the parts of the fiber section do not fill it");
	made_section_close(&made);
}

/* A file of the section's bytes with another trailer, whose checksum is right. */
static void check_trailer(const struct made_section *made, const struct fb_fiber_trailer *trailer,
			  enum fb_code code, const char *wanted)
{
	size_t size = made->file->size;
	uint8_t *bytes = malloc(size);
	struct fb_fiber_trailer sealed = *trailer;
	struct fb_fiber_table table;
	struct fb_file *file = NULL;

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	FB_OK_FATAL(fb_file_read(made->file, 0, bytes, size));
	sealed.xxh64 = XXH64(&sealed, offsetof(struct fb_fiber_trailer, xxh64), 0);
	memcpy(bytes + size - sizeof(sealed), &sealed, sizeof(sealed));
	FB_OK_FATAL(fb_file_from_memory("sealed", bytes, size, &file));
	FB_FAILS_WITH(fb_fiber_table_read(file, &table), code, wanted);
	fb_file_destroy(file);
}

static void trailers_do_not_fit(void)
{
	static const char no_fit[] = "it does not fit the file";
	struct made_section made;
	struct fb_fiber_table table;
	struct fb_fiber_trailer trailer;
	uint64_t size = 0, least;
	char wanted[200];

	make(&made);
	FB_OK_FATAL(read_made(&made, &table, &size));
	least = PARTS * sizeof(struct fb_fiber_part) + sizeof(trailer);
	trailer = table.trailer;
	trailer.section_size = size + 1;
	trailer.section_offset = UINT64_MAX; /* where that is */
	check_trailer(&made, &trailer, FB_CORRUPT, no_fit);
	trailer = table.trailer;
	trailer.section_offset++;
	check_trailer(&made, &trailer, FB_CORRUPT, no_fit);
	trailer = table.trailer;
	trailer.section_size = least - 1;
	trailer.section_offset = size - least + 1;
	check_trailer(&made, &trailer, FB_CORRUPT, no_fit);
	trailer = table.trailer;
	trailer.section_size = least;
	trailer.section_offset = size - least;
	check_trailer(&made, &trailer, FB_CORRUPT, "part 0 of the fiber section is not in its");
	trailer = table.trailer;
	trailer.table_offset--;
	check_trailer(&made, &trailer, FB_CORRUPT, no_fit);
	trailer = table.trailer;
	trailer.reserved = 1;
	check_trailer(&made, &trailer, FB_CORRUPT, no_fit);
	trailer = table.trailer;
	trailer.part_count = FB_MAX_FIBER_PARTS;
	check_trailer(&made, &trailer, FB_CORRUPT, no_fit);
	trailer.part_count++;
	check_trailer(&made, &trailer, FB_LIMIT, "parts");
	trailer = table.trailer;
	trailer.version++;
	check_trailer(&made, &trailer, FB_UNSUPPORTED,
		      "has version 2, this program reads version 1");
	trailer = table.trailer;
	trailer.table_xxh64++;
	(void)snprintf(wanted, sizeof(wanted),
		       "table of the fiber section: checksum differs: bytes 0x%" PRIx64
		       "-0x%" PRIx64 " of the file",
		       size - least, size - sizeof(trailer) - 1);
	check_trailer(&made, &trailer, FB_CORRUPT, wanted);
	fb_fiber_table_deinit(&table);
	made_section_close(&made);
}

/* Nothing but a trailer, which is a section of no parts; one byte less; and with a byte changed. */
static void the_shortest_section(void)
{
	struct made_section made;
	struct fb_fiber_table table;
	struct fb_file *file = NULL;
	uint8_t bytes[sizeof(struct fb_fiber_trailer)];
	char *copy;

	made_section_begin(&made);
	made_section_seal(&made);
	CU_ASSERT_EQUAL_FATAL(made.file->size, sizeof(bytes));
	FB_OK_FATAL(fb_fiber_table_read(made.file, &table));
	CU_ASSERT(!table.count && !table.core_count);
	fb_fiber_table_deinit(&table);
	FB_OK_FATAL(fb_file_read(made.file, 0, bytes, sizeof(bytes)));
	bytes[12] ^= 1; /* of the number of parts */
	copy = malloc(sizeof(bytes));
	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, bytes, sizeof(bytes));
	FB_OK_FATAL(fb_file_from_memory("changed", copy, sizeof(bytes), &file));
	FB_FAILS_WITH(fb_fiber_table_read(file, &table), FB_CORRUPT,
		      "checksum differs: bytes 0x0-0x3f of the file");
	file->size--;
	FB_FAILS_WITH(fb_fiber_table_read(file, &table), FB_NOT_FOUND, "too short");
	fb_file_destroy(file);
	made_section_close(&made);
}

/* The mark of a bundle in the head of a dump of two blocks; wrong is what is changed of it. */
static void check_mark(size_t wrong_at, size_t size, bool wanted)
{
	struct fb_kdump_header header = {.signature = {'K', 'D', 'U', 'M', 'P', ' ', ' ', ' '},
					 .sub_hdr_size = 1};
	struct fb_fiber_mark mark = {.magic = FB_FIBER_MARK_MAGIC, .section_offset = 0x12345};
	uint8_t *bytes = calloc(1, 2 * FB_KDUMP_BLOCK);
	struct fb_file *file = NULL;
	uint64_t section = 0;
	bool found = !wanted;

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	mark.xxh64 = XXH64(&mark, offsetof(struct fb_fiber_mark, xxh64), 0);
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + 2 * FB_KDUMP_BLOCK - sizeof(mark), &mark, sizeof(mark));
	if (wrong_at)
		bytes[2 * FB_KDUMP_BLOCK - sizeof(mark) + wrong_at] ^= 1;
	FB_OK_FATAL(fb_file_from_memory("marked", bytes, size, &file));
	FB_OK(fb_fiber_mark_read(file, &found, &section));
	CU_ASSERT_EQUAL(found, wanted);
	CU_ASSERT_EQUAL(section, wanted ? 0x12345 : 0);
	if (wanted) {
		bytes[0]++; /* of the signature: no dump of this format */
		FB_OK(fb_fiber_mark_read(file, &found, &section));
		CU_ASSERT_FALSE(found);
	}
	fb_file_destroy(file);
}

static void marks_are_whole(void)
{
	check_mark(0, 2 * FB_KDUMP_BLOCK, true);
	check_mark(7, 2 * FB_KDUMP_BLOCK, false);  /* its magic */
	check_mark(9, 2 * FB_KDUMP_BLOCK, false);  /* its version */
	check_mark(31, 2 * FB_KDUMP_BLOCK, false); /* its checksum */
	check_mark(0, 2 * FB_KDUMP_BLOCK - 1, false);
	check_mark(0, 100, false);
}

FB_TEST_MAIN("bundle/fiber_table", FB_TEST(parts_are_found_and_loaded), FB_TEST(parts_have_names),
	     FB_TEST(parts_contradict_themselves), FB_TEST(a_section_of_cores),
	     FB_TEST(bytes_in_no_part), FB_TEST(trailers_do_not_fit), FB_TEST(the_shortest_section),
	     FB_TEST(marks_are_whole))
