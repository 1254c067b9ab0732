// SPDX-License-Identifier: GPL-2.0-or-later
/* Saved guests of qemu: pages in any order, the gap below 4 GiB, and streams that end early or cannot be read. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/images/image.h"
#include "kernel/images/qevm_format.h"
#include "tests/harness.h"
#include "tests/kernel/make_image.h"

#define GIB (1ull << 30)

static void put(struct mk_bytes *bytes, const void *data, size_t size)
{
	bytes->data = realloc(bytes->data, bytes->size + size + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes->data);
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static void put_u8(struct mk_bytes *bytes, uint8_t value)
{
	put(bytes, &value, 1);
}

static void put_u32(struct mk_bytes *bytes, uint32_t value)
{
	value = htobe32(value);
	put(bytes, &value, sizeof(value));
}

static void put_u64(struct mk_bytes *bytes, uint64_t value)
{
	value = htobe64(value);
	put(bytes, &value, sizeof(value));
}

static void put_name(struct mk_bytes *bytes, const char *name)
{
	put_u8(bytes, (uint8_t)strlen(name));
	put(bytes, name, strlen(name));
}

/* Up to the configuration. */
static void begin(struct mk_bytes *bytes, const char *machine)
{
	*bytes = (struct mk_bytes){0};
	put_u32(bytes, FB_QEVM_MAGIC);
	put_u32(bytes, FB_QEVM_VERSION);
	put_u8(bytes, FB_QEVM_CONFIGURATION);
	put_u32(bytes, (uint32_t)strlen(machine));
	put(bytes, machine, strlen(machine));
}

static void section(struct mk_bytes *bytes, uint8_t type)
{
	put_u8(bytes, type);
	put_u32(bytes, 2);
	if (type == FB_QEVM_SECTION_START) {
		put_name(bytes, "ram");
		put_u32(bytes, 0);
		put_u32(bytes, 4);
	}
}

static void end_section(struct mk_bytes *bytes)
{
	put_u64(bytes, FB_QEVM_END);
	put_u8(bytes, FB_QEVM_SECTION_FOOTER);
	put_u32(bytes, 2);
}

/* Pairs of a block's name and bytes, NULL behind the last. */
static void put_blocks(struct mk_bytes *bytes, const char *const names[], const uint64_t lengths[])
{
	uint64_t total = 0;

	for (size_t i = 0; names[i]; i++)
		total += lengths[i];
	section(bytes, FB_QEVM_SECTION_START);
	put_u64(bytes, total | FB_QEVM_MEM_SIZE);
	for (size_t i = 0; names[i]; i++) {
		put_name(bytes, names[i]);
		put_u64(bytes, lengths[i]);
	}
	end_section(bytes);
}

/* A page of a block (NULL: of the last page's) that is to be that of frame pfn. */
static void put_page(struct mk_bytes *bytes, const char *block, uint64_t offset, uint64_t pfn)
{
	uint8_t page[FB_PAGE_SIZE];

	put_u64(bytes, offset | FB_QEVM_PAGE | (block ? 0 : FB_QEVM_CONTINUE));
	if (block)
		put_name(bytes, block);
	mk_page(pfn, page);
	put(bytes, page, sizeof(page));
}

static void put_filled(struct mk_bytes *bytes, uint64_t offset, uint8_t byte)
{
	put_u64(bytes, offset | FB_QEVM_ZERO | FB_QEVM_CONTINUE);
	put_u8(bytes, byte);
}

static void expect_page(struct fb_dump *dump, uint64_t pfn, uint64_t wanted)
{
	uint8_t page[FB_PAGE_SIZE] = {0}, expected[FB_PAGE_SIZE];

	mk_page(wanted, expected);
	FB_OK(fb_dump_read_page(dump, pfn, page));
	CU_ASSERT_EQUAL(memcmp(page, expected, sizeof(page)), 0);
}

