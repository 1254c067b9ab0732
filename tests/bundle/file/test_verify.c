// SPDX-License-Identifier: GPL-2.0-or-later
/* Each changed byte of a bundle is found, wherever it is, and a cut one is told from no bundle. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "bundle/file/fiber.h"
#include "bundle/file/fiber_table.h"
#include "bundle/file/verify_sums.h"
#include "bundle/merge/bundle_writer.h"
#include "kernel/dump/kdump_format.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

struct subject {
	struct made_host host;
	char *path;
	uint64_t size;
	uint64_t section;
	int fd;
};

static void open_subject(struct subject *subject)
{
	struct fb_fiber_table table;
	struct fb_file *file;

	made_host_open(&subject->host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	subject->path = made_bundle(&subject->host, NULL, "bundle");
	FB_OK_FATAL(fb_file_open(subject->path, &file));
	FB_OK_FATAL(fb_fiber_table_read(file, &table));
	subject->size = file->size;
	subject->section = table.trailer.section_offset;
	subject->fd = open(subject->path, O_RDWR | O_CLOEXEC);
	CU_ASSERT_TRUE_FATAL(subject->fd >= 0);
	fb_fiber_table_deinit(&table);
	fb_file_destroy(file);
}

static void close_subject(struct subject *subject)
{
	(void)close(subject->fd);
	free(subject->path);
	made_host_close(&subject->host);
}

/* Problems found, or SIZE_MAX for an error. */
static size_t count_problems(const char *path, char *first, size_t size)
{
	struct fb_warnings *problems;
	struct fb_error *err;
	size_t count;

	FB_OK_FATAL(fb_warnings_create(&problems));
	err = fb_fiber_verify(path, NULL, problems);
	count = err ? SIZE_MAX : fb_warnings_count(problems);
	if (count && !err)
		(void)snprintf(first, size, "%s", fb_warnings_get(problems, 0));
	else
		first[0] = '\0';
	fb_error_destroy(err);
	fb_warnings_destroy(problems);
	return count;
}

/* Changes the byte at each step; counts the changes that went unseen. */
static size_t flip_bytes(struct subject *subject, uint64_t start, uint64_t end, uint64_t step)
{
	size_t missed = 0, problems;
	char text[300];

	for (uint64_t at = start; at < end; at += step) {
		uint8_t byte, changed;

		CU_ASSERT_EQUAL_FATAL(pread(subject->fd, &byte, 1, (off_t)at), 1);
		changed = byte ^ (uint8_t)(1u << at % 8);
		CU_ASSERT_EQUAL_FATAL(pwrite(subject->fd, &changed, 1, (off_t)at), 1);
		problems = count_problems(subject->path, text, sizeof(text));
		missed += problems == 0 || problems == SIZE_MAX;
		CU_ASSERT_EQUAL_FATAL(pwrite(subject->fd, &byte, 1, (off_t)at), 1);
	}
	return missed;
}

static void a_sound_bundle_has_no_problems(void)
{
	struct subject subject;
	char text[300];

	open_subject(&subject);
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), 0);
	close_subject(&subject);
}

static void every_changed_byte_of_the_section_is_found(void)
{
	struct subject subject;

	open_subject(&subject);
	CU_ASSERT_EQUAL(flip_bytes(&subject, subject.section, subject.size - 1200, 29), 0);
	CU_ASSERT_EQUAL(flip_bytes(&subject, subject.size - 1200, subject.size, 1), 0);
	close_subject(&subject);
}

static void changed_bytes_of_the_dump_are_found(void)
{
	struct subject subject;

	open_subject(&subject);
	CU_ASSERT_EQUAL(flip_bytes(&subject, 0, 600, 3), 0);
	CU_ASSERT_EQUAL(flip_bytes(&subject, 600, subject.section, 997), 0);
	close_subject(&subject);
}

static void says_what_is_damaged_and_where(void)
{
	struct subject subject;
	char text[300];

	open_subject(&subject);
	CU_ASSERT_EQUAL(pwrite(subject.fd, "x", 1, (off_t)subject.section - 1), 1);
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "page data of the cores: checksum differs: bytes 0x"));
	close_subject(&subject);
}

static void find_region(const struct subject *subject, uint32_t kind,
			struct fb_fiber_region *region_ret)
{
	struct fb_fiber_table table;
	struct fb_dump_sums sums;
	struct fb_file *file;

	FB_OK_FATAL(fb_file_open(subject->path, &file));
	FB_OK_FATAL(fb_fiber_table_read(file, &table));
	FB_OK_FATAL(fb_dump_sums_load(&table, &sums));
	for (size_t i = 0; i < sums.region_count; i++)
		if (sums.regions[i].kind == kind)
			*region_ret = sums.regions[i];
	CU_ASSERT_TRUE_FATAL(region_ret->length > 0);
	fb_dump_sums_deinit(&sums);
	fb_fiber_table_deinit(&table);
	fb_file_destroy(file);
}

