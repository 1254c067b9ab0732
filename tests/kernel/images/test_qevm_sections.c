// SPDX-License-Identifier: GPL-2.0-or-later
/* What a saved guest of qemu has before, between and behind its pages: capabilities, sections, blocks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/images/qevm_format.h"
#include "tests/harness.h"
#include "tests/kernel/images/make_qevm.h"

#define GIB (1ull << 30)

/* A subsection of the configuration, without what is in it. */
static void put_part(struct mk_bytes *bytes, const char *name)
{
	mk_qevm_u8(bytes, FB_QEVM_SUBSECTION);
	mk_qevm_name(bytes, name);
	mk_qevm_u32(bytes, 1);
}

/* A guest of 16 pages of which one is sent, behind what bytes holds. */
static void put_rest(struct mk_bytes *bytes)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;

	mk_qevm_blocks(bytes, (const char *const[]){"pc.ram", NULL}, &length);
	mk_qevm_section(bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(bytes, "pc.ram", 0, 9);
	mk_qevm_end(bytes);
}

static struct fb_error *open_once(struct mk_bytes *bytes)
{
	struct fb_dump *dump = NULL;
	struct fb_error *err = mk_open(bytes, NULL, &dump);

	if (!err)
		mk_expect_page(dump, 0, 9);
	fb_dump_destroy(dump);
	free(bytes->data);
	return err;
}

/* None, one and two capabilities, of which the last decides. */
static void capabilities_that_change_the_memory_are_refused(void)
{
	static const struct {
		const char *names[3];
		bool good;
	} cases[] = {
		{{NULL}, true},
		{{"events", "late-block-activate", NULL}, true},
		{{"events", "mapped-ram", NULL}, false},
		{{"events", "x-ignore-shared", NULL}, false},
		{{"events", "multifd", NULL}, false},
		{{"multifd", "events", NULL}, false},
		{{"multifd2", "mapped-ra", NULL}, true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct mk_bytes bytes;
		uint32_t count = 0;

		while (cases[i].names[count])
			count++;
		mk_qevm_begin(&bytes, "pc-q35-9.2");
		put_part(&bytes, "configuration/capabilities");
		mk_qevm_u32(&bytes, count);
		for (uint32_t k = 0; k < count; k++)
			mk_qevm_name(&bytes, cases[i].names[k]);
		put_rest(&bytes);
		if (cases[i].good)
			FB_OK(open_once(&bytes));
		else
			FB_FAILS_WITH(open_once(&bytes), FB_UNSUPPORTED,
				      "its memory is written with ");
	}
}

static void configurations_have_a_name_and_known_parts(void)
{
	char name[257];
	struct mk_bytes bytes;

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	mk_qevm_begin(&bytes, name);
	put_rest(&bytes);
	FB_OK(open_once(&bytes));
	name[255] = 'n';
	name[256] = '\0';
	mk_qevm_begin(&bytes, name);
	put_rest(&bytes);
	FB_FAILS_WITH(open_once(&bytes), FB_CORRUPT, "a machine's name of 256 bytes");
	mk_qevm_begin(&bytes, "");
	put_rest(&bytes);
	FB_OK(open_once(&bytes));
	mk_qevm_begin(&bytes, "pc");
	put_part(&bytes, "configuration/other");
	put_rest(&bytes);
	FB_FAILS_WITH(open_once(&bytes), FB_UNSUPPORTED,
		      "its configuration has a part 'configuration/other'");
}

/* Another section than the memory's: behind the memory's end it ends the reading, before it is refused. */
static void sections_stand_behind_the_memory(void)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;

	for (int number = 2; number <= 3; number++) {
		for (int ended = 0; ended <= 1; ended++) {
			struct mk_bytes bytes;

			mk_qevm_begin(&bytes, "pc");
			mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
			mk_qevm_section(&bytes, ended ? FB_QEVM_SECTION_END : FB_QEVM_SECTION_PART);
			mk_qevm_page(&bytes, "pc.ram", 0, 9);
			mk_qevm_end(&bytes);
			mk_qevm_u8(&bytes, FB_QEVM_SECTION_PART);
			mk_qevm_u32(&bytes, (uint32_t)number);
			mk_qevm_u64(&bytes, FB_QEVM_END);
			mk_qevm_u8(&bytes, FB_QEVM_SECTION_EOF);
			if (number == 2 || ended)
				FB_OK(open_once(&bytes));
			else
				FB_FAILS_WITH(open_once(&bytes), FB_UNSUPPORTED,
					      "a section '' stands before the end of its memory");
		}
	}
}

