// SPDX-License-Identifier: GPL-2.0-or-later
/* Wrong headers: each is one clear error, or a warning where pages can still be read. */
#include "kernel/dump/kdump_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

static const struct mk_recipe recipe = {
	.max_pfn = 200, .dumped = mk_every_third, .cpus = 1, .vmcoreinfo = "A=b\n"};

/* A fault that stops the reading. */
static void fails(void (*spoil)(struct mk_bytes *), enum fb_code code, const char *text)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_kdump(&recipe, &bytes);
	spoil(&bytes);
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), code, text);
	free(bytes.data);
}

/* A fault that does not. */
static void warns(void (*spoil)(struct mk_bytes *), const char *text)
{
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	mk_kdump(&recipe, &bytes);
	spoil(&bytes);
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), text));
	(void)mk_check(dump, &recipe, NULL);
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(bytes.data);
}

#define SPOIL(name, statement)                   \
	static void name(struct mk_bytes *bytes) \
	{                                        \
		statement;                       \
	}

SPOIL(machine_arm, snprintf(mk_header(bytes)->utsname.machine,
			    sizeof(mk_header(bytes)->utsname.machine), "%s", "aarch64"))
SPOIL(machine_escape, snprintf(mk_header(bytes)->utsname.machine,
			       sizeof(mk_header(bytes)->utsname.machine), "%s", "\033[31m"))
SPOIL(version_0, mk_header(bytes)->header_version = 0)
SPOIL(block_8192, mk_header(bytes)->block_size = 8192)
SPOIL(block_negative, mk_header(bytes)->block_size = -4096)
SPOIL(sub_0, mk_header(bytes)->sub_hdr_size = 0)
SPOIL(sub_negative, mk_header(bytes)->sub_hdr_size = INT32_MIN)
SPOIL(sub_huge, mk_header(bytes)->sub_hdr_size = INT32_MAX)
SPOIL(bitmap_0, mk_header(bytes)->bitmap_blocks = 0)
SPOIL(bitmap_huge, mk_header(bytes)->bitmap_blocks = UINT32_MAX)
SPOIL(max_0, mk_sub_header(bytes)->max_mapnr_64 = 0)
SPOIL(max_huge, mk_sub_header(bytes)->max_mapnr_64 = UINT64_MAX)
SPOIL(max_beyond_bitmap, mk_sub_header(bytes)->max_mapnr_64 = 2 * 8 * FB_KDUMP_BLOCK + 1)
SPOIL(split_reversed, mk_sub_header(bytes)->split = 1; mk_sub_header(bytes)->start_pfn_64 = 9)
SPOIL(split_beyond, mk_sub_header(bytes)->split = 1; mk_sub_header(bytes)->end_pfn_64 = 201)
SPOIL(all_memory_huge, mk_header(bytes)->bitmap_blocks = UINT32_MAX;
      mk_sub_header(bytes)->max_mapnr_64 = 1ull << 38)

static void refuses_wrong_fields(void)
{
	fails(machine_arm, FB_UNSUPPORTED,
	      "made.dump: the dump of a machine of type aarch64; only x86-64 is handled");
	fails(machine_escape, FB_UNSUPPORTED, "\\x1b[31m");
	fails(version_0, FB_CORRUPT, "header_version is 0");
	fails(block_8192, FB_CORRUPT, "block_size is 8192");
	fails(block_negative, FB_CORRUPT, "block_size");
	fails(sub_0, FB_CORRUPT, "sub_hdr_size");
	fails(sub_negative, FB_CORRUPT, "sub_hdr_size");
	fails(sub_huge, FB_CORRUPT, "sub_hdr_size");
	fails(bitmap_0, FB_CORRUPT, "bitmap_blocks");
	fails(bitmap_huge, FB_TRUNCATED, "ends before");
	fails(max_0, FB_CORRUPT, "max_mapnr");
	fails(max_huge, FB_CORRUPT, "max_mapnr");
	fails(max_beyond_bitmap, FB_CORRUPT, "a bitmap of 8192 bytes for 65537 page frames");
	fails(split_reversed, FB_CORRUPT, "part of page frames");
	fails(split_beyond, FB_CORRUPT, "part of page frames");
	fails(all_memory_huge, FB_TRUNCATED, "made.dump");
}