/* Makes every checksum of the dump and above it right again. */
static void reseal(struct subject *subject)
{
	struct fb_fiber_sums head;
	struct fb_fiber_table table;
	struct fb_file *file;
	static uint8_t chunk[1 << 20]; /* FB_FIBER_CHUNK */
	uint8_t *raw = NULL;
	size_t size, part, sum = 0;

	FB_OK_FATAL(fb_file_open(subject->path, &file));
	FB_OK_FATAL(fb_fiber_table_read(file, &table));
	part = fb_fiber_table_find(&table, FB_FIBER_DUMP_SUMS);
	FB_OK_FATAL(fb_fiber_part_load(&table, part, 1 << 20, (void **)&raw, &size));
	memcpy(&head, raw, sizeof(head));
	for (uint32_t i = 0; i < head.region_count; i++) {
		struct fb_fiber_region region;
		uint64_t value;

		memcpy(&region, raw + sizeof(head) + i * sizeof(region), sizeof(region));
		if (!region.length)
			continue;
		CU_ASSERT_TRUE_FATAL(region.length <= sizeof(chunk)); /* one chunk each */
		CU_ASSERT_EQUAL_FATAL(
			pread(subject->fd, chunk, region.length, (off_t)region.offset),
			(ssize_t)region.length);
		value = XXH64(chunk, region.length, 0);
		memcpy(raw + sizeof(head) + head.region_count * sizeof(region) + 8 * sum++, &value,
		       sizeof(value));
	}
	CU_ASSERT_EQUAL_FATAL(table.parts[part].encoding, FB_FIBER_PLAIN);
	CU_ASSERT_EQUAL(pwrite(subject->fd, raw, size, (off_t)table.parts[part].offset),
			(ssize_t)size);
	table.parts[part].xxh64 = XXH64(raw, size, 0);
	size = table.count * sizeof(*table.parts);
	CU_ASSERT_EQUAL(pwrite(subject->fd, table.parts, size, (off_t)table.trailer.table_offset),
			(ssize_t)size);
	table.trailer.table_xxh64 = XXH64(table.parts, size, 0);
	table.trailer.xxh64 = XXH64(&table.trailer, offsetof(struct fb_fiber_trailer, xxh64), 0);
	CU_ASSERT_EQUAL(pwrite(subject->fd, &table.trailer, sizeof(table.trailer),
			       (off_t)(subject->size - sizeof(table.trailer))),
			(ssize_t)sizeof(table.trailer));
	free(raw);
	fb_fiber_table_deinit(&table);
	fb_file_destroy(file);
}

/* Written wrong, with checksums that are right. */
static void descriptors_without_a_page_are_found(void)
{
	struct subject subject;
	struct fb_kdump_page_desc desc;
	struct fb_fiber_region region = {0};
	char text[300];

	open_subject(&subject);
	find_region(&subject, FB_FIBER_REGION_DESCRIPTORS, &region);
	reseal(&subject);
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), 0);
	CU_ASSERT_EQUAL_FATAL(pread(subject.fd, &desc, sizeof(desc), (off_t)region.offset),
			      sizeof(desc));
	desc.size = 1u << 30;
	CU_ASSERT_EQUAL(pwrite(subject.fd, &desc, sizeof(desc), (off_t)region.offset),
			sizeof(desc));
	reseal(&subject);
	CU_ASSERT_TRUE(count_problems(subject.path, text, sizeof(text)) >= 1);
	CU_ASSERT_STRING_EQUAL(text, "1 pages have descriptors that lead to no page of the file");
	close_subject(&subject);
}

/* Puts a mark at the end of the head, with a checksum that is right. */
static void write_mark(struct subject *subject, uint64_t section, const char *magic)
{
	struct fb_fiber_mark mark = {.version = FB_FIBER_VERSION, .section_offset = section};
	struct fb_fiber_region head = {0};

	memcpy(mark.magic, magic, sizeof(mark.magic));
	mark.xxh64 = XXH64(&mark, offsetof(struct fb_fiber_mark, xxh64), 0);
	find_region(subject, FB_FIBER_REGION_HEADER, &head);
	CU_ASSERT_EQUAL(pwrite(subject->fd, &mark, sizeof(mark),
			       (off_t)(head.offset + head.length - sizeof(mark))),
			sizeof(mark));
	reseal(subject);
}

