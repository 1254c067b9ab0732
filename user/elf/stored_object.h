/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a program or library that user stacks need, in the form in which a bundle keeps them: its unwind tables,
 * or its code where it has none, and its function symbols. They are made from files of the host in child processes
 * (bundle/stacks/object_collect.c), and read from a bundle in child processes too, because libelf reads the tables
 * (user/elf/object_cache.c). Format: docs/formats/bundle.md, part 8.
 */
#ifndef FB_USER_STORED_OBJECT_H
#define FB_USER_STORED_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/files/file.h"
#include "user/elf/elf_image.h"
#include "user/elf/elf_symbols.h"

struct fb_stored_object {
	struct fb_elf_image image;     /* made from a file, so that no page of it is missing */
	struct fb_elf_symbols symbols; /* sorted */
	/* The code, from which callers are found where there are no unwind tables. */
	uint8_t *code; /* owned; NULL: none */
	size_t code_size;
	uint64_t code_vaddr; /* ELF address of its first byte */
};

/* Appends the stored object of an ELF file to bytes. with_code: its code is included even where it has unwind tables,
 * because it calls code that has none. FB_NOT_FOUND or FB_CORRUPT where file is no ELF file of x86-64 or i386. */
FB_MUST_CHECK struct fb_error *fb_stored_object_make(struct fb_file *file, bool with_code,
						     struct fb_buf *bytes);

/* Reads a stored object from size bytes, which may be hostile: FB_TRUNCATED, FB_CORRUPT, FB_LIMIT. The caller frees it
 * with fb_stored_object_deinit(). */
FB_MUST_CHECK struct fb_error *fb_stored_object_read(const void *bytes, size_t size,
						     struct fb_stored_object *object_ret);
void fb_stored_object_deinit(struct fb_stored_object *object);

/* Writes the GNU build-id of an ELF file as hexadecimal digits to `to` (FB_BUILD_ID_TEXT bytes); "" if it has none. */
FB_MUST_CHECK struct fb_error *fb_file_build_id(struct fb_file *file, char *to);

#endif