SPOIL(machine_none, mk_header(bytes)->utsname.machine[0] = '\0')
SPOIL(version_7, mk_header(bytes)->header_version = 7)
SPOIL(vmcoreinfo_behind, mk_sub_header(bytes)->offset_vmcoreinfo = UINT64_MAX)
SPOIL(notes_behind, mk_sub_header(bytes)->offset_note = bytes->size)
SPOIL(notes_huge, mk_sub_header(bytes)->size_note = UINT64_MAX)
SPOIL(erase_behind, mk_sub_header(bytes)->offset_eraseinfo = bytes->size;
      mk_sub_header(bytes)->size_eraseinfo = 1)

static void warns_of_what_costs_no_page(void)
{
	warns(machine_none, "no machine");
	warns(version_7, "version 7");
	warns(vmcoreinfo_behind, "VMCOREINFO");
	warns(notes_behind, "notes");
	warns(notes_huge, "too large");
	warns(erase_behind, "eraseinfo");
}

static void one_bitmap_is_all_pages(void)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_kdump(&recipe, &bytes);
	/* Bitmap 2 alone, its block where bitmap 1 was: the descriptors move up with it. */
	memmove(bytes.data + bytes.bitmap1, bytes.data + bytes.bitmap2, bytes.size - bytes.bitmap2);
	mk_header(&bytes)->bitmap_blocks = 1;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_existing, fb_dump_info(dump)->pages_dumped);
	fb_dump_destroy(dump);
	free(bytes.data);
}

/* VMCOREINFO among the notes is enough. */
static void finds_vmcoreinfo_in_the_notes(void)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_kdump(&recipe, &bytes);
	mk_sub_header(&bytes)->size_vmcoreinfo = 0;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_STRING_EQUAL(fb_dump_vmcoreinfo(dump), "A=b\n");
	fb_dump_destroy(dump);
	mk_sub_header(&bytes)->size_note = 0;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_PTR_NULL(fb_dump_vmcoreinfo(dump));
	fb_dump_destroy(dump);
	free(bytes.data);
}

/* Headers alone, of a file that is as long as it says; behind them are zeros. */
struct headers {
	struct fb_file file;
	struct fb_kdump_header header;
	struct fb_kdump_sub_header sub;
	struct fb_kdump_layout layout;
	enum fb_code code; /* of reads behind the headers; FB_NOMEM: none fails */
};

static struct fb_error *read_headers(struct fb_file *file, uint64_t offset, void *to, size_t length,
				     size_t *read_ret)
{
	const struct headers *headers = (const struct headers *)file;
	uint8_t bytes[2 * FB_KDUMP_BLOCK] = {0};

	if (offset >= sizeof(bytes) && headers->code != FB_NOMEM)
		return fb_error_create(headers->code, "no bytes");
	memcpy(bytes, &headers->header, sizeof(headers->header));
	memcpy(bytes + FB_KDUMP_BLOCK, &headers->sub, sizeof(headers->sub));
	memset(to, 0, length);
	for (size_t i = 0; i < length && offset + i < sizeof(bytes); i++)
		((uint8_t *)to)[i] = bytes[offset + i];
	*read_ret = length;
	return NULL;
}

static void make_headers(struct headers *headers, int version, uint64_t max_pfn)
{
	static const struct fb_file_ops ops = {.read = read_headers};

	memset(headers, 0, sizeof(*headers));
	headers->file =
		(struct fb_file){.ops = &ops, .path = (char *)"made", .size = 1ull << 40, .fd = -1};
	memcpy(headers->header.signature, FB_KDUMP_SIGNATURE, sizeof(headers->header.signature));
	memcpy(headers->header.utsname.machine, "x86_64", 7);
	headers->header.header_version = version;
	headers->header.block_size = FB_KDUMP_BLOCK;
	headers->header.sub_hdr_size = 1;
	headers->header.bitmap_blocks = 2;
	if (version < 6)
		headers->header.max_mapnr = (uint32_t)max_pfn;
	else
		headers->sub.max_mapnr_64 = max_pfn;
}

