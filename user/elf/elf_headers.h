/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the ELF header and the program headers of an object that is mapped in a memory space. Called by elf_image.c and
 * eh_frame_search.c. */
#ifndef FB_USER_ELF_HEADERS_H
#define FB_USER_ELF_HEADERS_H

#include <elf.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "user/elf/elf_form.h"

struct fb_elf_headers {
	const struct fb_elf_form *form;
	Elf64_Ehdr ehdr;
	Elf64_Phdr *phdrs; /* owned; ehdr.e_phnum of them, unchecked */
};

/* base: the address at which the ELF header is mapped. FB_NOT_FOUND: no ELF object of x86-64 or i386 there;
 * FB_CORRUPT; errors of fb_space_read(). The caller frees the result with fb_elf_headers_deinit(). */
FB_MUST_CHECK struct fb_error *fb_elf_headers_read(struct fb_space *space, uint64_t base,
						   struct fb_elf_headers *headers_ret);
void fb_elf_headers_deinit(struct fb_elf_headers *headers);

#endif
