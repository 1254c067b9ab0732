/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF image of an object as far as it can be read from the memory of a
 * process: what unwinding needs of it, as a small ELF file of its own (a PT_LOAD
 * that tells the address, and PT_GNU_EH_FRAME with .eh_frame_hdr and .eh_frame).
 * Pages that are missing are zeros. The bytes come from an input: every size in
 * the headers made here is ours, and holds.
 */
#ifndef FB_USER_ELF_IMAGE_H
#define FB_USER_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

struct fb_elf_image {
	void *bytes; /* owned: an ELF file for elf_memory() */
	size_t size;
	uint64_t first_vaddr; /* ELF address of the page that is mapped at base */
	uint64_t entry;       /* ELF address of the first instruction; 0: none */
	uint64_t dynamic;     /* ELF address of PT_DYNAMIC; 0: none */
	uint64_t dynamic_size;
	uint64_t end_vaddr; /* behind the last PT_LOAD */
	bool has_unwind;    /* there is .eh_frame_hdr, and some of .eh_frame */
	uint64_t missing;   /* first page of the unwind tables that cannot be read; 0: none */
};

/* base: where the ELF header is mapped. FB_NOT_FOUND: no ELF object of x86-64 there; FB_CORRUPT;
 * or why its headers cannot be read. Missing unwind tables are no error. */
FB_MUST_CHECK struct fb_error *fb_elf_image_read(struct fb_space *space, uint64_t base,
						 struct fb_elf_image *image_ret);
/* Gives an image that has no unwind tables those of a file's section .eh_frame, which lies at the ELF address:
 * static programs have no PT_GNU_EH_FRAME. */
FB_MUST_CHECK struct fb_error *fb_elf_image_set_eh_frame(struct fb_elf_image *image,
							 uint64_t address, const void *bytes,
							 size_t size);
void fb_elf_image_deinit(struct fb_elf_image *image);

#endif
