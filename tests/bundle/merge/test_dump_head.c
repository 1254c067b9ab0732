// SPDX-License-Identifier: GPL-2.0-or-later
/* Both headers of the dump in a bundle, field by field: those of the input, and those that are made up. */
#include "bundle/merge/dump_head.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "bundle/file/fiber_format.h"
#include "kernel/dump/dump_private.h"
#include "kernel/dump/kdump_format.h"
#include "kernel/image/kernel_private.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

#define ALL_FRAMES 0x12345u

static const struct fb_placement nothing;

/* What stands at the head of a made input. */
static uint8_t made_blocks[3 * FB_KDUMP_BLOCK];
static size_t made_size;

static const void *made_header(const struct fb_dump *dump, size_t *size_ret)
{
	(void)dump;
	*size_ret = made_size;
	return made_blocks;
}

struct headed {
	struct made_host host;
	const struct fb_dump_ops *ops; /* of host.dump */
	struct fb_dump_ops own;
	struct fb_dump_head head;
	struct fb_kdump_header header; /* that were made */
	struct fb_kdump_sub_header sub;
};

/* The host's dump has `size` bytes of made_blocks as its head. */
static void open_headed(struct headed *headed, enum made_format format, size_t size)
{
	memset(headed, 0, sizeof(*headed));
	made_host_open(&headed->host, format, 0);
	headed->ops = headed->host.dump->ops;
	headed->own = *headed->ops;
	made_size = size;
	if (size) {
		headed->own.header = made_header;
		headed->host.dump->ops = &headed->own;
	}
}

static void close_headed(struct headed *headed)
{
	fb_dump_head_deinit(&headed->head);
	headed->host.dump->ops = headed->ops;
	made_host_close(&headed->host);
}

static void create(struct headed *headed, const struct fb_placement *placement, int level,
		   uint64_t max_pfn)
{
	fb_dump_head_deinit(&headed->head);
	FB_OK_FATAL(
		fb_dump_head_create(headed->host.kernel, placement, level, max_pfn, &headed->head));
	memcpy(&headed->header, headed->head.blocks, sizeof(headed->header));
	memcpy(&headed->sub, headed->head.blocks + FB_KDUMP_BLOCK, sizeof(headed->sub));
}

static void check_common(const struct headed *headed, uint64_t max_pfn)
{
	const struct fb_kdump_header *header = &headed->header;
	const struct fb_kdump_sub_header *sub = &headed->sub;

	CU_ASSERT_EQUAL(memcmp(header->signature, FB_KDUMP_SIGNATURE, 8), 0);
	CU_ASSERT_EQUAL(header->header_version, 6);
	CU_ASSERT_EQUAL(header->block_size, FB_KDUMP_BLOCK);
	CU_ASSERT_EQUAL((size_t)(header->sub_hdr_size + 1) * FB_KDUMP_BLOCK, headed->head.size);
	CU_ASSERT_EQUAL(header->bitmap_blocks, 2 * headed->head.bitmap_size / FB_KDUMP_BLOCK);
	CU_ASSERT_EQUAL(header->max_mapnr, max_pfn < UINT32_MAX ? max_pfn : UINT32_MAX);
	CU_ASSERT_EQUAL(sub->max_mapnr_64, max_pfn);
	CU_ASSERT_EQUAL(headed->head.max_pfn, max_pfn);
	CU_ASSERT(!sub->split && !sub->start_pfn && !sub->end_pfn && !sub->start_pfn_64 &&
		  !sub->end_pfn_64);
}

/* Where the head has the bytes at offset. */
static bool has_bytes(const struct headed *headed, uint64_t offset, const void *bytes, size_t size)
{
	return offset <= headed->head.size && size <= headed->head.size - offset &&
	       memcmp(headed->head.blocks + offset, bytes, size) == 0;
}

