// SPDX-License-Identifier: GPL-2.0-or-later
/* Wrong headers: each is one clear error, or a warning where pages can still be read. */
#include "kernel/dump/kdump_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	fails(machine_arm, FB_UNSUPPORTED, "aarch64");
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
	fails(max_beyond_bitmap, FB_CORRUPT, "bitmap");
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

FB_TEST_MAIN("kernel/kdump_header", FB_TEST(refuses_wrong_fields),
	     FB_TEST(warns_of_what_costs_no_page), FB_TEST(one_bitmap_is_all_pages),
	     FB_TEST(finds_vmcoreinfo_in_the_notes))