static struct fb_error *read_layout(struct headers *headers)
{
	memset(&headers->layout, 0xaa, sizeof(headers->layout));
	return fb_kdump_layout_read(&headers->file, headers->file.size, NULL, &headers->layout);
}

/* As many blocks as two bitmaps need, one less, and just enough for one. */
static void bitmaps_are_counted_in_blocks(void)
{
	static const struct {
		uint64_t max_pfn;
		uint32_t blocks;
		uint64_t size; /* of each bitmap, in blocks; 0: too small */
		bool two;
	} bitmaps[] = {
		{1, 1, 1, false},     {1, 2, 1, true},      {32768, 1, 1, false},
		{32768, 2, 1, true},  {32768, 3, 1, true},  {32769, 1, 0, false},
		{32769, 2, 2, false}, {32769, 3, 3, false}, {32769, 4, 2, true},
		{65536, 4, 2, true},  {65537, 4, 4, false}, {65537, 2, 0, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(bitmaps); i++) {
		struct headers headers;
		uint64_t size = bitmaps[i].size * FB_KDUMP_BLOCK;

		make_headers(&headers, 6, bitmaps[i].max_pfn);
		headers.header.bitmap_blocks = bitmaps[i].blocks;
		headers.header.sub_hdr_size = 3;
		if (!size) {
			FB_FAILS_WITH(read_layout(&headers), FB_CORRUPT,
				      "made: kdump header: a bitmap of ");
			continue;
		}
		FB_OK_FATAL(read_layout(&headers));
		CU_ASSERT_EQUAL(headers.layout.max_pfn, bitmaps[i].max_pfn);
		CU_ASSERT_EQUAL(headers.layout.known_pfn, bitmaps[i].max_pfn);
		CU_ASSERT_EQUAL(headers.layout.bitmap_size / FB_KDUMP_BLOCK,
				bitmaps[i].blocks / (bitmaps[i].two ? 2 : 1));
		CU_ASSERT_EQUAL(headers.layout.header_size, 4 * FB_KDUMP_BLOCK);
		CU_ASSERT_EQUAL(headers.layout.bitmap1, 4 * FB_KDUMP_BLOCK);
		CU_ASSERT_EQUAL(headers.layout.bitmap2,
				headers.layout.bitmap1 +
					(bitmaps[i].two ? headers.layout.bitmap_size : 0));
		CU_ASSERT_EQUAL(headers.layout.descs, (4 + bitmaps[i].blocks) * FB_KDUMP_BLOCK);
	}
}

/* What the file has of the bitmap says of how many frames it is known. */
static void cut_bitmaps_tell_of_fewer_frames(void)
{
	static const struct {
		uint64_t size, stored, known; /* 0: nothing */
	} files[] = {
		{16384, 16384, 32768}, {16383, 16383, 32760},     {12289, 12289, 8},
		{12288, 12288, 0},     {12287, 12287, 0},         {1 << 20, 4096, 32768},
		{1 << 20, 4095, 0},    {1 << 20, 1 << 19, 32768},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(files); i++) {
		struct fb_warnings *warnings;
		struct headers headers;

		FB_OK_FATAL(fb_warnings_create(&warnings));
		make_headers(&headers, 6, 32768);
		headers.file.size = files[i].size;
		if (!files[i].known) {
			FB_FAILS_WITH(fb_kdump_layout_read(&headers.file, files[i].stored, warnings,
							   &headers.layout),
				      FB_TRUNCATED, "made: ends before the bitmap of its pages");
		} else {
			FB_OK(fb_kdump_layout_read(&headers.file, files[i].stored, warnings,
						   &headers.layout));
			CU_ASSERT_EQUAL(headers.layout.known_pfn, files[i].known);
			CU_ASSERT_EQUAL(fb_warnings_count(warnings), files[i].known < 32768);
			if (files[i].known < 32768)
				CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 0),
						       "made: ends inside the bitmap of its pages");
		}
		fb_warnings_destroy(warnings);
	}
}