/* A byte that begins no section: garbage behind the memory is nobody's, before its end it is damage. */
static void other_bytes_end_the_memory(void)
{
	for (int ended = 0; ended <= 1; ended++) {
		const uint64_t length = 16 * FB_PAGE_SIZE;
		struct mk_bytes bytes;

		mk_qevm_begin(&bytes, "pc");
		mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
		mk_qevm_section(&bytes, ended ? FB_QEVM_SECTION_END : FB_QEVM_SECTION_PART);
		mk_qevm_u64(&bytes, FB_QEVM_MULTIFD_FLUSH); /* between pages */
		mk_qevm_page(&bytes, "pc.ram", 0, 9);
		mk_qevm_end(&bytes);
		mk_qevm_u8(&bytes, 0x55);
		if (ended) {
			FB_OK(open_once(&bytes));
		} else {
			struct fb_warnings *warnings;
			struct fb_dump *dump = NULL;
			struct fb_error *err;

			FB_OK_FATAL(fb_warnings_create(&warnings));
			err = mk_open(&bytes, warnings, &dump);
			if (err)
				FB_FAILS_WITH(err, FB_CORRUPT, "no section at offset");
			else
				CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0),
							      "no section at offset"));
			fb_dump_destroy(dump);
			fb_warnings_destroy(warnings);
			free(bytes.data);
		}
	}
}

/* By a page at each side of the size from which on there is one. */
static void the_gap_begins_with_a_size(void)
{
	static const struct {
		const char *machine;
		uint64_t memory, page, at;
	} cases[] = {
		{"q35", 0xb0000000 - 4096, 0x80000000, 0x80000000},
		{"q35", 0xb0000000, 0x80000000, 4 * GIB},
		{"q35", 0xb0000000, 0x80000000 - 4096, 0x80000000 - 4096},
		{"q35", 0xb0000000, 0x80001000, 4 * GIB + 4096},
		{"pc", 0xe0000000 - 4096, 0xc0000000, 0xc0000000},
		{"pc", 0xe0000000, 0xc0000000, 4 * GIB},
		{"pc", 0xe0000000, 0xc0000000 - 4096, 0xc0000000 - 4096},
		{"microvm", 0xc0001000, 0xc0000000, 4 * GIB},
		{"microvm", 0xc0001000, 0xc0000000 - 4096, 0xc0000000 - 4096},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		mk_qevm_expect_at(cases[i].machine, cases[i].memory, cases[i].page, cases[i].at);
	for (uint64_t memory = 2 * GIB; memory <= 2 * GIB + 4096; memory += 4096) {
		struct mk_bytes bytes;

		mk_qevm_begin(&bytes, "unheard of");
		mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &memory);
		mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
		mk_qevm_page(&bytes, "pc.ram", 0, 9);
		mk_qevm_end(&bytes);
		if (memory == 2 * GIB)
			FB_OK(open_once(&bytes));
		else
			FB_FAILS_WITH(open_once(&bytes), FB_UNSUPPORTED,
				      "where a machine 'unheard of' has its memory is not known");
	}
}

