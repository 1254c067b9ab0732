// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/core/core_headers.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/base/failing.h"
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

/* Each is told by its first bytes alone, and by all of them. */
static void needs_whole_magic_numbers(void)
{
	refuse("KDUMP   ", 8, FB_INVALID, "is a kernel dump, not a process core");
	refuse("KDUMP  ", 7, FB_INVALID, "is a text file");
	refuse("DISKDUMP", 8, FB_INVALID, "is a kernel dump, not a process core");
	refuse("makedumpfile", 12, FB_INVALID, "is a kernel dump (flattened)");
	refuse("makedumpfil", 11, FB_INVALID, "is a text file");
	refuse("#!", 2, FB_INVALID, "is a script, not a core");
	refuse("#", 1, FB_INVALID, "is a text file");
	refuse("\177ELF", 4, FB_TRUNCATED, "ends after 4 bytes, inside the ELF header");
	refuse("\177EL", 3, FB_INVALID, "does not begin with an ELF header");
}

static void tells_text_from_other_bytes(void)
{
	static const char text[] = "\t\n\v\f\r ~\x80\xff";
	static const char other[] = "\0\x01\x08\x0e\x1f\x7f";

	refuse(text, sizeof(text) - 1, FB_INVALID, "is a text file");
	for (size_t i = 0; i < sizeof(other) - 1; i++) {
		char bytes[3] = {'a', other[i], 'b'};

		refuse(bytes, 3, FB_INVALID, "does not begin with an ELF header");
		refuse(bytes, 2, FB_INVALID, "does not begin with an ELF header");
	}
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
		{ELFCLASS32, ELFDATA2LSB, ET_CORE, EM_386, FB_CORRUPT, "of 0 bytes, not 32"},
		{ELFCLASS32, ELFDATA2LSB, ET_CORE, EM_ARM, FB_UNSUPPORTED, "32-bit core (arm)"},
		{ELFCLASS64, ELFDATA2LSB, ET_CORE, EM_386, FB_CORRUPT, "class 2"},
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

static void names_the_machines(void)
{
	static const struct {
		uint16_t machine;
		const char *text;
	} machines[] = {
		{EM_AARCH64, "is a core of aarch64:"}, {EM_ARM, "is a core of arm:"},
		{EM_PPC, "is a core of ppc:"},         {EM_PPC64, "is a core of ppc64:"},
		{EM_S390, "is a core of s390x:"},      {EM_RISCV, "is a core of riscv:"},
		{EM_MIPS, "is a core of mips:"},       {EM_SPARC, "is a core of sparc:"},
		{EM_SPARCV9, "is a core of sparc64:"}, {EM_IA_64, "is a core of ia64:"},
		{258, "is a core of loongarch:"},      {259, "is a core of ELF machine 259:"},
	};
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)bytes;

	for (size_t i = 0; i < FB_ARRAY_SIZE(machines); i++) {
		ehdr->e_machine = machines[i].machine;
		refuse(bytes, size, FB_UNSUPPORTED, machines[i].text);
	}
	ehdr->e_ident[EI_DATA] = ELFDATA2MSB;
	ehdr->e_type = ET_CORE << 8;
	ehdr->e_machine = EM_X86_64 << 8;
	refuse(bytes, size, FB_UNSUPPORTED, "is a big-endian core (x86-64):");
	free(bytes);
}

static void refuses_impossible_headers(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)bytes;

	refuse(bytes, sizeof(*ehdr) - 1, FB_TRUNCATED, "ends after 63 bytes, inside the ELF");
	refuse(bytes, sizeof(*ehdr), FB_TRUNCATED,
	       "the program headers at 64 lie behind the end of the file (64 bytes): copy");

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

/* What is read of the usual core, whose header says that it has count program headers, and the file size
 * bytes; and the only warning, or NULL. */
static struct fb_core_headers read_warned(const void *bytes, size_t size, const char *text)
{
	struct fb_file *file = make_file_of("core", bytes, size);
	struct fb_core_headers headers = {0};
	struct fb_warnings *warnings = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_core_headers_read(file, warnings, &headers));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), text ? 1 : 0);
	if (text && fb_warnings_count(warnings))
		CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 0), text);
	fb_warnings_destroy(warnings);
	fb_file_destroy(file);
	return headers;
}

