// SPDX-License-Identifier: GPL-2.0-or-later
/* Saved guests of qemu: pages in any order, the gap below 4 GiB, and streams that end early or cannot be read. */
#include <stdlib.h>
#include <string.h>

#include "kernel/images/image.h"
#include "kernel/images/qevm_format.h"
#include "tests/harness.h"
#include "tests/kernel/images/make_qevm.h"
#include "tests/kernel/make_image.h"

#define GIB (1ull << 30)

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
	mk_qevm_begin(bytes, "pc-i440fx-7.2");
	mk_qevm_blocks(bytes, (const char *const[]){"pc.ram", "vga.vram", NULL},
		       (const uint64_t[]){16 * FB_PAGE_SIZE, 32 * FB_PAGE_SIZE});
	mk_qevm_section(bytes, FB_QEVM_SECTION_PART);
	mk_qevm_page(bytes, "pc.ram", 0, 100);
	for (uint64_t i = 1; i < 6; i++)
		mk_qevm_page(bytes, NULL, i * FB_PAGE_SIZE, 100 + i);
	mk_qevm_filled(bytes, 6 * FB_PAGE_SIZE, 0);
	mk_qevm_filled(bytes, 7 * FB_PAGE_SIZE, 0xa5);
	mk_qevm_page(bytes, "vga.vram", 20 * FB_PAGE_SIZE, 1);
	mk_qevm_page(bytes, "pc.ram", 12 * FB_PAGE_SIZE, 112);
	mk_qevm_end(bytes);
	mk_qevm_u8(bytes, FB_QEVM_COMMAND);
	mk_qevm_u32(bytes, 3); /* command 0, 3 bytes */
	mk_qevm_put(bytes, "abc", 3);
	mk_qevm_section(bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(bytes, NULL, 13 * FB_PAGE_SIZE, 113);
	mk_qevm_page(bytes, NULL, 2 * FB_PAGE_SIZE, 202);
	mk_qevm_filled(bytes, 3 * FB_PAGE_SIZE, 0);
	mk_qevm_page(bytes, NULL, 6 * FB_PAGE_SIZE, 206);
	mk_qevm_end(bytes);
	mk_qevm_u8(bytes, FB_QEVM_SECTION_FULL);
	mk_qevm_u32(bytes, 7);
	mk_qevm_name(bytes, "timer");
	mk_qevm_put(bytes, "whatever", 8);
}

static void check_small(struct fb_dump *dump)
{
	static const uint64_t pages[] = {0, 1, 4, 5, 12, 13};

	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "QEVM");
	CU_ASSERT_EQUAL(fb_dump_info(dump)->max_pfn, 14);
	for (size_t i = 0; i < FB_ARRAY_SIZE(pages); i++)
		mk_expect_page(dump, pages[i], 100 + pages[i]);
	mk_expect_page(dump, 2, 202);
	expect_filled(dump, 3, 0);
	mk_expect_page(dump, 6, 206);
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
	mk_qevm_put(&bytes, &head, sizeof(head));
	mk_qevm_put(&bytes, "<domain/>\0\0", 11);
	mk_qevm_put(&bytes, stream.data, stream.size);
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

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		mk_qevm_expect_at(cases[i].machine, cases[i].memory, cases[i].page, cases[i].at);
}

/* Blocks of two NUMA nodes, listed in the other order; and one of a name that is anybody's. */
static void finds_the_guests_memory(void)
{
	const uint64_t nodes[] = {8 * FB_PAGE_SIZE, 4 * FB_PAGE_SIZE, 99 * FB_PAGE_SIZE};
	const uint64_t own[] = {FB_PAGE_SIZE, 8 * FB_PAGE_SIZE};
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_qevm_begin(&bytes, "pc-q35-7.2");
	mk_qevm_blocks(&bytes, (const char *const[]){"ram-node1", "ram-node0", "vga.vram", NULL},
		       nodes);
	mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(&bytes, "ram-node1", FB_PAGE_SIZE, 1);
	mk_qevm_page(&bytes, "ram-node0", FB_PAGE_SIZE, 2);
	mk_qevm_page(&bytes, "vga.vram", FB_PAGE_SIZE, 3);
	mk_qevm_end(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, 2);
	mk_expect_page(dump, 5, 1);
	mk_expect_page(dump, 1, 2);
	fb_dump_destroy(dump);
	free(bytes.data);
	mk_qevm_begin(&bytes, "pc-q35-7.2");
	mk_qevm_blocks(&bytes, (const char *const[]){"pc.bios", "mem0", NULL}, own);
	mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(&bytes, "mem0", 3 * FB_PAGE_SIZE, 1);
	mk_qevm_end(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	mk_expect_page(dump, 3, 1);
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
			mk_expect_page(dump, 0, 100);
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

	mk_qevm_begin(&bytes, "pc-q35-7.2");
	mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
	mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
	mk_qevm_u64(&bytes, word);
	mk_qevm_name(&bytes, "pc.ram");
	for (unsigned i = 0; i < 600; i++)
		mk_qevm_u64(&bytes, 0);
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
	mk_qevm_begin(&bytes, "pc-q35-9.2");
	mk_qevm_u8(&bytes, FB_QEVM_SUBSECTION);
	mk_qevm_name(&bytes, "configuration/capabilities");
	mk_qevm_u32(&bytes, 1);
	mk_qevm_u32(&bytes, 1);
	mk_qevm_name(&bytes, "mapped-ram");
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "mapped-ram");
	free(bytes.data);
	mk_qevm_begin(&bytes, "somebody's");
	mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &large);
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "somebody's");
	free(bytes.data);
	mk_qevm_begin(&bytes, "pc-q35-9.2");
	mk_qevm_u8(&bytes, FB_QEVM_SECTION_START);
	mk_qevm_u32(&bytes, 1);
	mk_qevm_name(&bytes, "block");
	mk_qevm_u64(&bytes, 0);
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

	mk_qevm_begin(&bytes, "pc-q35-9.2");
	mk_qevm_u8(&bytes, FB_QEVM_SUBSECTION);
	mk_qevm_name(&bytes, "configuration/target-page-bits");
	mk_qevm_u32(&bytes, 1);
	mk_qevm_u32(&bytes, 12);
	mk_qevm_u8(&bytes, FB_QEVM_SUBSECTION);
	mk_qevm_name(&bytes, "configuration/uuid");
	mk_qevm_u32(&bytes, 1);
	mk_qevm_put(&bytes, "0123456789abcdef", 16);
	mk_qevm_u8(&bytes, FB_QEVM_SUBSECTION);
	mk_qevm_name(&bytes, "configuration/capabilities");
	mk_qevm_u32(&bytes, 1);
	mk_qevm_u32(&bytes, 1);
	mk_qevm_name(&bytes, "events");
	mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
	mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(&bytes, "pc.ram", 0, 9);
	mk_qevm_end(&bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	mk_expect_page(dump, 0, 9);
	fb_dump_destroy(dump);
	free(bytes.data);
}

FB_TEST_MAIN("kernel/qevm", FB_TEST(the_last_of_a_page_counts), FB_TEST(reads_parts_of_pages),
	     FB_TEST(takes_what_virsh_save_writes), FB_TEST(memory_has_a_gap_for_devices),
	     FB_TEST(finds_the_guests_memory), FB_TEST(a_stream_that_ends_early_has_what_is_there),
	     FB_TEST(what_it_does_not_read_is_told), FB_TEST(passes_over_the_configuration))
