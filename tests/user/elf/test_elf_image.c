// SPDX-License-Identifier: GPL-2.0-or-later
/* The image of a made object: which unwind tables are taken from memory, and what is made of them. */
#include "user/elf/elf_image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"

#define BASE 0x7f0000000000ull
#define LINKED 0x10000ull /* ELF address of what stands at BASE */
#define BYTES 0x4000u
/* Where things lie behind BASE: .eh_frame_hdr, and .eh_frame behind it. */
#define HDR 0x1f00u
#define FRAME 0x2100u
#define END 0x3000u

enum { LOAD, MORE, EH_FRAME, DYNAMIC, PHDRS };

struct made {
	struct fb_space space;
	uint8_t bytes[BYTES];
	uint64_t absent; /* a page behind BASE that cannot be read; UINT64_MAX: none */
};

static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct made *made = (const struct made *)space;
	uint64_t at = address - BASE;

	if (address < BASE || at > BYTES || length > BYTES - at)
		return fb_error_create(FB_FAULT, "nothing there");
	if (made->absent < BYTES && at < made->absent + FB_PAGE_SIZE && made->absent < at + length)
		return fb_error_create(FB_ABSENT, "left out");
	memcpy(to, made->bytes + at, length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

static Elf64_Ehdr *ehdr_of(struct made *made)
{
	return (Elf64_Ehdr *)made->bytes;
}

static Elf64_Phdr *phdrs_of(struct made *made)
{
	return (Elf64_Phdr *)(made->bytes + sizeof(Elf64_Ehdr));
}

/* version and encodings, where .eh_frame is, the count of the table's rows. */
static void put_hdr(struct made *made, uint8_t version, uint8_t pointer, uint8_t count,
		    uint8_t table, int32_t eh_frame, uint32_t rows)
{
	const uint8_t head[] = {version, pointer, count, table};

	memcpy(made->bytes + HDR, head, sizeof(head));
	memcpy(made->bytes + HDR + 4, &eh_frame, sizeof(eh_frame));
	memcpy(made->bytes + HDR + 8, &rows, sizeof(rows));
}

static struct made *make(void)
{
	struct made *made = calloc(1, sizeof(*made));
	Elf64_Phdr *phdrs;

	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	made->space = (struct fb_space){.ops = &made_ops, .name = "made"};
	made->absent = UINT64_MAX;
	for (size_t i = 0x1000; i < BYTES; i++)
		made->bytes[i] = (uint8_t)(i * 7 + i / 256);
	memcpy(ehdr_of(made)->e_ident, ELFMAG "\2\1\1", SELFMAG + 3);
	ehdr_of(made)->e_type = ET_DYN;
	ehdr_of(made)->e_machine = EM_X86_64;
	ehdr_of(made)->e_entry = LINKED + 0x1234;
	ehdr_of(made)->e_phoff = sizeof(Elf64_Ehdr);
	ehdr_of(made)->e_phentsize = sizeof(Elf64_Phdr);
	ehdr_of(made)->e_phnum = PHDRS;
	phdrs = phdrs_of(made);
	phdrs[LOAD] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_vaddr = LINKED + 8, .p_filesz = END - 8, .p_memsz = END - 8};
	phdrs[MORE] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_vaddr = LINKED + END, .p_filesz = 0x100, .p_memsz = 0x1800};
	phdrs[EH_FRAME] = (Elf64_Phdr){.p_type = PT_GNU_EH_FRAME,
				       .p_vaddr = LINKED + HDR,
				       .p_filesz = 12 + 3 * 8,
				       .p_memsz = 12 + 3 * 8};
	phdrs[DYNAMIC] = (Elf64_Phdr){.p_type = PT_DYNAMIC,
				      .p_vaddr = LINKED + 0x3010,
				      .p_filesz = 0x50,
				      .p_memsz = 0x60};
	put_hdr(made, 1, 0x1b, 3, 0x3b, FRAME - HDR - 4, 3);
	return made;
}

static void takes_what_headers_say(void)
{
	struct made *made = make();
	struct fb_elf_image image;

	FB_OK_FATAL(fb_elf_image_read(&made->space, BASE, &image));
	CU_ASSERT_EQUAL(image.first_vaddr, LINKED);
	CU_ASSERT_EQUAL(image.entry, LINKED + 0x1234);
	CU_ASSERT_EQUAL(image.dynamic, LINKED + 0x3010);
	CU_ASSERT_EQUAL(image.dynamic_size, 0x60);
	CU_ASSERT_EQUAL(image.end_vaddr, LINKED + END + 0x1800);
	fb_elf_image_deinit(&image);
	CU_ASSERT(!image.bytes && !image.size);
	free(made);
}