static void marks_that_lead_elsewhere_are_found(void)
{
	struct subject subject;
	char text[300], wanted[300];

	open_subject(&subject);
	write_mark(&subject, subject.section, FB_FIBER_MARK_MAGIC);
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), 0);
	write_mark(&subject, subject.section + 1, FB_FIBER_MARK_MAGIC);
	(void)snprintf(wanted, sizeof(wanted),
		       "sub-header: the mark says that the fiber section is at 0x%" PRIx64
		       ", but it is at 0x%" PRIx64,
		       subject.section + 1, subject.section);
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), 1);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	write_mark(&subject, subject.section, "NOTHING");
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), 1);
	CU_ASSERT_STRING_EQUAL(text, "sub-header: the bundle's mark is missing or damaged");
	close_subject(&subject);
}

/* Bits of pages that the dump does not have, one in the first word of the bitmap and one in its last byte. */
static void bits_without_a_descriptor_are_found(void)
{
	struct fb_fiber_region bitmap = {0}, descs = {0};
	struct subject subject;
	char text[300], wanted[300];
	uint64_t count;
	uint8_t bits;

	open_subject(&subject);
	find_region(&subject, FB_FIBER_REGION_DUMPED, &bitmap);
	find_region(&subject, FB_FIBER_REGION_DESCRIPTORS, &descs);
	count = descs.length / sizeof(struct fb_kdump_page_desc);
	CU_ASSERT_EQUAL_FATAL(pread(subject.fd, &bits, 1, (off_t)bitmap.offset), 1);
	CU_ASSERT_FATAL(!(bits & 1));
	bits |= 1; /* frame 0 */
	CU_ASSERT_EQUAL(pwrite(subject.fd, &bits, 1, (off_t)bitmap.offset), 1);
	bits = 0x80;
	CU_ASSERT_EQUAL(pwrite(subject.fd, &bits, 1, (off_t)(bitmap.offset + bitmap.length - 1)),
			1);
	reseal(&subject);
	(void)snprintf(wanted, sizeof(wanted),
		       "%" PRIu64 " pages by the bitmap, but %" PRIu64 " descriptors", count + 2,
		       count);
	CU_ASSERT_TRUE(count_problems(subject.path, text, sizeof(text)) >= 1);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	close_subject(&subject);
}

/* One changed byte, and the text of its only problem. */
static void check_changed(struct subject *subject, uint64_t at, const char *wanted)
{
	uint8_t byte, changed;
	char text[300];

	CU_ASSERT_EQUAL_FATAL(pread(subject->fd, &byte, 1, (off_t)at), 1);
	changed = byte ^ 1;
	CU_ASSERT_EQUAL_FATAL(pwrite(subject->fd, &changed, 1, (off_t)at), 1);
	CU_ASSERT_EQUAL(count_problems(subject->path, text, sizeof(text)), 1);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	CU_ASSERT_EQUAL_FATAL(pwrite(subject->fd, &byte, 1, (off_t)at), 1);
}

/* Each region of the dump has a name, and its first and its last byte are in what is told. */
static void damage_is_told_to_the_byte(void)
{
	static const struct {
		uint32_t kind;
		const char *name;
	} regions[] = {
		{FB_FIBER_REGION_EXISTING, "bitmap of existing pages"},
		{FB_FIBER_REGION_COPIED, "page data of the dump"},
		{FB_FIBER_REGION_ADDED, "page data of the cores"},
	};
	struct subject subject;
	char wanted[300];

	open_subject(&subject);
	for (size_t i = 0; i < FB_ARRAY_SIZE(regions); i++) {
		struct fb_fiber_region region = {0};

		find_region(&subject, regions[i].kind, &region);
		(void)snprintf(wanted, sizeof(wanted),
			       "%s: checksum differs: bytes 0x%" PRIx64 "-0x%" PRIx64
			       " of the file",
			       regions[i].name, region.offset, region.offset + region.length - 1);
		check_changed(&subject, region.offset, wanted);
		check_changed(&subject, region.offset + region.length - 1, wanted);
	}
	close_subject(&subject);
}

/* An object with a checksum that is right, and bytes that are none. */
static void objects_that_are_none_are_found(void)
{
	const struct fb_bundle_object objects[] = {
		{.build_id = "00c0ffee",
		 .paths = "/lib/libc.so",
		 .paths_size = 13,
		 .file_size = 5000,
		 .bytes = "not an object",
		 .size = 13},
		{.build_id = "00c0fff0",
		 .paths = "/lib/libm.so",
		 .paths_size = 13,
		 .file_size = 5000,
		 .bytes = "nor this",
		 .size = 8},
	};
	struct fb_placement placement;
	struct fb_warnings *problems;
	struct fb_bundle_plan plan = {
		.core_count = MADE_CORES,
		.placement = &placement,
		.manifest = MADE_MANIFEST,
		.objects = objects,
		.object_count = 2,
	};
	struct made_host host;
	char path[4200];

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	plan.kernel = host.kernel;
	plan.cores = host.place;
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	(void)snprintf(path, sizeof(path), "%s/objects", fb_test_folder());
	FB_OK_FATAL(fb_bundle_write(&plan, path, true));
	fb_placement_deinit(&placement);
	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK(fb_fiber_verify(path, NULL, problems));
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(problems), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(problems, 0), "object 0 (/lib/libc.so): "));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(problems, 1), "object 1 (/lib/libm.so): "));
	fb_warnings_destroy(problems);
	made_host_close(&host);
}

