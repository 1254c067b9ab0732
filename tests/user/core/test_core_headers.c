// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/core/core_headers.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/user/make_core.h"

static struct fb_error *read_bytes(const void *bytes, size_t size, struct fb_core_headers *headers)
{
	struct fb_file *file = make_file_of("core", bytes, size);
	struct fb_error *err = fb_core_headers_read(file, NULL, headers);

	fb_file_destroy(file);
	return err;
}

static void refuse(const void *bytes, size_t size, enum fb_code code, const char *text)
{
	struct fb_core_headers headers;

	FB_FAILS_WITH(read_bytes(bytes, size, &headers), code, text);
}

static void names_what_is_no_elf(void)
{
	refuse("", 0, FB_INVALID, "is empty");
	refuse("hello\n", 6, FB_INVALID, "text file");
	refuse("#!/bin/sh\n", 10, FB_INVALID, "script");
	refuse("\1\2\3", 3, FB_INVALID, "does not begin with an ELF header");
	refuse("KDUMP   \6\0\0", 11, FB_INVALID, "kernel dump");
	refuse("DISKDUMP\6\0\0", 11, FB_INVALID, "kernel dump");
	refuse("makedumpfile\0\0\0\0", 16, FB_INVALID, "kernel dump (flattened)");
	refuse("!<arch>\nlibc.o", 14, FB_INVALID, "archive");
	refuse("PK\3\4....", 8, FB_INVALID, "zip archive: unpack it");
	refuse("\177ELF\2\1\1", 7, FB_TRUNCATED, "inside the ELF header");
}

/* Patches the ELF header of a good core, and says what must come of it. */
struct patch {
	uint8_t class, encoding;
	uint16_t type, machine;
	enum fb_code code;
	const char *text;
};

static void names_what_is_another_elf(void)
{
	static const struct patch patches[] = {
		{ELFCLASS64, ELFDATA2LSB, ET_EXEC, EM_X86_64, FB_INVALID, "an ELF executable, not"},
		{ELFCLASS64, ELFDATA2LSB, ET_DYN, EM_X86_64, FB_INVALID, "shared object, not"},
		{ELFCLASS64, ELFDATA2LSB, ET_REL, EM_X86_64, FB_INVALID, "object file"},
		{ELFCLASS64, ELFDATA2LSB, 0xfe00, EM_X86_64, FB_INVALID, "type 65024"},
		{ELFCLASS32, ELFDATA2LSB, ET_DYN, EM_386, FB_INVALID, "shared object, not"},
		{ELFCLASS32, ELFDATA2LSB, ET_CORE, EM_386, FB_UNSUPPORTED, "32-bit core (i386)"},
		{ELFCLASS32, ELFDATA2LSB, ET_CORE, EM_X86_64, FB_UNSUPPORTED, "32-bit core (x32)"},
		{ELFCLASS64, ELFDATA2LSB, ET_CORE, EM_AARCH64, FB_UNSUPPORTED, "core of aarch64"},
		{ELFCLASS64, ELFDATA2LSB, ET_CORE, 4711, FB_UNSUPPORTED, "ELF machine 4711"},
		{ELFCLASS64, ELFDATA2MSB, ET_CORE << 8, EM_S390 << 8, FB_UNSUPPORTED,
		 "big-endian core (s390x)"},
		{9, ELFDATA2LSB, ET_CORE, EM_X86_64, FB_CORRUPT, "class 9"},
		{ELFCLASS64, 7, ET_CORE, EM_X86_64, FB_CORRUPT, "encoding 7"},
	};
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)bytes;

	for (size_t i = 0; i < FB_ARRAY_SIZE(patches); i++) {
		ehdr->e_ident[EI_CLASS] = patches[i].class;
		ehdr->e_ident[EI_DATA] = patches[i].encoding;
		ehdr->e_type = patches[i].type;
		ehdr->e_machine = patches[i].machine;
		refuse(bytes, size, patches[i].code, patches[i].text);
	}
	free(bytes);
}

static void refuses_impossible_headers(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)bytes;

	ehdr->e_phentsize = 32;
	refuse(bytes, size, FB_CORRUPT, "program headers of 32 bytes");
	ehdr->e_phentsize = sizeof(Elf64_Phdr);
	ehdr->e_phnum = 0;
	refuse(bytes, size, FB_CORRUPT, "no program headers");
	ehdr->e_phnum = 4;
	ehdr->e_phoff = size;
	refuse(bytes, size, FB_TRUNCATED, "behind the end of the file");
	ehdr->e_phoff = UINT64_MAX - 8;
	refuse(bytes, size, FB_TRUNCATED, "behind the end of the file");
	free(bytes);
}