/* The made file: a header, PT_LOAD, PT_GNU_EH_FRAME, and from the lower of both tables on all of its segment. */
static void expect_tables(struct made *made, uint64_t start, uint64_t missing)
{
	struct fb_elf_image image;
	const size_t head = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	const Elf64_Ehdr *ehdr;
	const Elf64_Phdr *phdrs;

	FB_OK_FATAL(fb_elf_image_read(&made->space, BASE, &image));
	CU_ASSERT_TRUE(image.has_unwind);
	CU_ASSERT_EQUAL(image.missing, missing);
	CU_ASSERT_EQUAL_FATAL(image.size, head + END - start);
	ehdr = image.bytes;
	phdrs = (const Elf64_Phdr *)(ehdr + 1);
	CU_ASSERT_EQUAL(memcmp(ehdr->e_ident, ehdr_of(made)->e_ident, EI_PAD), 0);
	CU_ASSERT(ehdr->e_type == ehdr_of(made)->e_type && ehdr->e_machine == EM_X86_64);
	CU_ASSERT(ehdr->e_version == 1 && ehdr->e_phoff == sizeof(*ehdr) && ehdr->e_phnum == 2);
	CU_ASSERT(ehdr->e_ehsize == 64 && ehdr->e_phentsize == 56 && ehdr->e_shentsize == 64);
	CU_ASSERT(!ehdr->e_shnum && !ehdr->e_shoff && !ehdr->e_entry);
	CU_ASSERT(phdrs[0].p_type == PT_LOAD && phdrs[0].p_vaddr == LINKED);
	CU_ASSERT(phdrs[0].p_memsz == END - 8 && !phdrs[0].p_filesz && !phdrs[0].p_offset);
	CU_ASSERT_EQUAL(phdrs[0].p_align, FB_PAGE_SIZE);
	CU_ASSERT(phdrs[1].p_type == PT_GNU_EH_FRAME && phdrs[1].p_vaddr == LINKED + HDR);
	CU_ASSERT_EQUAL(phdrs[1].p_filesz, 36);
	CU_ASSERT_EQUAL(phdrs[1].p_offset, head + HDR - start);
	for (uint64_t at = start; at < END; at++) {
		const uint8_t byte = ((const uint8_t *)image.bytes)[head + at - start];
		const bool lost =
			missing && at >= missing - BASE && at < missing - BASE + FB_PAGE_SIZE;

		CU_ASSERT_EQUAL(byte, lost ? 0x3f : made->bytes[at]);
	}
	fb_elf_image_deinit(&image);
}

static void has_the_tables_of_their_segment(void)
{
	struct made *made = make();

	expect_tables(made, HDR, 0);
	/* .eh_frame before its header. */
	put_hdr(made, 1, 0x1b, 3, 0x3b, -0x300, 3);
	expect_tables(made, HDR + 4 - 0x300, 0);
	ehdr_of(made)->e_type = ET_EXEC;
	expect_tables(made, HDR + 4 - 0x300, 0);
	/* A page of them is missing: no instruction that is known. */
	made->absent = 0x2000;
	expect_tables(made, HDR + 4 - 0x300, BASE + 0x2000);
	free(made);
}

static void expect_none(struct made *made, uint64_t missing)
{
	struct fb_elf_image image;

	FB_OK_FATAL(fb_elf_image_read(&made->space, BASE, &image));
	CU_ASSERT_FALSE(image.has_unwind);
	CU_ASSERT_EQUAL(image.missing, missing);
	CU_ASSERT_EQUAL(image.size, sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr));
	CU_ASSERT_EQUAL(((const Elf64_Ehdr *)image.bytes)->e_phnum, 1);
	fb_elf_image_deinit(&image);
}

