/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols, sections and the build-id of an ELF file on disk: a vmlinux, a module, a debug file.
 * Errors of each function: FB_OS, FB_INVALID (no ELF file), FB_CORRUPT, FB_NOMEM, and those named with it.
 */
#ifndef FB_SYMBOLS_ELF_SYMTAB_H
#define FB_SYMBOLS_ELF_SYMTAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/table/symtab.h"

/* Reads .symtab of an ELF file. bias (the KASLR offset) is added to each address. libelf runs in a child
 * process (base/isolation/isolate.h). The caller destroys the table. FB_LIMIT: too many symbols. */
FB_MUST_CHECK struct fb_error *fb_elf_symtab_load(const char *path, uint64_t bias,
						  struct fb_symtab **table_ret);

/* The GNU build-id as lower-case hexadecimal digits and a NUL; size, the room in `to`, is 2 * 64 + 1.
 * FB_NOT_FOUND where there is none. */
FB_MUST_CHECK struct fb_error *fb_elf_build_id(const char *path, char *to, size_t size);

struct fb_elf_section {
	uint64_t address; /* virtual, as the file has it */
	uint8_t *data;    /* owned */
	size_t size;      /* bytes in data */
};

/* The contents of the section of this name. FB_NOT_FOUND: there is none, or its bytes are not in this file
 * (a file with separate debug information has only the headers of other sections); FB_LIMIT: it has more
 * than limit bytes. */
FB_MUST_CHECK struct fb_error *fb_elf_section_load(const char *path, const char *name, size_t limit,
						   struct fb_elf_section *section_ret);
void fb_elf_section_deinit(struct fb_elf_section *section);

#endif
