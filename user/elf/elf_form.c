// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and writes ELF's structures of 32 bits as those of 64. Called wherever headers, symbols or cores are read.
 */
#include "user/elf/elf_form.h"

#include <string.h>

const struct fb_elf_form fb_elf_64 = {
	.machine = EM_X86_64,
	.elf_class = ELFCLASS64,
	.word = sizeof(uint64_t),
	.ehdr = sizeof(Elf64_Ehdr),
	.phdr = sizeof(Elf64_Phdr),
	.shdr = sizeof(Elf64_Shdr),
	.sym = sizeof(Elf64_Sym),
	.dyn = sizeof(Elf64_Dyn),
};

const struct fb_elf_form fb_elf_32 = {
	.machine = EM_386,
	.elf_class = ELFCLASS32,
	.word = sizeof(uint32_t),
	.ehdr = sizeof(Elf32_Ehdr),
	.phdr = sizeof(Elf32_Phdr),
	.shdr = sizeof(Elf32_Shdr),
	.sym = sizeof(Elf32_Sym),
	.dyn = sizeof(Elf32_Dyn),
};

const struct fb_elf_form *fb_elf_form_of(const unsigned char ident[EI_NIDENT])
{
	if (memcmp(ident, ELFMAG, SELFMAG) != 0 || ident[EI_DATA] != ELFDATA2LSB)
		return NULL;
	if (ident[EI_CLASS] == ELFCLASS64)
		return &fb_elf_64;
	return ident[EI_CLASS] == ELFCLASS32 ? &fb_elf_32 : NULL;
}

/* The members of each, e_ident aside. */
/* clang-format off */
#define EHDR_MEMBERS(DO)                                                                            \
	DO(e_type) DO(e_machine) DO(e_version) DO(e_entry) DO(e_phoff) DO(e_shoff) DO(e_flags)      \
	DO(e_ehsize) DO(e_phentsize) DO(e_phnum) DO(e_shentsize) DO(e_shnum) DO(e_shstrndx)
#define PHDR_MEMBERS(DO)                                                                            \
	DO(p_type) DO(p_offset) DO(p_vaddr) DO(p_paddr) DO(p_filesz) DO(p_memsz) DO(p_flags)        \
	DO(p_align)
#define SHDR_MEMBERS(DO)                                                                            \
	DO(sh_name) DO(sh_type) DO(sh_flags) DO(sh_addr) DO(sh_offset) DO(sh_size) DO(sh_link)      \
	DO(sh_info) DO(sh_addralign) DO(sh_entsize)
#define SYM_MEMBERS(DO)                                                                             \
	DO(st_name) DO(st_value) DO(st_size) DO(st_info) DO(st_other) DO(st_shndx)
/* clang-format on */

#define WIDEN(member) wide.member = narrow.member;
#define NARROW(member) narrow.member = (__typeof__(narrow.member))wide->member;

Elf64_Ehdr fb_elf_read_ehdr(const struct fb_elf_form *form, const void *bytes)
{
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;

	if (form == &fb_elf_64) {
		memcpy(&wide, bytes, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, bytes, sizeof(narrow));
	memcpy(wide.e_ident, narrow.e_ident, sizeof(wide.e_ident));
	EHDR_MEMBERS(WIDEN)
	return wide;
}

Elf64_Phdr fb_elf_read_phdr(const struct fb_elf_form *form, const void *bytes)
{
	Elf64_Phdr wide;
	Elf32_Phdr narrow;

	if (form == &fb_elf_64) {
		memcpy(&wide, bytes, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, bytes, sizeof(narrow));
	PHDR_MEMBERS(WIDEN)
	return wide;
}

Elf64_Shdr fb_elf_read_shdr(const struct fb_elf_form *form, const void *bytes)
{
	Elf64_Shdr wide;
	Elf32_Shdr narrow;

	if (form == &fb_elf_64) {
		memcpy(&wide, bytes, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, bytes, sizeof(narrow));
	SHDR_MEMBERS(WIDEN)
	return wide;
}

Elf64_Sym fb_elf_read_sym(const struct fb_elf_form *form, const void *bytes)
{
	Elf64_Sym wide;
	Elf32_Sym narrow;

	if (form == &fb_elf_64) {
		memcpy(&wide, bytes, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, bytes, sizeof(narrow));
	SYM_MEMBERS(WIDEN)
	return wide;
}

Elf64_Dyn fb_elf_read_dyn(const struct fb_elf_form *form, const void *bytes)
{
	Elf64_Dyn wide;
	Elf32_Dyn narrow;

	if (form == &fb_elf_64) {
		memcpy(&wide, bytes, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, bytes, sizeof(narrow));
	wide.d_tag = narrow.d_tag;
	wide.d_un.d_val = narrow.d_un.d_val;
	return wide;
}

uint64_t fb_elf_read_word(const struct fb_elf_form *form, const void *bytes)
{
	uint64_t word = 0;

	memcpy(&word, bytes, form->word);
	return word;
}

void fb_elf_write_ehdr(const struct fb_elf_form *form, const Elf64_Ehdr *wide, void *bytes)
{
	Elf32_Ehdr narrow;

	if (form == &fb_elf_64) {
		memcpy(bytes, wide, sizeof(*wide));
		return;
	}
	memcpy(narrow.e_ident, wide->e_ident, sizeof(narrow.e_ident));
	EHDR_MEMBERS(NARROW)
	memcpy(bytes, &narrow, sizeof(narrow));
}

void fb_elf_write_phdr(const struct fb_elf_form *form, const Elf64_Phdr *wide, void *bytes)
{
	Elf32_Phdr narrow;

	if (form == &fb_elf_64) {
		memcpy(bytes, wide, sizeof(*wide));
		return;
	}
	PHDR_MEMBERS(NARROW)
	memcpy(bytes, &narrow, sizeof(narrow));
}

void fb_elf_write_shdr(const struct fb_elf_form *form, const Elf64_Shdr *wide, void *bytes)
{
	Elf32_Shdr narrow;

	if (form == &fb_elf_64) {
		memcpy(bytes, wide, sizeof(*wide));
		return;
	}
	SHDR_MEMBERS(NARROW)
	memcpy(bytes, &narrow, sizeof(narrow));
}