/* A header of another kind, or one that contradicts itself. */
static void takes_no_tables_that_cannot_be(void)
{
	const int32_t frame = FRAME - HDR - 4;
	struct made *made = make();
	Elf64_Phdr *phdrs = phdrs_of(made);

	put_hdr(made, 2, 0x1b, 3, 0x3b, frame, 3);
	expect_none(made, 0);
	put_hdr(made, 1, 0x1c, 3, 0x3b, frame, 3);
	expect_none(made, 0);
	put_hdr(made, 1, 0x1b, 4, 0x3b, frame, 3);
	expect_none(made, 0);
	put_hdr(made, 1, 0x1b, 3, 0x3c, frame, 3);
	expect_none(made, 0);
	put_hdr(made, 1, 0x1b, 3, 0x3b, frame, 4); /* more rows than there is room for */
	expect_none(made, 0);
	put_hdr(made, 1, 0x1b, 3, 0x3b, END - HDR - 4, 3); /* behind the segment's end */
	expect_none(made, 0);
	put_hdr(made, 1, 0x1b, 3, 0x3b, END - HDR - 5, 3); /* its last byte */
	expect_tables(made, HDR, 0);
	put_hdr(made, 1, 0x1b, 3, 0x3b, 0x1000 * 8, 3); /* in no segment */
	expect_none(made, 0);
	put_hdr(made, 1, 0x1b, 3, 0x3b, frame, 3);
	phdrs[EH_FRAME].p_filesz = 11;
	expect_none(made, 0);
	phdrs[EH_FRAME].p_filesz = 12; /* a table of no rows */
	put_hdr(made, 1, 0x1b, 3, 0x3b, frame, 1);
	expect_none(made, 0);
	phdrs[EH_FRAME].p_filesz = phdrs[EH_FRAME].p_memsz = END - HDR + 1; /* not whole in it */
	expect_none(made, 0);
	phdrs[EH_FRAME].p_filesz = phdrs[EH_FRAME].p_memsz = 36;
	put_hdr(made, 1, 0x1b, 3, 0x3b, frame, 3);
	made->absent = 0x1000;
	expect_none(made, BASE + 0x1000);
	made->absent = UINT64_MAX;
	phdrs[EH_FRAME].p_type = PT_NULL;
	expect_none(made, 0);
	free(made);
}

static void refuses_what_is_no_object(void)
{
	struct made *made = make();
	const Elf64_Ehdr good = *ehdr_of(made);
	Elf64_Ehdr *ehdr = ehdr_of(made);
	struct fb_elf_image image = {.size = 99};

	ehdr->e_ident[0] = 0;
	FB_FAILS_WITH(fb_elf_image_read(&made->space, BASE, &image), FB_NOT_FOUND,
		      "object at 0x7f0000000000: 0x7f0000000000 holds no ELF header");
	*ehdr = good;
	ehdr->e_ident[EI_CLASS] = ELFCLASS32;
	FB_FAILS_WITH(fb_elf_image_read(&made->space, BASE, &image), FB_NOT_FOUND,
		      "of another kind (class 1, machine 62, type 3)");
	*ehdr = good;
	ehdr->e_ident[EI_DATA] = ELFDATA2MSB;
	FB_FAILS(fb_elf_image_read(&made->space, BASE, &image), FB_NOT_FOUND);
	*ehdr = good;
	ehdr->e_machine = EM_386;
	FB_FAILS_WITH(fb_elf_image_read(&made->space, BASE, &image), FB_NOT_FOUND, "machine 3,");
	*ehdr = good;
	ehdr->e_type = ET_CORE;
	FB_FAILS_WITH(fb_elf_image_read(&made->space, BASE, &image), FB_NOT_FOUND, "type 4");
	*ehdr = good;
	ehdr->e_phentsize = 55;
	FB_FAILS_WITH(fb_elf_image_read(&made->space, BASE, &image), FB_CORRUPT,
		      "ELF header at 0x7f0000000000: 4 program headers of 55 bytes at 0x40");
	*ehdr = good;
	ehdr->e_phnum = 0;
	FB_FAILS(fb_elf_image_read(&made->space, BASE, &image), FB_CORRUPT);
	ehdr->e_phnum = FB_MAX_OBJECT_PHDRS + 1;
	FB_FAILS(fb_elf_image_read(&made->space, BASE, &image), FB_CORRUPT);
	*ehdr = good;
	ehdr->e_phoff = 1ull << 32;
	FB_FAILS(fb_elf_image_read(&made->space, BASE, &image), FB_CORRUPT);
	ehdr->e_phoff = UINT32_MAX;
	FB_FAILS(fb_elf_image_read(&made->space, BASE, &image), FB_FAULT);
	*ehdr = good;
	made->absent = 0;
	FB_FAILS(fb_elf_image_read(&made->space, BASE, &image), FB_ABSENT);
	CU_ASSERT_EQUAL(image.size, 99);
	free(made);
}