static void headers_are_made_up_of_the_kernel(void)
{
	struct headed headed;
	const void *notes;
	size_t size = 0;

	open_headed(&headed, MADE_ELF, 0);
	headed.host.kernel->info.crash_time = 1795454422;
	headed.host.kernel->info.cpus = 3;
	headed.host.kernel->info.phys_base = 0x1000000;
	create(&headed, &nothing, 5, ALL_FRAMES);
	check_common(&headed, ALL_FRAMES);
	CU_ASSERT_STRING_EQUAL(headed.header.utsname.sysname, "Linux");
	CU_ASSERT_STRING_EQUAL(headed.header.utsname.release, "6.1.0-made");
	CU_ASSERT_STRING_EQUAL(headed.header.utsname.version, "#1 SMP made");
	CU_ASSERT_STRING_EQUAL(headed.header.utsname.machine, "x86_64");
	CU_ASSERT_EQUAL(headed.header.timestamp_sec, 1795454422);
	CU_ASSERT_EQUAL(headed.header.nr_cpus, 3);
	CU_ASSERT_EQUAL(headed.sub.phys_base, 0x1000000);
	CU_ASSERT_EQUAL(headed.sub.dump_level, 5);
	notes = fb_dump_notes(headed.host.dump, &size);
	CU_ASSERT(size > 0 && headed.sub.size_note == size);
	CU_ASSERT_EQUAL(headed.sub.offset_note, FB_KDUMP_BLOCK + sizeof(headed.sub));
	CU_ASSERT(has_bytes(&headed, headed.sub.offset_note, notes, size));
	/* VMCOREINFO is one of the notes, and there once. */
	CU_ASSERT_EQUAL(headed.sub.size_vmcoreinfo, strlen(fb_dump_vmcoreinfo(headed.host.dump)));
	CU_ASSERT(headed.sub.offset_vmcoreinfo > headed.sub.offset_note &&
		  headed.sub.offset_vmcoreinfo < headed.sub.offset_note + size);
	CU_ASSERT(has_bytes(&headed, headed.sub.offset_vmcoreinfo,
			    fb_dump_vmcoreinfo(headed.host.dump), headed.sub.size_vmcoreinfo));
	CU_ASSERT(!headed.sub.offset_eraseinfo && !headed.sub.size_eraseinfo);
	close_headed(&headed);
}

