/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dynamic section of an object that is mapped in a memory space: where its tables are, and the address of one
 * symbol that it exports. Format: System V ABI, chapter 5; .gnu.hash as glibc's linker reads it. Called by
 * elf_symbols.c, and by user/runtimes for variables of interpreters.
 */
#ifndef FB_USER_ELF_DYNAMIC_H
#define FB_USER_ELF_DYNAMIC_H

#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "user/elf/elf_image.h"

/* Addresses in memory, unchecked; 0: the object has no such table. */
struct fb_elf_dynamic {
	uint64_t symtab, strtab, hash, gnu_hash;
	uint64_t strsz; /* bytes of strtab */
};

/* Reads the dynamic section of the object at base, of which image has the headers' values. Errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_elf_dynamic_read(struct fb_space *space, uint64_t base,
						   const struct fb_elf_image *image,
						   struct fb_elf_dynamic *dynamic_ret);

/* The address in memory of the function or variable that the object whose ELF header is mapped at base exports under
 * this name. It is found by .gnu.hash, so that little of the object needs to be there. FB_NOT_FOUND: it exports none,
 * or has no .gnu.hash; FB_CORRUPT; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_elf_dynamic_find(struct fb_space *space, uint64_t base,
						   const char *name, uint64_t *address_ret);

#endif
