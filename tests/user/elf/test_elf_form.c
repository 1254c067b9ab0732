// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/elf/elf_form.h"

#include <string.h>

#include "tests/harness.h"

static void forms_are_told_by_their_first_bytes(void)
{
	static const struct {
		const char *ident;
		const struct fb_elf_form *form;
	} rows[] = {
		{"\x7f"
		 "ELF\1\1",
		 &fb_elf_32},
		{"\x7f"
		 "ELF\2\1",
		 &fb_elf_64},
		{"\x7f"
		 "ELF\3\1",
		 NULL},
		{"\x7f"
		 "ELF\1\2",
		 NULL},
		{"\x7f"
		 "ELG\1\1",
		 NULL},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++) {
		unsigned char ident[EI_NIDENT] = {0};

		memcpy(ident, rows[i].ident, strlen(rows[i].ident));
		CU_ASSERT_PTR_EQUAL(fb_elf_form_of(ident), rows[i].form);
	}
	CU_ASSERT(fb_elf_32.machine == EM_386 && fb_elf_32.elf_class == ELFCLASS32);
	CU_ASSERT(fb_elf_64.machine == EM_X86_64 && fb_elf_64.elf_class == ELFCLASS64);
}

/* Bytes that all differ: what is read of 32 bits is what the host's own struct has, and is written as it was. */
static void headers_are_read_and_written(void)
{
	uint8_t bytes[64], written[64] = {0};
	Elf32_Ehdr narrow;
	Elf64_Ehdr ehdr;
	Elf32_Phdr narrow_phdr;
	Elf64_Phdr phdr;
	Elf32_Shdr narrow_shdr;
	Elf64_Shdr shdr;

	for (uint8_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0x80 + i);
	memcpy(&narrow, bytes, sizeof(narrow));
	ehdr = fb_elf_read_ehdr(&fb_elf_32, bytes);
	CU_ASSERT_EQUAL(memcmp(ehdr.e_ident, bytes, EI_NIDENT), 0);
	CU_ASSERT(ehdr.e_phoff == narrow.e_phoff && ehdr.e_shstrndx == narrow.e_shstrndx);
	fb_elf_write_ehdr(&fb_elf_32, &ehdr, written);
	CU_ASSERT_EQUAL(memcmp(written, bytes, fb_elf_32.ehdr), 0);
	CU_ASSERT_EQUAL(written[fb_elf_32.ehdr], 0);

	memcpy(&narrow_phdr, bytes, sizeof(narrow_phdr));
	phdr = fb_elf_read_phdr(&fb_elf_32, bytes);
	CU_ASSERT(phdr.p_flags == narrow_phdr.p_flags && phdr.p_memsz == narrow_phdr.p_memsz);
	memset(written, 0, sizeof(written));
	fb_elf_write_phdr(&fb_elf_32, &phdr, written);
	CU_ASSERT_EQUAL(memcmp(written, bytes, fb_elf_32.phdr), 0);

	memcpy(&narrow_shdr, bytes, sizeof(narrow_shdr));
	shdr = fb_elf_read_shdr(&fb_elf_32, bytes);
	CU_ASSERT(shdr.sh_size == narrow_shdr.sh_size && shdr.sh_info == narrow_shdr.sh_info);
	memset(written, 0, sizeof(written));
	fb_elf_write_shdr(&fb_elf_32, &shdr, written);
	CU_ASSERT_EQUAL(memcmp(written, bytes, fb_elf_32.shdr), 0);
}

static void those_of_64_bits_stay_as_they_are(void)
{
	uint8_t bytes[64], written[64] = {0};
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr;
	Elf64_Shdr shdr;
	Elf64_Sym sym;
	Elf64_Dyn dyn;

	for (uint8_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0x80 + i);
	ehdr = fb_elf_read_ehdr(&fb_elf_64, bytes);
	phdr = fb_elf_read_phdr(&fb_elf_64, bytes);
	shdr = fb_elf_read_shdr(&fb_elf_64, bytes);
	sym = fb_elf_read_sym(&fb_elf_64, bytes);
	dyn = fb_elf_read_dyn(&fb_elf_64, bytes);
	CU_ASSERT(!memcmp(&ehdr, bytes, fb_elf_64.ehdr) && !memcmp(&phdr, bytes, fb_elf_64.phdr));
	CU_ASSERT(!memcmp(&shdr, bytes, fb_elf_64.shdr) && !memcmp(&sym, bytes, fb_elf_64.sym));
	CU_ASSERT(!memcmp(&dyn, bytes, fb_elf_64.dyn));
	fb_elf_write_ehdr(&fb_elf_64, &ehdr, written);
	CU_ASSERT_EQUAL(memcmp(written, bytes, 64), 0);
	fb_elf_write_phdr(&fb_elf_64, &phdr, written);
	CU_ASSERT_EQUAL(memcmp(written, bytes, 56), 0);
	fb_elf_write_shdr(&fb_elf_64, &shdr, written);
	CU_ASSERT_EQUAL(memcmp(written, bytes, 64), 0);
	CU_ASSERT_EQUAL(fb_elf_read_word(&fb_elf_64, bytes), 0x8786858483828180);
}

static void symbols_and_entries_are_widened(void)
{
	/* st_name, st_value, st_size; st_info, st_other, st_shndx */
	static const uint32_t symbol[] = {7, 0x8049000, 0x20, 0x00050112};
	static const uint32_t entry[] = {DT_STRTAB, 0xf7c00000};
	Elf64_Sym sym = fb_elf_read_sym(&fb_elf_32, symbol);
	Elf64_Dyn dyn = fb_elf_read_dyn(&fb_elf_32, entry);

	CU_ASSERT(sym.st_name == 7 && sym.st_value == 0x8049000 && sym.st_size == 0x20);
	CU_ASSERT(sym.st_info == 0x12 && sym.st_other == 1 && sym.st_shndx == 5);
	CU_ASSERT(dyn.d_tag == DT_STRTAB && dyn.d_un.d_ptr == 0xf7c00000);
	CU_ASSERT_EQUAL(fb_elf_read_word(&fb_elf_32, entry), DT_STRTAB);
	CU_ASSERT(fb_elf_32.sym == sizeof(symbol) && fb_elf_32.dyn == sizeof(entry));
}

FB_TEST_MAIN("user/elf_form", FB_TEST(forms_are_told_by_their_first_bytes),
	     FB_TEST(headers_are_read_and_written), FB_TEST(those_of_64_bits_stay_as_they_are),
	     FB_TEST(symbols_and_entries_are_widened))