/* Versions before 6 count frames in 32 bits; those before 2 know no parts. */
static void ranges_stand_where_their_version_has_them(void)
{
	for (int version = 1; version <= 7; version++) {
		struct headers headers;

		make_headers(&headers, version, 1000);
		headers.header.max_mapnr = 1000 - (version >= 6);
		headers.sub.max_mapnr_64 = 1000 - (version < 6);
		headers.sub.split = 2;
		headers.sub.start_pfn = 10;
		headers.sub.end_pfn = 20;
		headers.sub.start_pfn_64 = 30;
		headers.sub.end_pfn_64 = 1000;
		FB_OK_FATAL(read_layout(&headers));
		CU_ASSERT_EQUAL(headers.layout.max_pfn, 1000);
		CU_ASSERT_EQUAL(headers.layout.split, version >= 2);
		CU_ASSERT_EQUAL(headers.layout.start_pfn, version < 2 ? 0 : version < 6 ? 10 : 30);
		CU_ASSERT_EQUAL(headers.layout.end_pfn, version < 2 || version >= 6 ? 1000 : 20);
		headers.sub.start_pfn = 20;
		headers.sub.start_pfn_64 = 1000; /* a part without frames */
		FB_OK(read_layout(&headers));
		headers.sub.start_pfn++;
		headers.sub.start_pfn_64++;
		if (version < 2)
			FB_OK(read_layout(&headers));
		else
			FB_FAILS_WITH(read_layout(&headers), FB_CORRUPT,
				      version < 6 ? "part of page frames 21 to 20 of 1000"
						  : "part of page frames 1001 to 1000 of 1000");
	}
}

/* A name of control characters, each of which takes four, is shown whole. */
static void the_longest_machine_is_shown(void)
{
	struct headers headers;
	char text[512] = "of type ";
	size_t length = sizeof(headers.header.utsname.machine) - 1;

	make_headers(&headers, 6, 100);
	memset(headers.header.utsname.machine, 1, sizeof(headers.header.utsname.machine));
	for (size_t i = 0; i < length; i++)
		memcpy(text + 8 + 4 * i, "\\x01", 5);
	memcpy(text + 8 + 4 * length, "; only", 7);
	FB_FAILS_WITH(read_layout(&headers), FB_UNSUPPORTED, text);
}

static void fields_have_bounds(void)
{
	struct headers headers;

	make_headers(&headers, 6, FB_MAX_PFN);
	headers.header.bitmap_blocks = UINT32_MAX;
	headers.file.size = UINT64_MAX / 2;
	FB_OK(read_layout(&headers));
	headers.sub.max_mapnr_64++;
	FB_FAILS_WITH(read_layout(&headers), FB_CORRUPT, "made: kdump header: max_mapnr is ");
	make_headers(&headers, 6, 100);
	headers.header.sub_hdr_size = (FB_MAX_NOTES + FB_MAX_VMCOREINFO) / FB_KDUMP_BLOCK + 1;
	FB_OK(read_layout(&headers));
	headers.header.sub_hdr_size++;
	FB_FAILS_WITH(read_layout(&headers), FB_CORRUPT, "made: kdump header: sub_hdr_size is ");
	make_headers(&headers, 6, 100);
	headers.header.signature[0]++;
	FB_FAILS_WITH(read_layout(&headers), FB_CORRUPT, "made: no kdump signature");
	make_headers(&headers, 6, 100);
	headers.file.size = sizeof(headers.header);
	FB_FAILS_WITH(read_layout(&headers), FB_TRUNCATED,
		      "made: ends inside its kdump sub-header");
	headers.file.size--;
	FB_FAILS_WITH(read_layout(&headers), FB_TRUNCATED, "made: ends inside its kdump header (");
	/* Texts that fill their field have an end all the same. */
	make_headers(&headers, 6, 100);
	memset(headers.header.utsname.release, 'r', sizeof(headers.header.utsname.release));
	FB_OK_FATAL(read_layout(&headers));
	CU_ASSERT_EQUAL(strlen(headers.layout.header.utsname.release),
			sizeof(headers.header.utsname.release) - 1);
}