static void expect_filled(struct fb_dump *dump, uint64_t pfn, uint8_t byte)
{
	uint8_t page[FB_PAGE_SIZE], expected[FB_PAGE_SIZE];

	memset(expected, byte, sizeof(expected));
	FB_OK(fb_dump_read_page(dump, pfn, page));
	CU_ASSERT_EQUAL(memcmp(page, expected, sizeof(page)), 0);
}

/* 16 pages of which 12 are sent, some of them twice; a device's memory beside; a device's section behind. */
static void make_small(struct mk_bytes *bytes)
{
	begin(bytes, "pc-i440fx-7.2");
	put_blocks(bytes, (const char *const[]){"pc.ram", "vga.vram", NULL},
		   (const uint64_t[]){16 * FB_PAGE_SIZE, 32 * FB_PAGE_SIZE});
	section(bytes, FB_QEVM_SECTION_PART);
	put_page(bytes, "pc.ram", 0, 100);
	for (uint64_t i = 1; i < 6; i++)
		put_page(bytes, NULL, i * FB_PAGE_SIZE, 100 + i);
	put_filled(bytes, 6 * FB_PAGE_SIZE, 0);
	put_filled(bytes, 7 * FB_PAGE_SIZE, 0xa5);
	put_page(bytes, "vga.vram", 20 * FB_PAGE_SIZE, 1);
	put_page(bytes, "pc.ram", 12 * FB_PAGE_SIZE, 112);
	end_section(bytes);
	put_u8(bytes, FB_QEVM_COMMAND);
	put_u32(bytes, 3); /* command 0, 3 bytes */
	put(bytes, "abc", 3);
	section(bytes, FB_QEVM_SECTION_END);
	put_page(bytes, NULL, 13 * FB_PAGE_SIZE, 113);
	put_page(bytes, NULL, 2 * FB_PAGE_SIZE, 202);
	put_filled(bytes, 3 * FB_PAGE_SIZE, 0);
	put_page(bytes, NULL, 6 * FB_PAGE_SIZE, 206);
	end_section(bytes);
	put_u8(bytes, FB_QEVM_SECTION_FULL);
	put_u32(bytes, 7);
	put_name(bytes, "timer");
	put(bytes, "whatever", 8);
}

static void check_small(struct fb_dump *dump)
{
	static const uint64_t pages[] = {0, 1, 4, 5, 12, 13};

	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "QEVM");
	CU_ASSERT_EQUAL(fb_dump_info(dump)->max_pfn, 14);
	for (size_t i = 0; i < FB_ARRAY_SIZE(pages); i++)
		expect_page(dump, pages[i], 100 + pages[i]);
	expect_page(dump, 2, 202);
	expect_filled(dump, 3, 0);
	expect_page(dump, 6, 206);
	expect_filled(dump, 7, 0xa5);
	for (uint64_t pfn = 8; pfn < 12; pfn++)
		CU_ASSERT_FALSE(fb_dump_has_page(dump, pfn));
	CU_ASSERT_FALSE(fb_dump_has_page(dump, 14));
}

static void the_last_of_a_page_counts(void)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;

	make_small(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	check_small(dump);
	fb_dump_destroy(dump);
	free(bytes.data);
}

