/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two forms of ELF on x86: of 64 bits (x86-64), and of 32 bits (i386). The structures of both have the same
 * members, of other widths and in another order. Those of 32 bits are read into those of 64, so that all other code
 * knows only these. Format: System V ABI, chapters 4 and 5. Called wherever headers, symbols or cores are read.
 */
#ifndef FB_USER_ELF_FORM_H
#define FB_USER_ELF_FORM_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

struct fb_elf_form {
	uint16_t machine;  /* EM_X86_64 or EM_386 */
	uint8_t elf_class; /* ELFCLASS64 or ELFCLASS32 */
	/* Bytes that each has in a file and in memory. word: an address, and an entry's half of an auxiliary vector. */
	size_t word, ehdr, phdr, shdr, sym, dyn;
};

extern const struct fb_elf_form fb_elf_64, fb_elf_32;

/* The form of what begins with these bytes (e_ident); NULL: it is no little-endian ELF. */
const struct fb_elf_form *fb_elf_form_of(const unsigned char ident[EI_NIDENT]);

/* Each reads as many bytes as the form says. */
Elf64_Ehdr fb_elf_read_ehdr(const struct fb_elf_form *form, const void *bytes);
Elf64_Phdr fb_elf_read_phdr(const struct fb_elf_form *form, const void *bytes);
Elf64_Shdr fb_elf_read_shdr(const struct fb_elf_form *form, const void *bytes);
Elf64_Sym fb_elf_read_sym(const struct fb_elf_form *form, const void *bytes);
Elf64_Dyn fb_elf_read_dyn(const struct fb_elf_form *form, const void *bytes);
/* A word as an unsigned number. */
uint64_t fb_elf_read_word(const struct fb_elf_form *form, const void *bytes);

/* Each writes as many bytes. Of values that do not fit, the low bits are written. */
void fb_elf_write_ehdr(const struct fb_elf_form *form, const Elf64_Ehdr *wide, void *bytes);
void fb_elf_write_phdr(const struct fb_elf_form *form, const Elf64_Phdr *wide, void *bytes);
void fb_elf_write_shdr(const struct fb_elf_form *form, const Elf64_Shdr *wide, void *bytes);

#endif