static void takes_every_field(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	Elf64_Phdr *phdrs = (Elf64_Phdr *)(bytes + sizeof(Elf64_Ehdr));
	struct fb_core_headers headers = read_warned(bytes, size, NULL);

	CU_ASSERT_EQUAL_FATAL(headers.segment_count, 3);
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(headers.segments[i].address, phdrs[i + 1].p_vaddr);
		CU_ASSERT_EQUAL(headers.segments[i].memory_size, phdrs[i + 1].p_memsz);
		CU_ASSERT_EQUAL(headers.segments[i].file_size, phdrs[i + 1].p_filesz);
		CU_ASSERT_EQUAL(headers.segments[i].file_offset, phdrs[i + 1].p_offset);
		CU_ASSERT_EQUAL(headers.segments[i].flags, phdrs[i + 1].p_flags);
	}
	CU_ASSERT_EQUAL_FATAL(headers.note_count, 1);
	CU_ASSERT_EQUAL(headers.notes[0].offset, phdrs[0].p_offset);
	CU_ASSERT_EQUAL(headers.notes[0].size, phdrs[0].p_filesz);
	CU_ASSERT(!headers.cut && !headers.section_count);
	fb_core_headers_deinit(&headers);
	CU_ASSERT(!headers.segments && !headers.segment_count && !headers.notes);
	/* Neither notes nor memory. */
	phdrs[1].p_type = PT_DYNAMIC;
	headers = read_warned(bytes, size, NULL);
	CU_ASSERT(headers.segment_count == 2 && headers.note_count == 1);
	CU_ASSERT_EQUAL(headers.segments[0].address, phdrs[2].p_vaddr);
	fb_core_headers_deinit(&headers);
	free(bytes);
}

static void says_which_headers_a_cut_took(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	const size_t two = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	struct fb_core_headers headers;

	headers = read_warned(bytes, two,
			      "core: ends inside the program headers: 2 of 4 are missing");
	CU_ASSERT(headers.cut && headers.segment_count == 1 && headers.note_count == 1);
	fb_core_headers_deinit(&headers);
	headers = read_warned(bytes, two + 2 * sizeof(Elf64_Phdr) - 1,
			      "core: ends inside the program headers: 1 of 4 are missing");
	CU_ASSERT(headers.cut && headers.segment_count == 2);
	fb_core_headers_deinit(&headers);
	headers = read_warned(bytes, two + 2 * sizeof(Elf64_Phdr), NULL);
	CU_ASSERT(!headers.cut && headers.segment_count == 3);
	fb_core_headers_deinit(&headers);
	free(bytes);
}