/* A read within and over the ends of pages, through the physical space. */
static void reads_parts_of_pages(void)
{
	uint8_t part[5000], expected[2 * FB_PAGE_SIZE];
	struct mk_bytes bytes;
	struct fb_dump *dump;

	make_small(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	mk_page(104, expected);
	mk_page(105, expected + FB_PAGE_SIZE);
	FB_OK(fb_space_read(fb_dump_physical(dump), 4 * FB_PAGE_SIZE + 1000, part, sizeof(part)));
	CU_ASSERT_EQUAL(memcmp(part, expected + 1000, sizeof(part)), 0);
	fb_dump_destroy(dump);
	free(bytes.data);
}

static void takes_what_virsh_save_writes(void)
{
	struct fb_qevm_libvirt head = {.version = 2};
	struct mk_bytes stream, bytes = {0};
	struct fb_dump *dump;

	memcpy(head.magic, FB_QEVM_LIBVIRT_MAGIC, sizeof(head.magic)); /* without a NUL */
	head.data_length = 11;
	make_small(&stream);
	put(&bytes, &head, sizeof(head));
	put(&bytes, "<domain/>\0\0", 11);
	put(&bytes, stream.data, stream.size);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	check_small(dump);
	fb_dump_destroy(dump);
	((struct fb_qevm_libvirt *)bytes.data)->compression = 3;
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "save_image_format");
	((struct fb_qevm_libvirt *)bytes.data)->compression = 0;
	((struct fb_qevm_libvirt *)bytes.data)->data_length = 10;
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "no migration stream");
	free(bytes.data);
	free(stream.data);
}

/* Where the first byte of memory behind a gap is: at 4 GiB, on each machine with as much memory. */
static void memory_has_a_gap_for_devices(void)
{
	static const struct {
		const char *machine;
		uint64_t memory, page, at; /* bytes; a page of it, and where that is */
	} cases[] = {
		{"pc-i440fx-7.2", 3 * GIB, 3 * GIB - 4096, 3 * GIB - 4096},
		{"pc-i440fx-7.2", 4 * GIB, 3 * GIB - 4096, 3 * GIB - 4096},
		{"pc-i440fx-7.2", 4 * GIB, 3 * GIB, 4 * GIB},
		{"pc-q35-7.2", 5 * GIB / 2, 5 * GIB / 2 - 4096, 5 * GIB / 2 - 4096},
		{"pc-q35-7.2", 4 * GIB, 2 * GIB - 4096, 2 * GIB - 4096},
		{"pc-q35-7.2", 4 * GIB, 2 * GIB, 4 * GIB},
		{"microvm", 4 * GIB, 3 * GIB + 4096, 4 * GIB + 4096},
		{"other", 2 * GIB, GIB, GIB},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct mk_bytes bytes;
		struct fb_dump *dump;

		begin(&bytes, cases[i].machine);
		put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &cases[i].memory);
		section(&bytes, FB_QEVM_SECTION_END);
		put_page(&bytes, "pc.ram", cases[i].page, 7);
		end_section(&bytes);
		put_u8(&bytes, FB_QEVM_SECTION_EOF);
		FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
		CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, 1);
		expect_page(dump, cases[i].at >> FB_PAGE_SHIFT, 7);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
}

