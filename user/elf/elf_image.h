/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small ELF file with the parts of an object that unwinding needs, made from the
 * memory of a process: a PT_LOAD with the object's address, and PT_GNU_EH_FRAME with
 * .eh_frame_hdr and .eh_frame. Missing pages are bytes by which no frame is found. The contents come from
 * the input, but all sizes in the headers are computed here, so that they are right.
 * Called by object_cache.c where no file is at hand.
 */
#ifndef FB_USER_ELF_IMAGE_H
#define FB_USER_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "user/elf/elf_form.h"

struct fb_elf_image {
	const struct fb_elf_form
		*form;        /* of the object, and of bytes; NULL: read from a damaged bundle */
	void *bytes;          /* owned; an ELF file for elf_memory() */
	size_t size;          /* of bytes */
	uint64_t first_vaddr; /* ELF address of the page that is mapped at base */
	uint64_t entry;       /* ELF address of the first instruction; 0: none */
	uint64_t dynamic;     /* ELF address of PT_DYNAMIC; 0: none */
	uint64_t dynamic_size;
	uint64_t end_vaddr; /* ELF address behind the last PT_LOAD */
	bool has_unwind;    /* there is .eh_frame_hdr, and some of .eh_frame */
	uint64_t missing;   /* first page of the unwind tables that cannot be read; 0: none */
};

/* base: the address at which the ELF header is mapped. FB_NOT_FOUND: no ELF object of x86-64 or i386 there;
 * FB_CORRUPT; errors of fb_space_read() for its headers. Missing unwind tables are no error. */
FB_MUST_CHECK struct fb_error *fb_elf_image_read(struct fb_space *space, uint64_t base,
						 struct fb_elf_image *image_ret);
/* Adds unwind tables to an image without any, such as that of a static program, which has no PT_GNU_EH_FRAME: size
 * bytes of an .eh_frame whose ELF address is address. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_elf_image_set_eh_frame(struct fb_elf_image *image,
							 uint64_t address, const void *bytes,
							 size_t size);
void fb_elf_image_deinit(struct fb_elf_image *image);

#endif
