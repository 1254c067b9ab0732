/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first page of a mapped ELF object: its headers, and a build-id note.
 */
#ifndef FB_TESTS_USER_MAKE_OBJECT_H
#define FB_TESTS_USER_MAKE_OBJECT_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Where things lie in the page, for tests that break them. */
struct make_object {
	union {
		uint8_t bytes[FB_PAGE_SIZE];
		Elf64_Ehdr ehdr;
	};
};

/* Program headers in the order of object_phdrs(). */
enum {
	OBJECT_PHDR,
	OBJECT_LOAD,
	OBJECT_PROPERTY, /* PT_NOTE aligned to 8, without a build-id */
	OBJECT_NOTE,     /* PT_NOTE with it */
	OBJECT_DYNAMIC,
	OBJECT_INTERP,
	OBJECT_PHDRS,
};

/* An object linked at address link_address, whose build-id is size bytes of value, and whose
 * dynamic section is dynamic_size bytes at dynamic_offset behind that address. */
void make_object(struct make_object *object, uint64_t link_address, uint8_t value, size_t size,
		 uint64_t dynamic_offset, uint64_t dynamic_size);
/* Makes of a complete object one of i386; object->ehdr and make_object_phdrs() are of no use then. */
void make_object_narrow(struct make_object *object);
Elf64_Phdr *make_object_phdrs(struct make_object *object);

#endif
