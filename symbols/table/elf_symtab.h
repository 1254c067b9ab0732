/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols, sections and the build-id of an ELF file on disk: a vmlinux, a module, a debug file. */
#ifndef FB_SYMBOLS_ELF_SYMTAB_H
#define FB_SYMBOLS_ELF_SYMTAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/table/symtab.h"

/* .symtab of an ELF file, addresses moved by bias (the KASLR offset). Read in a child
 * (base/isolation/isolate.h). */
FB_MUST_CHECK struct fb_error *fb_elf_symtab_load(const char *path, uint64_t bias,
						  struct fb_symtab **table_ret);

/* The GNU build-id as lower-case hex (to holds 2 * 64 + 1). FB_NOT_FOUND where there is none. */
FB_MUST_CHECK struct fb_error *fb_elf_build_id(const char *path, char *to, size_t size);

struct fb_elf_section {
	uint64_t address; /* as the file has it */
	uint8_t *data;    /* owned */
	size_t size;
};

/* A section by its name. FB_NOT_FOUND: there is none, or it has no bytes in this file (as those of a file
 * that has nothing but debug information); FB_LIMIT: it has more than limit bytes. */
FB_MUST_CHECK struct fb_error *fb_elf_section_load(const char *path, const char *name, size_t limit,
						   struct fb_elf_section *section_ret);
void fb_elf_section_deinit(struct fb_elf_section *section);

#endif