/* "pc.ram" wherever it stands; else nodes; else the largest, of equal ones the first. */
static void memory_is_chosen_among_blocks(void)
{
	static const struct {
		const char *names[4];
		uint64_t pages[3];
		const char *memory;
	} cases[] = {
		{{"pc.ram", "vga", NULL}, {4, 8}, "pc.ram"},
		{{"vga", "pc.ram", NULL}, {8, 4}, "pc.ram"},
		{{"vga", "pc.ram", "bios", NULL}, {8, 4, 16}, "pc.ram"},
		{{"vga", "ram-node0", "bios", NULL}, {8, 4, 16}, "ram-node0"},
		{{"ram-node", "mem", NULL}, {4, 8}, "mem"},
		{{"ram-node1x", "mem", NULL}, {4, 8}, "mem"},
		{{"one", "two", NULL}, {4, 4}, "one"},
		{{"one", "two", "three", NULL}, {4, 8, 8}, "two"},
		{{"one", NULL}, {4}, "one"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		uint64_t lengths[3];
		struct mk_bytes bytes;
		struct fb_dump *dump;

		for (size_t k = 0; k < 3; k++)
			lengths[k] = cases[i].pages[k] * FB_PAGE_SIZE;
		mk_qevm_begin(&bytes, "pc");
		mk_qevm_blocks(&bytes, cases[i].names, lengths);
		mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
		for (size_t k = 0; cases[i].names[k]; k++)
			mk_qevm_page(&bytes, cases[i].names[k], 0,
				     strcmp(cases[i].names[k], cases[i].memory) ? 1 : 2);
		mk_qevm_end(&bytes);
		mk_qevm_u8(&bytes, FB_QEVM_SECTION_EOF);
		FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
		CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, 1);
		mk_expect_page(dump, 0, 2);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
}

static void blocks_are_bounded(void)
{
	for (unsigned count = 64; count <= 65; count++) {
		struct mk_bytes bytes;
		char name[16];

		mk_qevm_begin(&bytes, "pc");
		mk_qevm_section(&bytes, FB_QEVM_SECTION_START);
		mk_qevm_u64(&bytes, count * FB_PAGE_SIZE | FB_QEVM_MEM_SIZE);
		for (unsigned i = 0; i < count; i++) {
			(void)snprintf(name, sizeof(name), "b%u", i);
			mk_qevm_name(&bytes, i ? name : "pc.ram");
			mk_qevm_u64(&bytes, FB_PAGE_SIZE);
		}
		mk_qevm_end(&bytes);
		mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
		mk_qevm_page(&bytes, "pc.ram", 0, 9);
		mk_qevm_end(&bytes);
		if (count == 64)
			FB_OK(open_once(&bytes));
		else
			FB_FAILS_WITH(open_once(&bytes), FB_LIMIT, "more than 64 blocks of memory");
	}
	for (int bytes_of_it = 0; bytes_of_it <= 2; bytes_of_it += 2) {
		struct mk_bytes bytes;

		mk_qevm_begin(&bytes, "pc");
		mk_qevm_section(&bytes, FB_QEVM_SECTION_START);
		mk_qevm_u64(&bytes, FB_PAGE_SIZE | FB_QEVM_MEM_SIZE);
		mk_qevm_name(&bytes, "pc.ram");
		mk_qevm_u64(&bytes, (uint64_t)bytes_of_it * FB_PAGE_SIZE);
		mk_qevm_end(&bytes);
		FB_FAILS_WITH(open_once(&bytes), FB_CORRUPT,
			      bytes_of_it ? "block 'pc.ram' has 8192 bytes"
					  : "block 'pc.ram' has 0 bytes");
	}
}

static void pages_are_of_blocks_that_are_there(void)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;
	struct mk_bytes bytes;

	mk_qevm_begin(&bytes, "pc");
	mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
	mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(&bytes, "pc.rom", 0, 9);
	mk_qevm_end(&bytes);
	FB_FAILS_WITH(open_once(&bytes), FB_CORRUPT, "a page of a block 'pc.rom'");
}

FB_TEST_MAIN("kernel/qevm_sections", FB_TEST(capabilities_that_change_the_memory_are_refused),
	     FB_TEST(configurations_have_a_name_and_known_parts),
	     FB_TEST(sections_stand_behind_the_memory), FB_TEST(other_bytes_end_the_memory),
	     FB_TEST(the_gap_begins_with_a_size), FB_TEST(memory_is_chosen_among_blocks),
	     FB_TEST(blocks_are_bounded), FB_TEST(pages_are_of_blocks_that_are_there))
