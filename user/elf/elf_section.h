/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a section of an ELF file by its name. Called only in child processes (base/isolation/isolate.h), because libelf
 * reads hostile files there. */
#ifndef FB_USER_ELF_SECTION_H
#define FB_USER_ELF_SECTION_H

#include <libelf.h>
#include <stdint.h>

/* The bytes of the first section of this name that has bytes in the file, unchanged; borrowed from elf. *address_ret
 * (may be NULL) is its ELF address. NULL where there is none. */
const Elf_Data *fb_elf_section(Elf *elf, const char *name, uint64_t *address_ret);

#endif
