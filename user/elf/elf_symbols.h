/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The function symbols of an ELF object, by address: from a file's .symtab and .dynsym,
 * or from the .dynsym in memory. After fb_elf_symbols_sort() they may be searched from
 * many threads. Called by object_cache.c, stored_object.c and the unwinder.
 */
#ifndef FB_USER_ELF_SYMBOLS_H
#define FB_USER_ELF_SYMBOLS_H

#include <libelf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/space.h"
#include "user/elf/elf_image.h"

struct fb_elf_symbol {
	uint64_t address; /* ELF address: as the object has it, not where it is loaded */
	uint64_t size;    /* bytes; 0: unknown */
	uint64_t reach;   /* highest end of this symbol and all before it: a search stops by it */
	uint32_t name;    /* offset in names */
	uint8_t rank;     /* of symbols at one address the one with the highest rank is found */
};

struct fb_elf_symbols {
	struct fb_elf_symbol *symbols; /* owned; by address once sorted */
	size_t count, room;
	struct fb_buf names;
};

void fb_elf_symbols_init(struct fb_elf_symbols *symbols);
void fb_elf_symbols_deinit(struct fb_elf_symbols *symbols);

/* Adds the functions of all symbol tables of a file; where it is stripped, those of its .gnu_debugdata too. Damaged
 * parts are left out; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_elf_symbols_add_elf(struct fb_elf_symbols *symbols, Elf *elf);
/* Adds the functions of the .dynsym in memory, which is found by PT_DYNAMIC. What cannot be read is left out; only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_elf_symbols_add_memory(struct fb_elf_symbols *symbols,
							 struct fb_space *space, uint64_t base,
							 const struct fb_elf_image *image);
void fb_elf_symbols_sort(struct fb_elf_symbols *symbols);

/* The function that holds the ELF address, or NULL. *name_ret is owned by symbols. */
const struct fb_elf_symbol *fb_elf_symbols_find(const struct fb_elf_symbols *symbols,
						uint64_t address, const char **name_ret);

#endif
