/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ELF header and the program headers of an object that is mapped in a memory space. */
#ifndef FB_USER_ELF_HEADERS_H
#define FB_USER_ELF_HEADERS_H

#include <elf.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

struct fb_elf_headers {
	Elf64_Ehdr ehdr;
	Elf64_Phdr *
		phdrs; /* owned: fb_elf_headers_deinit(); ehdr.e_phnum of them, as they stand there */
};

/* base: where the ELF header is mapped. FB_NOT_FOUND: no ELF object of x86-64 there; FB_CORRUPT; or why
 * its headers cannot be read. */
FB_MUST_CHECK struct fb_error *fb_elf_headers_read(struct fb_space *space, uint64_t base,
						   struct fb_elf_headers *headers_ret);
void fb_elf_headers_deinit(struct fb_elf_headers *headers);

#endif