/* Blocks of two NUMA nodes, listed in the other order; and one of a name that is anybody's. */
static void finds_the_guests_memory(void)
{
	const uint64_t nodes[] = {8 * FB_PAGE_SIZE, 4 * FB_PAGE_SIZE, 99 * FB_PAGE_SIZE};
	const uint64_t own[] = {FB_PAGE_SIZE, 8 * FB_PAGE_SIZE};
	struct mk_bytes bytes;
	struct fb_dump *dump;

	begin(&bytes, "pc-q35-7.2");
	put_blocks(&bytes, (const char *const[]){"ram-node1", "ram-node0", "vga.vram", NULL},
		   nodes);
	section(&bytes, FB_QEVM_SECTION_END);
	put_page(&bytes, "ram-node1", FB_PAGE_SIZE, 1);
	put_page(&bytes, "ram-node0", FB_PAGE_SIZE, 2);
	put_page(&bytes, "vga.vram", FB_PAGE_SIZE, 3);
	end_section(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, 2);
	expect_page(dump, 5, 1);
	expect_page(dump, 1, 2);
	fb_dump_destroy(dump);
	free(bytes.data);
	begin(&bytes, "pc-q35-7.2");
	put_blocks(&bytes, (const char *const[]){"pc.bios", "mem0", NULL}, own);
	section(&bytes, FB_QEVM_SECTION_END);
	put_page(&bytes, "mem0", 3 * FB_PAGE_SIZE, 1);
	end_section(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	expect_page(dump, 3, 1);
	fb_dump_destroy(dump);
	free(bytes.data);
}

static void a_stream_that_ends_early_has_what_is_there(void)
{
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_dump *dump;
	size_t size, opened = 0;

	make_small(&bytes);
	size = bytes.size;
	for (bytes.size = size - 1; bytes.size > 4; bytes.size -= bytes.size / 50 + 1) {
		struct fb_error *err;

		FB_OK_FATAL(fb_warnings_create(&warnings));
		err = mk_open(&bytes, warnings, &dump);
		if (!err) {
			opened++;
			expect_page(dump, 0, 100);
			/* Cut within the device's section, which nobody reads. */
			CU_ASSERT(fb_warnings_count(warnings) == 1 || bytes.size > size - 20);
			fb_dump_destroy(dump);
		} else {
			CU_ASSERT(fb_error_is(err, FB_TRUNCATED) || fb_error_is(err, FB_CORRUPT));
			CU_ASSERT_TRUE(bytes.size < 5000);
			fb_error_destroy(err);
		}
		fb_warnings_destroy(warnings);
	}
	CU_ASSERT_TRUE(opened > 50);
	free(bytes.data);
}

/* What is put behind the blocks of a guest, and what becomes of it. */
static void refuses(uint64_t word, enum fb_code code, const char *text)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	begin(&bytes, "pc-q35-7.2");
	put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
	section(&bytes, FB_QEVM_SECTION_END);
	put_u64(&bytes, word);
	put_name(&bytes, "pc.ram");
	for (unsigned i = 0; i < 600; i++)
		put_u64(&bytes, 0);
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), code, text);
	free(bytes.data);
}

static void what_it_does_not_read_is_told(void)
{
	const uint64_t large = 3 * GIB;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	refuses(FB_QEVM_XBZRLE, FB_UNSUPPORTED, "compressed by qemu");
	refuses(FB_QEVM_COMPRESSED, FB_UNSUPPORTED, "compressed by qemu");
	refuses(FB_QEVM_HOOK, FB_UNSUPPORTED, "compressed by qemu");
	refuses(16 * FB_PAGE_SIZE | FB_QEVM_PAGE, FB_CORRUPT, "has no page at 0x10000");
	refuses(FB_QEVM_PAGE | FB_QEVM_CONTINUE, FB_CORRUPT, "no block");
	refuses(0x1000, FB_CORRUPT, "no page at offset");
	refuses(FB_QEVM_END, FB_CORRUPT, "without one byte of memory");
	refuses(FB_QEVM_MEM_SIZE, FB_CORRUPT, "no memory");
	begin(&bytes, "pc-q35-9.2");
	put_u8(&bytes, FB_QEVM_SUBSECTION);
	put_name(&bytes, "configuration/capabilities");
	put_u32(&bytes, 1);
	put_u32(&bytes, 1);
	put_name(&bytes, "mapped-ram");
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "mapped-ram");
	free(bytes.data);
	begin(&bytes, "somebody's");
	put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &large);
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "somebody's");
	free(bytes.data);
	begin(&bytes, "pc-q35-9.2");
	put_u8(&bytes, FB_QEVM_SECTION_START);
	put_u32(&bytes, 1);
	put_name(&bytes, "block");
	put_u64(&bytes, 0);
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "'block'");
	bytes.data[7] = 9;
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "version 3");
	free(bytes.data);
}

