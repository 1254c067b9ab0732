/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What user stacks need of a mapped file, as bytes that a bundle keeps: its unwind tables, or without any its
 * code, and its function symbols. Made of files of the host in children (bundle/stacks/object_collect.c); read back out of a
 * bundle in children too, because libelf gets the tables (user/elf/object_cache.c). The form is described
 * in docs/formats/bundle.md, part 8.
 */
#ifndef FB_USER_STORED_OBJECT_H
#define FB_USER_STORED_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "user/elf/elf_image.h"
#include "user/elf/elf_symbols.h"

struct fb_stored_object {
	struct fb_elf_image image;     /* of a file: no page of it is missing */
	struct fb_elf_symbols symbols; /* sorted */
	/* The code, by which callers are found where there are no unwind tables. */
	uint8_t *code; /* owned; NULL: none */
	size_t code_size;
	uint64_t code_vaddr; /* ELF address of its first byte */
};

/* Appends the object of an ELF file to bytes; with_code: with its code even where it has unwind tables,
 * because calls in it lead to code that has none. FB_NOT_FOUND, FB_CORRUPT: it is none of x86-64. */
FB_MUST_CHECK struct fb_error *fb_stored_object_make(struct fb_file *file, bool with_code,
						     struct fb_buf *bytes);

/* Reads an object out of bytes that are not trusted: FB_TRUNCATED, FB_CORRUPT, FB_LIMIT.
 * fb_stored_object_deinit() it. */
FB_MUST_CHECK struct fb_error *fb_stored_object_read(const void *bytes, size_t size,
						     struct fb_stored_object *object_ret);
void fb_stored_object_deinit(struct fb_stored_object *object);

/* The GNU build-id of an ELF file as hexadecimal digits; "" if it has none. to: FB_BUILD_ID_TEXT
 * bytes. */
FB_MUST_CHECK struct fb_error *fb_file_build_id(struct fb_file *file, char *to);

#endif
