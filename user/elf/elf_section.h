/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A section of an ELF file by its name. In a child that reads objects: libelf is not trusted with them. */
#ifndef FB_USER_ELF_SECTION_H
#define FB_USER_ELF_SECTION_H

#include <libelf.h>
#include <stdint.h>

/* The bytes of the first section of that name that has any in the file, as they stand there; borrowed from
 * elf. *address_ret (may be NULL): where it is linked to be in memory. NULL where there is none. */
const Elf_Data *fb_elf_section(Elf *elf, const char *name, uint64_t *address_ret);

#endif