/* The versions differ in how much of the sub-header there is. */
static void sub_headers_are_as_long_as_their_version_says(void)
{
	static const size_t sizes[] = {
		[1] = offsetof(struct fb_kdump_sub_header, split),
		[2] = offsetof(struct fb_kdump_sub_header, offset_vmcoreinfo),
		[3] = offsetof(struct fb_kdump_sub_header, offset_note),
		[4] = offsetof(struct fb_kdump_sub_header, offset_eraseinfo),
		[5] = offsetof(struct fb_kdump_sub_header, start_pfn_64),
		[6] = sizeof(struct fb_kdump_sub_header),
		[7] = sizeof(struct fb_kdump_sub_header),
	};

	for (int version = 1; version <= 7; version++) {
		struct headers headers;

		make_headers(&headers, version, 100);
		headers.file.size = FB_KDUMP_BLOCK + sizes[version];
		/* Then the bitmap is what is missing. */
		FB_FAILS_WITH(read_layout(&headers), FB_TRUNCATED, "ends before the bitmap");
		headers.file.size--;
		FB_FAILS_WITH(read_layout(&headers), FB_TRUNCATED,
			      "ends inside its kdump sub-header");
	}
}

static void areas_are_read_where_they_are_there(void)
{
	struct fb_warnings *warnings;
	struct headers headers;
	void *data = &headers;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	make_headers(&headers, 6, 100);
	headers.file.size = 10000;
	headers.code = FB_NOMEM;
	FB_OK(fb_kdump_read_area(&headers.file, 50000, 0, 10, "notes", warnings, &data));
	CU_ASSERT_PTR_NULL(data);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	FB_OK_FATAL(fb_kdump_read_area(&headers.file, 0, 8, 8, "notes", warnings, &data));
	CU_ASSERT_PTR_NOT_NULL_FATAL(data);
	CU_ASSERT_STRING_EQUAL((const char *)data, FB_KDUMP_SIGNATURE);
	free(data);
	FB_OK(fb_kdump_read_area(&headers.file, 9992, 8, 8, "notes", warnings, &data));
	CU_ASSERT_PTR_NOT_NULL(data);
	free(data);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	FB_OK(fb_kdump_read_area(&headers.file, 9993, 8, 8, "notes", warnings, &data));
	CU_ASSERT_PTR_NULL(data);
	FB_OK(fb_kdump_read_area(&headers.file, 10001, 1, 8, "more", warnings, &data));
	CU_ASSERT_PTR_NULL(data);
	FB_OK(fb_kdump_read_area(&headers.file, 0, 9, 8, "most", warnings, &data));
	CU_ASSERT_PTR_NULL(data);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 3);
	CU_ASSERT_STRING_EQUAL(
		fb_warnings_get(warnings, 0),
		"made: notes (8 bytes at offset 9993) not readable: behind the end of the file");
	CU_ASSERT_STRING_EQUAL(
		fb_warnings_get(warnings, 1),
		"made: more (1 bytes at offset 10001) not readable: behind the end of the file");
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 2),
			       "made: most (9 bytes at offset 0) not readable: too large");
	headers.code = FB_OS;
	data = &headers;
	FB_FAILS(fb_kdump_read_area(&headers.file, 9000, 8, 8, "notes", warnings, &data), FB_OS);
	fb_warnings_destroy(warnings);
}

FB_TEST_MAIN("kernel/kdump_header", FB_TEST(refuses_wrong_fields),
	     FB_TEST(warns_of_what_costs_no_page), FB_TEST(one_bitmap_is_all_pages),
	     FB_TEST(finds_vmcoreinfo_in_the_notes), FB_TEST(bitmaps_are_counted_in_blocks),
	     FB_TEST(cut_bitmaps_tell_of_fewer_frames),
	     FB_TEST(ranges_stand_where_their_version_has_them),
	     FB_TEST(the_longest_machine_is_shown), FB_TEST(fields_have_bounds),
	     FB_TEST(sub_headers_are_as_long_as_their_version_says),
	     FB_TEST(areas_are_read_where_they_are_there))