static void leaves_out_segments_that_wrap_around(void)
{
	struct fb_core_headers headers;
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	Elf64_Phdr *phdrs = (Elf64_Phdr *)(bytes + sizeof(Elf64_Ehdr));

	phdrs[1].p_vaddr = UINT64_MAX - 8;
	phdrs[2].p_offset = UINT64_MAX;
	phdrs[2].p_filesz = 2;
	FB_OK_FATAL(read_bytes(bytes, size, &headers));
	CU_ASSERT_EQUAL_FATAL(headers.segment_count, 1);
	CU_ASSERT_EQUAL(headers.segments[0].address, MAKE_STACK);
	fb_core_headers_deinit(&headers);
	free(bytes);
}

static void ignores_file_bytes_beyond_the_memory(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core_headers headers;
	struct fb_file *file;

	make_segment(&make, 0x1000, 0x1000, NULL, 0x2000, PF_R);
	file = make_file(&make, "core");
	FB_OK_FATAL(fb_core_headers_read(file, NULL, &headers));
	CU_ASSERT_EQUAL(headers.segments[0].file_size, 0x1000);
	fb_core_headers_deinit(&headers);
	fb_file_destroy(file);
}

static uint8_t *make_many(enum make_layout layout, size_t count, size_t *size_ret)
{
	struct make_core make = {.layout = layout, .xnum = true};

	make_thread(&make, 1, 0, 0);
	for (size_t i = 0; i < count; i++)
		make_segment(&make, 0x10000 + 0x2000 * i, 0x1000, "", 0, PF_R);
	return make_finish(&make, size_ret);
}

/* More than the ELF header can count. */
#define MANY 70000u

static void check_many(enum make_layout layout, size_t lost, size_t sections)
{
	const size_t count = MANY;
	struct fb_core_headers headers;
	size_t size;
	uint8_t *bytes = make_many(layout, count, &size);

	FB_OK_FATAL(read_bytes(bytes, size - lost, &headers));
	CU_ASSERT_EQUAL(headers.segment_count, count);
	CU_ASSERT_EQUAL(headers.segments[count - 1].address, 0x10000 + 0x2000 * (count - 1));
	CU_ASSERT_EQUAL(headers.note_count, 1);
	CU_ASSERT_EQUAL(headers.section_count, sections);
	fb_core_headers_deinit(&headers);
	free(bytes);
}

static void counts_more_segments_than_the_header_can(void)
{
	check_many(MAKE_KERNEL, 0, 1);
	check_many(MAKE_GCORE, 0, 70003);
}

static size_t lost_of_gcore(void)
{
	size_t size;

	free(make_many(MAKE_GCORE, MANY, &size));
	return size - sizeof(Elf64_Ehdr) - (MANY + 1) * sizeof(Elf64_Phdr);
}

static void counts_them_where_section_0_is_cut_off(void)
{
	check_many(MAKE_KERNEL, 8, 1);
	/* What is cut off behind the program headers are gcore's memory and notes. */
	check_many(MAKE_GCORE, lost_of_gcore(), 0);
}

static void gives_up_where_no_count_is_left(void)
{
	size_t size;
	uint8_t *bytes = make_many(MAKE_GCORE, 4, &size);
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)bytes;

	/* Nothing is left of the program headers either. */
	refuse(bytes, sizeof(Elf64_Ehdr), FB_TRUNCATED, "section header 0");
	ehdr->e_shoff = 0;
	ehdr->e_phoff = size - 4;
	refuse(bytes, size, FB_TRUNCATED, "section header 0");
	free(bytes);
}

FB_TEST_MAIN("user/core_headers", FB_TEST(names_what_is_no_elf), FB_TEST(names_what_is_another_elf),
	     FB_TEST(refuses_impossible_headers), FB_TEST(leaves_out_segments_that_wrap_around),
	     FB_TEST(ignores_file_bytes_beyond_the_memory),
	     FB_TEST(counts_more_segments_than_the_header_can),
	     FB_TEST(counts_them_where_section_0_is_cut_off),
	     FB_TEST(gives_up_where_no_count_is_left))