/* More note segments than any writer makes. */
static void bounds_the_note_segments(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core_headers headers;
	Elf64_Phdr *phdrs;
	uint8_t *bytes;
	size_t size;

	for (size_t i = 0; i < FB_MAX_CORE_NOTE_SEGMENTS; i++)
		make_segment(&make, 0x1000 * (i + 1), 0x1000, NULL, 0, PF_R);
	bytes = make_finish(&make, &size);
	phdrs = (Elf64_Phdr *)(bytes + sizeof(Elf64_Ehdr));
	for (size_t i = 1; i < FB_MAX_CORE_NOTE_SEGMENTS; i++)
		phdrs[i].p_type = PT_NOTE;
	headers = read_warned(bytes, size, NULL);
	CU_ASSERT_EQUAL(headers.note_count, FB_MAX_CORE_NOTE_SEGMENTS);
	fb_core_headers_deinit(&headers);
	phdrs[FB_MAX_CORE_NOTE_SEGMENTS].p_type = PT_NOTE;
	refuse(bytes, size, FB_LIMIT, "PT_NOTE segments");
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

/* The last byte of memory is that before 2^64. */
static void names_the_header_that_wraps_around(void)
{
	struct fb_core_headers headers;
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	Elf64_Phdr *phdrs = (Elf64_Phdr *)(bytes + sizeof(Elf64_Ehdr));

	phdrs[2].p_vaddr = -phdrs[2].p_memsz - 1;
	headers = read_warned(bytes, size, NULL);
	CU_ASSERT_EQUAL(headers.segment_count, 3);
	fb_core_headers_deinit(&headers);
	phdrs[2].p_vaddr++;
	headers = read_warned(bytes, size,
			      "core: program header 2: its end lies behind 2^64: segment left out");
	CU_ASSERT_EQUAL(headers.segment_count, 2);
	fb_core_headers_deinit(&headers);
	free(bytes);
}

static void ignores_file_bytes_beyond_the_memory(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core_headers headers;
	uint8_t *bytes;
	size_t size;

	make_segment(&make, 0x1000, 0x1000, NULL, 0x2000, PF_R);
	bytes = make_finish(&make, &size);
	headers = read_warned(bytes, size,
			      "core: program header 1: 0x2000 bytes in the file for 0x1000 bytes "
			      "of memory: the rest is ignored");
	CU_ASSERT_EQUAL(headers.segments[0].file_size, 0x1000);
	CU_ASSERT_EQUAL(headers.segments[0].memory_size, 0x1000);
	fb_core_headers_deinit(&headers);
	free(bytes);
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
	CU_ASSERT_EQUAL_FATAL(headers.segment_count, count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(headers.segments[i].address, 0x10000 + 0x2000 * i);
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

/* Of few the count stands in section 0 as well; where that is lost, what lies behind the last header and
 * looks like one is none. */
static void counts_few_where_section_0_is_lost(void)
{
	for (size_t count = 1; count < 130; count += 63) {
		struct make_core make = {.layout = MAKE_GCORE, .xnum = true};
		struct fb_core_headers headers;
		uint32_t like_headers[0x1000 / 4];
		Elf64_Ehdr *ehdr;
		uint8_t *bytes;
		size_t size;

		for (size_t i = 0; i < FB_ARRAY_SIZE(like_headers); i++)
			like_headers[i] = PT_LOAD;
		for (size_t i = 0; i < count; i++)
			make_segment(&make, 0x10000 + 0x2000 * i, 0x1000,
				     i ? (const void *)"" : like_headers, i ? 0 : 0x1000, PF_R);
		bytes = make_finish(&make, &size);
		ehdr = (Elf64_Ehdr *)bytes;
		FB_OK_FATAL(read_bytes(bytes, size, &headers));
		CU_ASSERT_EQUAL(headers.segment_count, count);
		CU_ASSERT_EQUAL(headers.section_count, count + 3);
		fb_core_headers_deinit(&headers);
		ehdr->e_shnum = 0;
		ehdr->e_shentsize = 32; /* none that is known */
		FB_OK_FATAL(read_bytes(bytes, size, &headers));
		CU_ASSERT_EQUAL(headers.segment_count, count);
		CU_ASSERT_EQUAL(headers.section_count, 0);
		fb_core_headers_deinit(&headers);
		free(bytes);
	}
}

/* The counts of section 0 itself. */
static void does_not_believe_section_0(void)
{
	size_t size;
	uint8_t *bytes = make_many(MAKE_KERNEL, 4, &size);
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)bytes;
	Elf64_Shdr *section = (Elf64_Shdr *)(bytes + ehdr->e_shoff);

	section->sh_info = 0;
	refuse(bytes, size, FB_CORRUPT, "no program headers");
	section->sh_info = FB_MAX_PHDRS + 1;
	refuse(bytes, size, FB_LIMIT, "8388609 program headers, more than 8388608");
	free(bytes);
}

static void gives_up_where_no_count_is_left(void)
{
	size_t size;
	uint8_t *bytes = make_many(MAKE_GCORE, 4, &size);
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)bytes;

	/* Nothing is left of the program headers either. */
	refuse(bytes, sizeof(Elf64_Ehdr), FB_TRUNCATED, "section header 0");
	ehdr->e_phoff = size - sizeof(Elf64_Phdr) + 1;
	ehdr->e_shoff = size;
	refuse(bytes, size, FB_TRUNCATED, "section header 0");
	ehdr->e_shoff = 0;
	ehdr->e_phoff = size - 4;
	refuse(bytes, size, FB_TRUNCATED, "section header 0");
	free(bytes);
}

struct question {
	struct failing_file failing;
	struct failure failure;
};

static struct fb_error *read_headers(void *context)
{
	struct question *question = context;
	struct fb_core_headers headers = {0};
	struct fb_error *err = fb_core_headers_read(&question->failing.file, NULL, &headers);

	if (!err)
		fb_core_headers_deinit(&headers);
	return err;
}

static void what_is_fatal_passes(void)
{
	for (enum make_layout layout = MAKE_KERNEL; layout <= MAKE_GCORE; layout++) {
		struct make_core make = {.layout = layout, .xnum = true};
		struct question question;
		struct fb_file *file;

		make_thread(&make, 17, 11, 0x401000);
		make_segment(&make, 0x400000, 0x3000, NULL, 0x1000, PF_R);
		file = make_file(&make, "core");
		failing_file_init(&question.failing, file, &question.failure);
		failing_must_pass(read_headers, &question, &question.failure, 100, 0);
		fb_file_destroy(file);
	}
}

FB_TEST_MAIN("user/core_headers", FB_TEST(names_what_is_no_elf), FB_TEST(needs_whole_magic_numbers),
	     FB_TEST(tells_text_from_other_bytes), FB_TEST(names_what_is_another_elf),
	     FB_TEST(names_the_machines), FB_TEST(takes_every_field),
	     FB_TEST(says_which_headers_a_cut_took), FB_TEST(bounds_the_note_segments),
	     FB_TEST(names_the_header_that_wraps_around),
	     FB_TEST(counts_few_where_section_0_is_lost), FB_TEST(does_not_believe_section_0),
	     FB_TEST(refuses_impossible_headers), FB_TEST(leaves_out_segments_that_wrap_around),
	     FB_TEST(ignores_file_bytes_beyond_the_memory),
	     FB_TEST(counts_more_segments_than_the_header_can),
	     FB_TEST(counts_them_where_section_0_is_cut_off),
	     FB_TEST(gives_up_where_no_count_is_left), FB_TEST(what_is_fatal_passes))