static void a_cut_bundle_is_told_from_no_bundle(void)
{
	struct subject subject;
	char text[300], wanted[300];

	open_subject(&subject);
	for (uint64_t size = subject.size - 1; size > 2 * FB_KDUMP_BLOCK;
	     size = size > subject.section && size - size / 7 < subject.section ? subject.section
										: size - size / 7) {
		CU_ASSERT_EQUAL_FATAL(ftruncate(subject.fd, (off_t)size), 0);
		CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), 1);
		if (size <= subject.section)
			(void)snprintf(wanted, sizeof(wanted),
				       "the file is cut off at 0x%" PRIx64
				       ": the dump goes on to 0x%" PRIx64
				       ", and the fiber section is lost",
				       size, subject.section);
		else
			(void)snprintf(wanted, sizeof(wanted),
				       "fiber section: its trailer is missing or damaged: bytes "
				       "0x%" PRIx64 "-0x%" PRIx64 " of the file",
				       size - sizeof(struct fb_fiber_trailer), size - 1);
		CU_ASSERT_STRING_EQUAL(text, wanted);
	}
	CU_ASSERT_EQUAL_FATAL(ftruncate(subject.fd, 100), 0);
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), SIZE_MAX);
	CU_ASSERT_EQUAL_FATAL(ftruncate(subject.fd, 0), 0);
	CU_ASSERT_EQUAL(count_problems(subject.path, text, sizeof(text)), SIZE_MAX);
	close_subject(&subject);
}

static void what_is_no_bundle_is_one_clear_error(void)
{
	struct made_host host;

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	FB_FAILS_WITH(fb_fiber_verify(host.paths[0], NULL, NULL), FB_INVALID, "not a bundle");
	FB_FAILS(fb_fiber_verify("/nonexistent/bundle", NULL, NULL), FB_OS);
	made_host_close(&host);
}

/* The bundle as a stream of records, as dump -F writes one, and that within gzip. */
static void a_flattened_bundle_is_one(void)
{
	struct mk_bytes plain = {.data = NULL}, flat, packed;
	struct subject subject;
	char text[300], wanted[300], *path;

	open_subject(&subject);
	plain.size = subject.size;
	plain.data = malloc(plain.size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plain.data);
	CU_ASSERT_EQUAL_FATAL(pread(subject.fd, plain.data, plain.size, 0), (ssize_t)plain.size);
	mk_flatten(&plain, 10000, &flat);
	path = mk_file("flat", &flat);
	CU_ASSERT_EQUAL(count_problems(path, text, sizeof(text)), 0);
	free(path);
	mk_gzip(&flat, &packed);
	path = mk_file("flat.gz", &packed);
	CU_ASSERT_EQUAL(count_problems(path, text, sizeof(text)), 0);
	free(path);
	free(packed.data);
	mk_gzip(&plain, &packed);
	packed.size -= 20;
	path = mk_file("cut.gz", &packed);
	CU_ASSERT_TRUE(count_problems(path, text, sizeof(text)) >= 1);
	(void)snprintf(wanted, sizeof(wanted), "%s: the gzip stream ends early", path);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	free(path);
	/* A changed byte of a record, and an end that is missing. */
	flat.data[flat.size / 2] ^= 4;
	path = mk_file("changed", &flat);
	CU_ASSERT_EQUAL(count_problems(path, text, sizeof(text)), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "checksum differs"));
	free(path);
	flat.data[flat.size / 2] ^= 4;
	flat.size -= 20;
	path = mk_file("cut", &flat);
	CU_ASSERT_TRUE(count_problems(path, text, sizeof(text)) >= 1);
	free(path);
	free(packed.data);
	free(flat.data);
	free(plain.data);
	close_subject(&subject);
}

FB_TEST_MAIN("bundle/verify", FB_TEST(a_sound_bundle_has_no_problems),
	     FB_TEST(every_changed_byte_of_the_section_is_found),
	     FB_TEST(changed_bytes_of_the_dump_are_found), FB_TEST(says_what_is_damaged_and_where),
	     FB_TEST(descriptors_without_a_page_are_found),
	     FB_TEST(marks_that_lead_elsewhere_are_found),
	     FB_TEST(bits_without_a_descriptor_are_found),
	     FB_TEST(a_cut_bundle_is_told_from_no_bundle), FB_TEST(a_flattened_bundle_is_one),
	     FB_TEST(what_is_no_bundle_is_one_clear_error), FB_TEST(damage_is_told_to_the_byte),
	     FB_TEST(objects_that_are_none_are_found))