/* A text that is longer than its field is cut, and ends. */
static void names_fit_their_fields(void)
{
	char name[100];
	struct headed headed;

	memset(name, 'r', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	open_headed(&headed, MADE_ELF, 0);
	headed.host.kernel->info.release = name;
	create(&headed, &nothing, 0, ALL_FRAMES);
	CU_ASSERT_EQUAL(strlen(headed.header.utsname.release), 64);
	close_headed(&headed);
}

/* VMCOREINFO that is in no note has a place of its own. */
static void vmcoreinfo_is_put_where_no_note_has_it(void)
{
	struct headed headed;
	char *text;

	open_headed(&headed, MADE_ELF, 0);
	text = headed.host.dump->vmcoreinfo;
	text[0] = 'o'; /* the notes have it as it was */
	create(&headed, &nothing, 0, ALL_FRAMES);
	CU_ASSERT_EQUAL(headed.sub.size_vmcoreinfo, strlen(text));
	CU_ASSERT_EQUAL(headed.sub.offset_vmcoreinfo,
			headed.sub.offset_note + headed.sub.size_note);
	CU_ASSERT(has_bytes(&headed, headed.sub.offset_vmcoreinfo, text, strlen(text)));
	close_headed(&headed);
}

/* A header with every bit of status set, and eraseinfo. */
static void make_blocks(int version, uint64_t eraseinfo_at, uint64_t eraseinfo_size)
{
	struct fb_kdump_header header = {
		.header_version = version, .status = UINT32_MAX, .timestamp_usec = 5, .nr_cpus = 9};
	struct fb_kdump_sub_header sub = {.phys_base = 77,
					  .split = 1,
					  .start_pfn = 1,
					  .end_pfn = 2,
					  .start_pfn_64 = 3,
					  .end_pfn_64 = 4,
					  .offset_eraseinfo = eraseinfo_at,
					  .size_eraseinfo = eraseinfo_size};

	memset(made_blocks, 'e', sizeof(made_blocks));
	memcpy(made_blocks, &header, sizeof(header));
	memcpy(made_blocks + FB_KDUMP_BLOCK, &sub, sizeof(sub));
}

static void headers_are_the_inputs(void)
{
	struct headed headed;

	open_headed(&headed, MADE_KDUMP, sizeof(made_blocks));
	make_blocks(6, 0, 0);
	headed.host.dump->info.known_pfn = ALL_FRAMES;
	create(&headed, &nothing, -1, ALL_FRAMES);
	check_common(&headed, ALL_FRAMES);
	CU_ASSERT_EQUAL(headed.header.timestamp_usec, 5);
	CU_ASSERT_EQUAL(headed.header.nr_cpus, 9);
	CU_ASSERT_EQUAL(headed.header.status, 0x3f); /* what the format has of them */
	CU_ASSERT_EQUAL(headed.sub.phys_base, 77);
	close_headed(&headed);
	/* One byte less than both headers: as if there were none. */
	for (size_t less = 0; less < 2; less++) {
		open_headed(&headed, MADE_KDUMP, FB_KDUMP_BLOCK + sizeof(headed.sub) - less);
		create(&headed, &nothing, -1, ALL_FRAMES);
		CU_ASSERT_EQUAL(headed.sub.phys_base, less ? 0 : 77);
		close_headed(&headed);
	}
}

static void eraseinfo_is_taken_where_it_is_whole(void)
{
	static const struct {
		int version;
		uint64_t at, size;
		bool taken;
	} cases[] = {
		{6, 5000, 100, true},
		{5, 5000, 100, true},
		{4, 5000, 100, false}, /* the fields are not there yet */
		{6, sizeof(made_blocks) - 100, 100, true},
		{6, sizeof(made_blocks) - 100, 101, false},
		{6, sizeof(made_blocks), 1, false},
		{6, sizeof(made_blocks) + 1, 1, false},
		{6, UINT64_MAX, 2, false},
		{6, 5000, UINT64_MAX, false},
	};
	struct headed headed;

	open_headed(&headed, MADE_KDUMP, sizeof(made_blocks));
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		make_blocks(cases[i].version, cases[i].at, cases[i].size);
		create(&headed, &nothing, -1, ALL_FRAMES);
		CU_ASSERT_EQUAL(headed.sub.size_eraseinfo, cases[i].taken ? cases[i].size : 0);
		CU_ASSERT_EQUAL(headed.sub.offset_eraseinfo != 0, cases[i].taken);
		if (cases[i].taken)
			CU_ASSERT(has_bytes(&headed, headed.sub.offset_eraseinfo,
					    made_blocks + cases[i].at, cases[i].size));
	}
	close_headed(&headed);
}

/* The level may say that a frame without a page was one of zeros, which is not known of frames behind known_pfn. */
static void the_level_says_what_is_known(void)
{
	static const struct {
		int level, of_input;
		uint64_t last; /* frame that is placed; 0: none */
		int wanted;
	} cases[] = {
		{-1, 31, 0, 31},   {-1, 31, 299, 31}, {-1, 31, 300, 30},
		{-1, 31, 301, 30}, {-1, 16, 300, 16}, {-1, 0, 0, 0},
		{-1, -1, 0, 0},    {0, 31, 0, 0},     {7, 31, 300, 7},
	};
	struct headed headed;

	open_headed(&headed, MADE_KDUMP, 0);
	headed.host.dump->info.known_pfn = 300;
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_placed placed[] = {{.pfn = 1}, {.pfn = cases[i].last}};
		const struct fb_placement placement = {.placed = placed,
						       .placed_count = cases[i].last ? 2 : 0};

		headed.host.dump->info.dump_level = cases[i].of_input;
		create(&headed, &placement, cases[i].level, 300);
		CU_ASSERT_EQUAL(headed.sub.dump_level, cases[i].wanted);
		CU_ASSERT(!(headed.header.status & FB_KDUMP_STATUS_INCOMPLETE));
		create(&headed, &placement, cases[i].level, 301);
		CU_ASSERT(headed.header.status & FB_KDUMP_STATUS_INCOMPLETE);
	}
	close_headed(&headed);
}