/* Segments that cannot be are as if they were not there. */
static void looks_at_no_segment_that_wraps_around(void)
{
	struct made *made = make();
	Elf64_Phdr *phdrs = phdrs_of(made);
	struct fb_elf_image image;

	phdrs[MORE].p_memsz = 1ull << 63;
	phdrs[DYNAMIC].p_vaddr = 1ull << 63;
	FB_OK_FATAL(fb_elf_image_read(&made->space, BASE, &image));
	CU_ASSERT_EQUAL(image.end_vaddr, LINKED + END);
	CU_ASSERT(!image.dynamic && !image.dynamic_size);
	CU_ASSERT_TRUE(image.has_unwind);
	fb_elf_image_deinit(&image);
	phdrs[DYNAMIC].p_vaddr = LINKED + 0x3010;
	phdrs[DYNAMIC].p_filesz = phdrs[DYNAMIC].p_memsz + 1;
	FB_OK_FATAL(fb_elf_image_read(&made->space, BASE, &image));
	CU_ASSERT_EQUAL(image.dynamic, 0);
	fb_elf_image_deinit(&image);
	phdrs[LOAD].p_type = PT_NULL;
	FB_FAILS_WITH(fb_elf_image_read(&made->space, BASE, &image), FB_CORRUPT, "no PT_LOAD");
	free(made);
}

/* Of a static program: the section itself, in a file that has sections. */
static void takes_a_section(void)
{
	static const uint8_t bytes[13] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
	const size_t head = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	struct made *made = make();
	struct fb_elf_image image;
	const Elf64_Ehdr *ehdr;
	const Elf64_Shdr *sections;
	const char *names;

	phdrs_of(made)[EH_FRAME].p_type = PT_NULL;
	FB_OK_FATAL(fb_elf_image_read(&made->space, BASE, &image));
	FB_FAILS_WITH(fb_elf_image_set_eh_frame(&image, 1, bytes, FB_MAX_UNWIND_TABLE + 1u),
		      FB_LIMIT, ".eh_frame has");
	CU_ASSERT_FALSE(image.has_unwind);
	FB_OK_FATAL(fb_elf_image_set_eh_frame(&image, LINKED + 0x2000, bytes, sizeof(bytes)));
	CU_ASSERT_TRUE(image.has_unwind);
	ehdr = image.bytes;
	CU_ASSERT_EQUAL(memcmp((const uint8_t *)image.bytes + head, bytes, sizeof(bytes)), 0);
	CU_ASSERT(ehdr->e_shnum == 3 && ehdr->e_shstrndx == 2 && ehdr->e_phnum == 1);
	CU_ASSERT_EQUAL_FATAL(ehdr->e_shoff, head + 16 + 24);
	CU_ASSERT_EQUAL(image.size, ehdr->e_shoff + 3 * sizeof(*sections));
	sections = (const Elf64_Shdr *)((const uint8_t *)image.bytes + ehdr->e_shoff);
	names = (const char *)image.bytes + sections[2].sh_offset;
	CU_ASSERT(!sections[0].sh_type && !sections[0].sh_size);
	CU_ASSERT_STRING_EQUAL(names + sections[1].sh_name, ".eh_frame");
	CU_ASSERT_STRING_EQUAL(names + sections[2].sh_name, ".shstrtab");
	CU_ASSERT(sections[1].sh_type == SHT_PROGBITS && sections[1].sh_flags == SHF_ALLOC);
	CU_ASSERT(sections[1].sh_addr == LINKED + 0x2000 && sections[1].sh_offset == head);
	CU_ASSERT(sections[1].sh_size == sizeof(bytes) && sections[1].sh_addralign == 8);
	CU_ASSERT(sections[2].sh_type == SHT_STRTAB && sections[2].sh_size == 21);
	CU_ASSERT_EQUAL(sections[2].sh_addralign, 1);
	fb_elf_image_deinit(&image);
	free(made);
}

FB_TEST_MAIN("user/elf_image", FB_TEST(takes_what_headers_say),
	     FB_TEST(has_the_tables_of_their_segment), FB_TEST(takes_no_tables_that_cannot_be),
	     FB_TEST(refuses_what_is_no_object), FB_TEST(looks_at_no_segment_that_wraps_around),
	     FB_TEST(takes_a_section))