/* A configuration of all parts that are known, before the memory. */
static void passes_over_the_configuration(void)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	begin(&bytes, "pc-q35-9.2");
	put_u8(&bytes, FB_QEVM_SUBSECTION);
	put_name(&bytes, "configuration/target-page-bits");
	put_u32(&bytes, 1);
	put_u32(&bytes, 12);
	put_u8(&bytes, FB_QEVM_SUBSECTION);
	put_name(&bytes, "configuration/uuid");
	put_u32(&bytes, 1);
	put(&bytes, "0123456789abcdef", 16);
	put_u8(&bytes, FB_QEVM_SUBSECTION);
	put_name(&bytes, "configuration/capabilities");
	put_u32(&bytes, 1);
	put_u32(&bytes, 1);
	put_name(&bytes, "events");
	put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
	section(&bytes, FB_QEVM_SECTION_END);
	put_page(&bytes, "pc.ram", 0, 9);
	end_section(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	expect_page(dump, 0, 9);
	fb_dump_destroy(dump);
	free(bytes.data);
}

/* A subsection of the configuration, without what is in it. */
static void put_part(struct mk_bytes *bytes, const char *name)
{
	put_u8(bytes, FB_QEVM_SUBSECTION);
	put_name(bytes, name);
	put_u32(bytes, 1);
}

/* A guest of 16 pages of which one is sent, behind what bytes holds. */
static void put_rest(struct mk_bytes *bytes)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;

	put_blocks(bytes, (const char *const[]){"pc.ram", NULL}, &length);
	section(bytes, FB_QEVM_SECTION_END);
	put_page(bytes, "pc.ram", 0, 9);
	end_section(bytes);
}

static struct fb_error *open_once(struct mk_bytes *bytes)
{
	struct fb_dump *dump = NULL;
	struct fb_error *err = mk_open(bytes, NULL, &dump);

	if (!err)
		expect_page(dump, 0, 9);
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
		begin(&bytes, "pc-q35-9.2");
		put_part(&bytes, "configuration/capabilities");
		put_u32(&bytes, count);
		for (uint32_t k = 0; k < count; k++)
			put_name(&bytes, cases[i].names[k]);
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
	begin(&bytes, name);
	put_rest(&bytes);
	FB_OK(open_once(&bytes));
	name[255] = 'n';
	name[256] = '\0';
	begin(&bytes, name);
	put_rest(&bytes);
	FB_FAILS_WITH(open_once(&bytes), FB_CORRUPT, "a machine's name of 256 bytes");
	begin(&bytes, "");
	put_rest(&bytes);
	FB_OK(open_once(&bytes));
	begin(&bytes, "pc");
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

			begin(&bytes, "pc");
			put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
			section(&bytes, ended ? FB_QEVM_SECTION_END : FB_QEVM_SECTION_PART);
			put_page(&bytes, "pc.ram", 0, 9);
			end_section(&bytes);
			put_u8(&bytes, FB_QEVM_SECTION_PART);
			put_u32(&bytes, (uint32_t)number);
			put_u64(&bytes, FB_QEVM_END);
			put_u8(&bytes, FB_QEVM_SECTION_EOF);
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

		begin(&bytes, "pc");
		put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
		section(&bytes, ended ? FB_QEVM_SECTION_END : FB_QEVM_SECTION_PART);
		put_u64(&bytes, FB_QEVM_MULTIFD_FLUSH); /* between pages */
		put_page(&bytes, "pc.ram", 0, 9);
		end_section(&bytes);
		put_u8(&bytes, 0x55);
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

/* As memory_has_a_gap_for_devices(), by a page at each side of the size from which on there is one. */
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

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct mk_bytes bytes;
		struct fb_dump *dump;