static void frames_have_room_in_the_bitmaps(void)
{
	static const struct {
		uint64_t max_pfn, bitmap_size;
	} cases[] = {
		{1, FB_KDUMP_BLOCK},
		{8 * FB_KDUMP_BLOCK, FB_KDUMP_BLOCK},
		{8 * FB_KDUMP_BLOCK + 1, 2 * FB_KDUMP_BLOCK},
		{UINT32_MAX, (UINT32_MAX + 1ull) / 8},
		{UINT32_MAX + 1ull, (UINT32_MAX + 1ull) / 8},
		{FB_MAX_BITMAP_PFN, FB_MAX_BITMAP_PFN / 8},
	};
	struct headed headed;

	open_headed(&headed, MADE_KDUMP, 0);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		create(&headed, &nothing, 0, cases[i].max_pfn);
		check_common(&headed, cases[i].max_pfn);
		CU_ASSERT_EQUAL(headed.head.bitmap_size, cases[i].bitmap_size);
	}
	FB_FAILS_WITH(fb_dump_head_create(headed.host.kernel, &nothing, 0, FB_MAX_BITMAP_PFN + 1,
					  &headed.head),
		      FB_LIMIT, "too far");
	close_headed(&headed);
}

static void check_finished(struct headed *headed, uint32_t flags, bool lost, uint32_t wanted)
{
	struct fb_fiber_mark mark;

	create(headed, &nothing, 0, 300);
	fb_dump_head_finish(&headed->head, flags, lost, 0x123456);
	memcpy(&headed->header, headed->head.blocks, sizeof(headed->header));
	CU_ASSERT_EQUAL(headed->header.status, wanted);
	memcpy(&mark, headed->head.blocks + headed->head.size - sizeof(mark), sizeof(mark));
	CU_ASSERT_EQUAL(memcmp(mark.magic, FB_FIBER_MARK_MAGIC, sizeof(mark.magic)), 0);
	CU_ASSERT_EQUAL(mark.version, FB_FIBER_VERSION);
	CU_ASSERT_EQUAL(mark.reserved, 0);
	CU_ASSERT_EQUAL(mark.section_offset, 0x123456);
	CU_ASSERT_EQUAL(mark.xxh64, XXH64(&mark, offsetof(struct fb_fiber_mark, xxh64), 0));
}

static void the_end_marks_the_bundle(void)
{
	struct headed headed;

	open_headed(&headed, MADE_ELF, 0);
	headed.host.dump->info.known_pfn = 300;
	check_finished(&headed, 0, false, 0);
	check_finished(&headed, FB_KDUMP_PAGE_ZSTD, false, FB_KDUMP_STATUS_ZSTD);
	check_finished(&headed, FB_KDUMP_PAGE_LZO, true,
		       FB_KDUMP_STATUS_LZO | FB_KDUMP_STATUS_INCOMPLETE);
	close_headed(&headed);
}

FB_TEST_MAIN("bundle/dump_head", FB_TEST(headers_are_made_up_of_the_kernel),
	     FB_TEST(names_fit_their_fields), FB_TEST(vmcoreinfo_is_put_where_no_note_has_it),
	     FB_TEST(headers_are_the_inputs), FB_TEST(eraseinfo_is_taken_where_it_is_whole),
	     FB_TEST(the_level_says_what_is_known), FB_TEST(frames_have_room_in_the_bitmaps),
	     FB_TEST(the_end_marks_the_bundle))