		begin(&bytes, cases[i].machine);
		put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &cases[i].memory);
		section(&bytes, FB_QEVM_SECTION_END);
		put_page(&bytes, "pc.ram", cases[i].page, 7);
		end_section(&bytes);
		put_u8(&bytes, FB_QEVM_SECTION_EOF);
		FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
		expect_page(dump, cases[i].at >> FB_PAGE_SHIFT, 7);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
	for (uint64_t memory = 2 * GIB; memory <= 2 * GIB + 4096; memory += 4096) {
		struct mk_bytes bytes;

		begin(&bytes, "unheard of");
		put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &memory);
		section(&bytes, FB_QEVM_SECTION_END);
		put_page(&bytes, "pc.ram", 0, 9);
		end_section(&bytes);
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
		begin(&bytes, "pc");
		put_blocks(&bytes, cases[i].names, lengths);
		section(&bytes, FB_QEVM_SECTION_END);
		for (size_t k = 0; cases[i].names[k]; k++)
			put_page(&bytes, cases[i].names[k], 0,
				 strcmp(cases[i].names[k], cases[i].memory) ? 1 : 2);
		end_section(&bytes);
		put_u8(&bytes, FB_QEVM_SECTION_EOF);
		FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
		CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, 1);
		expect_page(dump, 0, 2);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
}

static void blocks_are_bounded(void)
{
	for (unsigned count = 64; count <= 65; count++) {
		struct mk_bytes bytes;
		char name[8];

		begin(&bytes, "pc");
		section(&bytes, FB_QEVM_SECTION_START);
		put_u64(&bytes, count * FB_PAGE_SIZE | FB_QEVM_MEM_SIZE);
		for (unsigned i = 0; i < count; i++) {
			(void)snprintf(name, sizeof(name), "b%u", i);
			put_name(&bytes, i ? name : "pc.ram");
			put_u64(&bytes, FB_PAGE_SIZE);
		}
		end_section(&bytes);
		section(&bytes, FB_QEVM_SECTION_END);
		put_page(&bytes, "pc.ram", 0, 9);
		end_section(&bytes);
		if (count == 64)
			FB_OK(open_once(&bytes));
		else
			FB_FAILS_WITH(open_once(&bytes), FB_LIMIT, "more than 64 blocks of memory");
	}
	for (int bytes_of_it = 0; bytes_of_it <= 2; bytes_of_it += 2) {
		struct mk_bytes bytes;

		begin(&bytes, "pc");
		section(&bytes, FB_QEVM_SECTION_START);
		put_u64(&bytes, FB_PAGE_SIZE | FB_QEVM_MEM_SIZE);
		put_name(&bytes, "pc.ram");
		put_u64(&bytes, (uint64_t)bytes_of_it * FB_PAGE_SIZE);
		end_section(&bytes);
		FB_FAILS_WITH(open_once(&bytes), FB_CORRUPT,
			      bytes_of_it ? "block 'pc.ram' has 8192 bytes"
					  : "block 'pc.ram' has 0 bytes");
	}
}

static void pages_are_of_blocks_that_are_there(void)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;
	struct mk_bytes bytes;

	begin(&bytes, "pc");
	put_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
	section(&bytes, FB_QEVM_SECTION_END);
	put_page(&bytes, "pc.rom", 0, 9);
	end_section(&bytes);
	FB_FAILS_WITH(open_once(&bytes), FB_CORRUPT, "a page of a block 'pc.rom'");
}

FB_TEST_MAIN("kernel/qevm", FB_TEST(the_last_of_a_page_counts), FB_TEST(reads_parts_of_pages),
	     FB_TEST(takes_what_virsh_save_writes), FB_TEST(memory_has_a_gap_for_devices),
	     FB_TEST(finds_the_guests_memory), FB_TEST(a_stream_that_ends_early_has_what_is_there),
	     FB_TEST(what_it_does_not_read_is_told), FB_TEST(passes_over_the_configuration),
	     FB_TEST(capabilities_that_change_the_memory_are_refused),
	     FB_TEST(configurations_have_a_name_and_known_parts),
	     FB_TEST(sections_stand_behind_the_memory), FB_TEST(other_bytes_end_the_memory),
	     FB_TEST(the_gap_begins_with_a_size), FB_TEST(memory_is_chosen_among_blocks),
	     FB_TEST(blocks_are_bounded), FB_TEST(pages_are_of_blocks_that_are_there))
